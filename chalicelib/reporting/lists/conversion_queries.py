"""Queries of conversions, newest arrival first: the shards of each day merged into one list, or those of one click."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from heapq import merge
from itertools import islice
from operator import and_, attrgetter

from pynamodb.expressions.condition import Condition

from chalicelib.counters.cells import day_of, partitions, quarter_of
from chalicelib.domain.conversion import Reporter
from chalicelib.domain.goal import DEFAULT_GOAL
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.transactions import get_or_404
from chalicelib.reporting.lists.schemas import ConversionListQuery
from chalicelib.tables.base import get_or_none
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow

MAX_DAYS = 366

MAX_COST = 20_000
"""Maximum cost of one page, in rows read, of which a filter may drop most."""

READ_COST = 25
"""Cost of a read, beside its rows: days without conversions need reads too."""

CLICK_COST = 10
"""Cost of reading the click of a conversion."""

_DEFAULT_RANGE = timedelta(days=30)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FILTERED_READ_SIZE = 500
_CLICKS_PER_READ = 100
_CURSOR = re.compile(r"[0-9]{13}(\.[0-9a-z_]{1,64})?")
_CUT = 31
"""Length of a cursor that ends at a row of the index. It names no conversion, which may be another publisher's."""


def get_conversion_or_404(conversion_id: str) -> ConversionRow:
    """Return the conversion; raise `NotFound` if it does not exist."""
    return get_or_404(ConversionRow, "conversion", conversion_id)


@dataclass(frozen=True, slots=True)
class ConversionSearch:
    """A search for conversions with arrival times from `since` up to, not including, `until`.

    `before` is the position at which the list goes on: a smaller `moment` comes next. `filters` are values by name.
    """

    since: datetime
    until: datetime
    before: str
    filters: Mapping[str, str]

    @property
    def lowest(self) -> str:
        """The smallest position of the range."""
        return f"{milliseconds(self.since):013d}"

    @property
    def days(self) -> list[date]:
        """The UTC days that may have conversions, newest first."""
        at, is_time = int(self.before[:13]), len(self.before) == len(self.lowest)
        newest = datetime.fromtimestamp((at - is_time) / 1000, UTC).date()  # a time itself is excluded
        return [newest - timedelta(days=n) for n in range((newest - self.since.date()).days + 1)]

    def after(self, cursor: str | None) -> "ConversionSearch":
        """Return the rest of the search after the cursor; raise `ValidationFailed` if it is none of this list."""
        if cursor is None:
            return self
        if not _CURSOR.fullmatch(cursor):
            raise ValidationFailed(("/cursor", "is not a cursor of this list"))
        return replace(self, before=min(self.before, cursor.replace(".", "#")))


