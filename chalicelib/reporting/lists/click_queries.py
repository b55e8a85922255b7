"""Queries of recorded clicks: the click lists of several routes, merged by time."""

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import chain, islice, takewhile

from chalicelib.clicks import id_lists
from chalicelib.clicks.id_lists import first_id, newest_first
from chalicelib.http.pagination import year_partitions
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import get_or_404
from chalicelib.reporting.lists.schemas import ClickListQuery
from chalicelib.settings import CLICK_RETENTION_DAYS
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow
from chalicelib.tables.smartlinks import SmartlinkRow

MAX_CLICKS = 2_000
"""Maximum number of clicks read for one page, of which a filter may drop most."""

MAX_LISTS = 3_000
"""Maximum number of click lists (one for each route and day) read for one page; most may be empty."""

_CLICK_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
_DEFAULT_RANGE = timedelta(days=7)
_RETENTION = timedelta(days=CLICK_RETENTION_DAYS)
_DAY = timedelta(days=1)
_CLOCK_SKEW = timedelta(seconds=1)
"""Clocks differ: a click stored now may have a time later than the clock of this process."""
_READERS = 8
_LIST_PAGE_SIZE = 50
_CUT = 18
"""Letters of an ID that a cursor keeps where the page ends at a click that is not in it.

Such a click may be another publisher's, whose ID must not be shown. The rest of an ID is chance: two clicks of one
millisecond have the same 18 letters once in 10 ** 12.
"""


def get_click_or_404(click_id: str) -> ClickRow:
    """Return the recorded click; raise `NotFound` if it does not exist."""
    return get_or_404(ClickRow, "click", click_id)


@dataclass(frozen=True, slots=True)
class ClickSearch:
    """A search for clicks of these routes with times from `since` up to `until`, and IDs below `before`.

    `filters` are values of clicks' fields by name.
    """

    routes: list[str]
    since: datetime
    until: datetime
    before: str
    filters: Mapping[str, str]

    @property
    def days(self) -> list[date]:
        """The UTC days that may have clicks, newest first."""
        first, last = self.since.date(), self.until.date()
        days = [last - n * _DAY for n in range((last - first).days + 1)]
        return [day for day in days if _first_id_of_day(day) < self.before]

    def after(self, cursor: str | None) -> "ClickSearch":
        """Return the rest of the search after the cursor; raise `ValidationFailed` if it is none of this list."""
        if cursor is None:
            return self
        if not _CLICK_ID.fullmatch(cursor):
            raise ValidationFailed(("/cursor", "is not a cursor of this list"))
        return replace(self, before=min(self.before, cursor))

    def matches(self, row: ClickRow) -> bool:
        """Return whether the click passes the filters."""
        stored = row.attribute_values
        return all(stored.get(name) == value for name, value in self.filters.items())


def create_search(request: Request, query: ClickListQuery, filters: Mapping[str, str]) -> ClickSearch:
    """Return the search for a query: by default the last seven days, at most as far back as clicks are stored."""
    since, until = query.clamp(request.now - _RETENTION, request.now + _CLOCK_SKEW, _DEFAULT_RANGE)
    of_click = {name: value for name, value in filters.items() if name != "smartlink_id"}
    return ClickSearch(_routes(request, filters), since, until, first_id(until), of_click)


def _first_id_of_day(day: date) -> str:
    return first_id(datetime.combine(day, time(), UTC))


def _routes(request: Request, filters: Mapping[str, str]) -> list[str]:
    """Return the routes that may have these clicks: of the smartlink, of the publisher, or all that are not deleted."""
    if "smartlink_id" in filters:
        return [filters["smartlink_id"]]
    if "publisher_id" in filters:
        members = MembershipRow.query(filters["publisher_id"], consistent_read=True)
        approvals = CampaignApprovalRow.query(filters["publisher_id"], consistent_read=True)
        return [*(row.pool_id for row in members if row.code), *(row.campaign_id for row in approvals)]
    return [
        row.id
        for model in (SmartlinkRow, CampaignRow)
        for year in year_partitions(request)
        for row in model.by_year.query(year, attributes_to_get=["id"])
    ]


def find_clicks(search: ClickSearch, limit: int) -> tuple[list[ClickRow], str | None]:
    """Return the newest matching clicks, at most `limit`, and the next page's cursor: its clicks have smaller IDs.

    A page that has read too much ends early: it may be empty and still have a next page.
    """
    page: list[ClickRow] = []
    clicks_read = lists_read = 0
    for day in search.days:
        if lists_read and lists_read + len(search.routes) > MAX_LISTS:
            return page, _first_id_of_day(day + _DAY)
        lists_read += len(search.routes)
        for click_ids in _batches(_click_ids_of_day(search, day), limit + 1):
            page += filter(search.matches, _rows(click_ids))
            if len(page) > limit:
                return page[:limit], page[limit - 1].click_id
            clicks_read += len(click_ids)
            if clicks_read >= MAX_CLICKS:
                return page, _cut(click_ids[-1])
    return page, None


def _cut(click_id: str) -> str:
    return click_id[:_CUT].ljust(len(click_id), "0")


def _batches(click_ids: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(click_ids, size)):
        yield batch


def _rows(click_ids: list[str]) -> list[ClickRow]:
    """Return the clicks in the order of the IDs, without expired ones."""
    rows = {row.click_id: row for row in ClickRow.batch_get(click_ids, consistent_read=True)}
    return [rows[click_id] for click_id in click_ids if click_id in rows]


def _click_ids_of_day(search: ClickSearch, day: date) -> Iterator[str]:
    """Return the day's click IDs of all routes, greatest first."""
    since = first_id(search.since)

    def start_reading(route_id: str) -> Iterator[str]:
        click_ids = newest_first(_lists(route_id, day, since), search.before)
        return chain(list(islice(click_ids, 1)), click_ids)

    with ThreadPoolExecutor(_READERS) as readers:
        by_route = list(readers.map(start_reading, search.routes))
    return takewhile(lambda click_id: click_id >= since, merge(*by_route, reverse=True))


def _lists(route_id: str, day: date, since: str) -> Iterator[tuple[str, list[str]]]:
    rows = ClickListRow.query(
        f"{route_id}#{day.isoformat()}",
        ClickListRow.greatest >= since,
        scan_index_forward=False,
        consistent_read=True,
        page_size=_LIST_PAGE_SIZE,
    )
    for row in rows:
        yield row.greatest, id_lists.decode(row.click_ids)
