"""Reads conversions that have no entries in lists: by day, with the shards of a day merged, or by click."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice
from operator import attrgetter

from chalicelib.counters.cells import day_of, partition, partitions, quarter_of, shard_of
from chalicelib.domain.conversion import complete_conversion
from chalicelib.reporting.lists.conversion_search import ConversionSearch, position_of
from chalicelib.reporting.lists.steps import READ_COST, Found, Step, merged
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow

_FILTERED_READ_SIZE = 250

MAX_OF_CLICKS = 2_000
"""Maximum number of conversions of the clicks of a filter that are read at once."""

_CLOCK_SKEW = timedelta(minutes=1)
"""Clocks differ: a conversion may have a time before that of its click."""


def steps_of_days(search: ConversionSearch, needed: int) -> Iterator[Step]:
    """Yield the steps of a search in the index by day. `needed` conversions fill the page."""
    read_size = _FILTERED_READ_SIZE if search.filters else min(needed, _FILTERED_READ_SIZE)
    for day in search.days:
        yield from merged(_steps_of_shard(search, shard, read_size) for shard in _shards(search, day))


def _shards(search: ConversionSearch, day: date) -> list[str]:
    if search.publisher_ids is None:
        return partitions([day])
    return [partition(day, shard) for shard in sorted(set(map(shard_of, search.publisher_ids)))]


def _steps_of_shard(search: ConversionSearch, shard: str, read_size: int) -> Iterator[Step]:
    start = position_of(datetime.combine(date.fromisoformat(shard.partition("#")[0]), time(), UTC))
    moments = ConversionRow.moment.between(search.lowest, max(search.lowest, search.before))
    results = ConversionRow.by_day.query(shard, moments, scan_index_forward=False, page_size=read_size)
    for page in results.page_iter:
        rows = map(ConversionRow.from_raw_data, page["Items"])
        # `between` includes both ends, so the last row of the previous page is read again.
        yield from (_step(row) for row in rows if row.moment != search.before)
        last = page.get("LastEvaluatedKey")
        yield Step(last["moment"]["S"] if last else start, cost=READ_COST + page["ScannedCount"])


def clicks_of(search: ConversionSearch) -> list[ClickRow]:
    """Return the clicks of the filter by click, without expired ones."""
    return list(ClickRow.batch_get(sorted(set(search.filters["click_id"])), consistent_read=True))


def steps_of_clicks(search: ConversionSearch, clicks: Sequence[ClickRow]) -> list[Step] | None:
    """Return the conversions of these clicks, read at once; None if they have more than `MAX_OF_CLICKS`."""
    rows = list(islice(chain.from_iterable(map(_of_click, clicks)), MAX_OF_CLICKS + 1))
    if len(rows) > MAX_OF_CLICKS:
        return None
    newest_first = sorted(rows, key=attrgetter("moment"), reverse=True)
    return [_step(row) for row in newest_first if search.lowest <= row.moment < search.before]


def narrowed(search: ConversionSearch, clicks: Sequence[ClickRow]) -> ConversionSearch:
    """Return the search with further filters that all conversions of these clicks pass, from the first click on."""
    first = datetime.fromtimestamp(min(click.at for click in clicks) / 1000, UTC) - _CLOCK_SKEW
    names = {"smartlink_id": "route_id", "publisher_id": "publisher_id"}
    of_clicks = {name: tuple(sorted({getattr(row, field) for row in clicks})) for name, field in names.items()}
    return replace(search, since=max(search.since, first), filters={**of_clicks, **search.filters})


def _of_click(click: ClickRow) -> Iterator[ConversionRow]:
    route_day = f"{click.route_id}#{day_of(quarter_of(click.at))}"
    yield from ConversionRow.by_route_day.query(route_day, ConversionRow.click_id == click.click_id)


def _step(row: ConversionRow) -> Step:
    return Step(row.moment, Found(row.id, complete_conversion(row.attribute_values), row))