def create_search(query: ConversionListQuery, filters: Mapping[str, str], now: datetime) -> ConversionSearch:
    """Return the search for a query; raise `ValidationFailed` if its range is too long."""
    of_click = "click_id" in filters
    since, until = query.clamp(_EARLIEST, now + _MILLISECOND, now - _EARLIEST if of_click else _DEFAULT_RANGE)
    if not of_click and until - since > timedelta(days=MAX_DAYS):
        raise ValidationFailed(("/from", f"must be at most {MAX_DAYS} days before the end"))
    return ConversionSearch(since, until, f"{milliseconds(until):013d}", filters)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of reading: a row, or the end of a read with its cost. All positions above its own have been read."""

    position: str
    row: ConversionRow | None = None
    cost: int = 0


def find_conversions(search: ConversionSearch, limit: int) -> tuple[list[ConversionRow], str | None]:
    """Return the newest matching conversions, at most `limit`, and the next page's cursor.

    A page that has read too much ends early: it may be empty and still have a next page.
    """
    page: list[ConversionRow] = []
    cost = 0
    for steps in _batches(_steps(search, limit + 1), _CLICKS_PER_READ if "external_click_id" in search.filters else 1):
        rows = [step.row for step in steps if step.row]
        page += _with_external_click_id(rows, search)
        if len(page) > limit:
            return page[:limit], _cursor(page[limit - 1].moment)
        cost += sum(step.cost for step in steps)
        if cost >= MAX_COST:
            return page, _cursor(steps[-1].position[:_CUT])
    return page, None


def _batches(steps: Iterator[_Step], size: int) -> Iterator[list[_Step]]:
    while batch := list(islice(steps, size)):
        yield batch


def _cursor(position: str) -> str:
    return position.replace("#", ".")


def _with_external_click_id(rows: list[ConversionRow], search: ConversionSearch) -> list[ConversionRow]:
    """Return the rows whose click has the external click ID of the search; all if it has none."""
    wanted = search.filters.get("external_click_id")
    if wanted is None or not rows:
        return rows
    clicks = ClickRow.batch_get({row.click_id for row in rows}, consistent_read=True)
    matching = {click.click_id for click in clicks if click.attribute_values.get("external_click_id") == wanted}
    return [row for row in rows if row.click_id in matching]


def _steps(search: ConversionSearch, needed: int) -> Iterator[_Step]:
    if "click_id" in search.filters:
        yield from _steps_of_click(search)
        return
    read_size = _FILTERED_READ_SIZE if search.filters else needed
    for day in search.days:
        partitions_of_day = partitions([day], search.filters.get("publisher_id"))
        shards = (_steps_of_shard(search, shard, read_size) for shard in partitions_of_day)
        yield from merge(*shards, key=attrgetter("position"), reverse=True)


def _steps_of_click(search: ConversionSearch) -> Iterator[_Step]:
    """Yield the conversions of the click: few, and read at once."""
    click = get_or_none(ClickRow, search.filters["click_id"])
    if click is None:
        return
    route_day = f"{click.route_id}#{day_of(quarter_of(click.at))}"
    of_click = ConversionRow.click_id == click.click_id
    rows = ConversionRow.by_route_day.query(route_day, of_click, _condition(search.filters))
    for row in sorted(rows, key=attrgetter("moment"), reverse=True):
        if search.lowest <= row.moment < search.before:
            yield _Step(row.moment, row)


def _steps_of_shard(search: ConversionSearch, shard: str, read_size: int) -> Iterator[_Step]:
    start = datetime.combine(date.fromisoformat(shard.partition("#")[0]), time(), UTC)
    condition = _condition(search.filters)
    moments = ConversionRow.moment.between(search.lowest, max(search.lowest, search.before))
    results = ConversionRow.by_day.query(shard, moments, condition, scan_index_forward=False, page_size=read_size)
    for page in results.page_iter:
        rows = map(ConversionRow.from_raw_data, page["Items"])
        # `between` includes both ends, so the last row of the previous page is read again.
        yield from (_Step(row.moment, row, _cost(search)) for row in rows if row.moment != search.before)
        last = page.get("LastEvaluatedKey")
        position = last["moment"]["S"] if last else f"{milliseconds(start):013d}"
        yield _Step(position, cost=READ_COST + page["ScannedCount"])


def _cost(search: ConversionSearch) -> int:
    return CLICK_COST if "external_click_id" in search.filters else 0


def _condition(filters: Mapping[str, str]) -> Condition | None:
    """Return the condition on rows, None if no filter needs one."""
    conditions = [_condition_of(name, value) for name, value in filters.items() if name in _ATTRIBUTES]
    return reduce(and_, conditions) if conditions else None


_ATTRIBUTES = {
    "smartlink_id": ConversionRow.route_id,
    "campaign_id": ConversionRow.campaign_id,
    "publisher_id": ConversionRow.publisher_id,
    "status": ConversionRow.status,
    "goal": ConversionRow.goal,
    "reported_by": ConversionRow.reported_by,
}


def _condition_of(name: str, value: str) -> Condition:
    """Return the condition of a filter. Rows of format 1 lack what `complete_conversion` supplies."""
    attribute = _ATTRIBUTES[name]
    condition: Condition = attribute == value
    if value == Reporter.POSTBACK and name == "reported_by":
        condition |= attribute.does_not_exist()
    if value == DEFAULT_GOAL and name == "goal":
        condition |= attribute.does_not_exist() & ConversionRow.status.exists()
    return condition
