"""The quarters of an hour in which routes had clicks that a search may find, read from the counters."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from itertools import compress, groupby
from operator import and_, itemgetter, or_
from typing import Any

from chalicelib.clicks.id_lists import first_id
from chalicelib.clicks.rejections import PAUSED
from chalicelib.counters.cells import quarter_of
from chalicelib.counters.column_codec import Columns
from chalicelib.counters.rollups.reader import Reads
from chalicelib.domain.click import Outcome
from chalicelib.domain.timestamps import milliseconds
from chalicelib.reporting import cell_reader
from chalicelib.reporting.cell_reader import CellQuery
from chalicelib.reporting.date_range import Period
from chalicelib.reporting.lists.click_search import ClickSearch

MAX_PARTITIONS = 128
"""Number of partitions of days without a roll-up after which no further days are read for a page."""

MAX_CELLS = 1_000_000
"""Number of cells after which no further days are read for a page: to compare them takes about 0.3 s."""

_FIRST_DAYS = 1
_MOST_DAYS = 32
"""Days of counters read at a time. Each read has twice the days of the one before."""

_MILLISECOND = timedelta(milliseconds=1)
_CLICK_COUNTS = ("unique_clicks", "duplicate_clicks", "bot_clicks")
_DIMENSIONS = {"smartlink_id": "smartlink", "campaign_id": "campaign", "publisher_id": "publisher"}
"""The dimensions of cells that filters compare."""

_READ = frozenset({"smartlink", "campaign", "publisher", "reason"})


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of an hour, counted from 1970, and the routes that had clicks in it which the search may find.

    `rest` is set instead where reading stopped: the cursor at which it goes on.
    """

    number: int = 0
    route_ids: Sequence[str] = ()
    rest: str | None = None


def quarters_of(search: ClickSearch) -> Iterator[Quarter]:
    """Yield the quarters in which the search may find clicks, newest first, and the rest if reading stopped."""
    reads, cells = Reads(), 0
    for period in _periods(search.since, search.end):
        if reads.partitions > MAX_PARTITIONS or cells > MAX_CELLS:
            yield Quarter(rest=first_id(period.end))
            return
        found: set[tuple[int, str]] = set()
        for piece in cell_reader.read(_query(search, period, reads)):
            cells += piece.size
            found |= _routes_by_quarter(piece, search)
        for number, pairs in groupby(sorted(found, reverse=True), itemgetter(0)):
            yield Quarter(number, sorted(route_id for _, route_id in pairs))


def _query(search: ClickSearch, period: Period, reads: Reads) -> CellQuery:
    publisher_ids, smartlinks = search.filters.get("publisher_id", ()), search.filters.get("smartlink_id")
    publisher_id = publisher_ids[0] if len(publisher_ids) == 1 else None
    return CellQuery(period, publisher_id, None if smartlinks is None else frozenset(smartlinks), _READ, reads)


def _periods(since: datetime, end: datetime) -> Iterator[Period]:
    """Yield the periods of the range, newest first, in whole UTC days except for its ends."""
    days = _FIRST_DAYS
    while since < end:
        last = (end - _MILLISECOND).date()
        start = max(since, _midnight(last - timedelta(days=days - 1)))
        yield Period(start, end)
        end, days = start, min(2 * days, _MOST_DAYS)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _routes_by_quarter(piece: Columns, search: ClickSearch) -> set[tuple[int, str]]:
    """Return the quarters and routes of the cells that have clicks and pass the filters."""
    counts = [piece.counts[name] for name in _CLICK_COUNTS if name in piece.counts]
    allowed = {name: list(map(rule, piece.values[name])) for name, rule in _rules(search).items()} if counts else {}
    if not counts or not all(map(any, allowed.values())):
        return set()
    masks = [[flags[code] for code in piece.codes[name]] for name, flags in allowed.items() if not all(flags)]
    has_clicks = list(map(bool, reduce(lambda one, other: list(map(or_, one, other)), counts)))
    mask = reduce(lambda one, other: list(map(and_, one, other)), masks, has_clicks)
    pairs = set(compress(zip(piece.codes["quarter"], piece.codes["smartlink"], strict=True), mask))
    return {(piece.values["quarter"][quarter], piece.values["smartlink"][route]) for quarter, route in pairs}


def _rules(search: ClickSearch) -> dict[str, Callable[[Any], bool]]:
    """Return the condition on each dimension of cells."""
    first, end = _quarter(search.since), _quarter(search.end - _MILLISECOND) + 1
    rules: dict[str, Callable[[Any], bool]] = {"quarter": range(first, end).__contains__}
    for name, values in search.filters.items():
        if name in _DIMENSIONS:
            rules[_DIMENSIONS[name]] = frozenset(values).__contains__
    if "outcome" in search.filters:
        reasons = frozenset(_is_of(Outcome(value)) for value in search.filters["outcome"])
        rules["reason"] = lambda reason: any(is_of(reason) for is_of in reasons)
    return rules


def _quarter(moment: datetime) -> int:
    return quarter_of(milliseconds(moment))


def _is_of(outcome: Outcome) -> Callable[[str], bool]:
    """Return the condition on the reason under which clicks of the outcome are counted."""
    if outcome.is_paying:
        return _is_paid
    return _is_paused if outcome is Outcome.PAUSED else _is_lost


def _is_paid(reason: str) -> bool:
    return not reason


def _is_paused(reason: str) -> bool:
    return reason == PAUSED


def _is_lost(reason: str) -> bool:
    return reason not in ("", PAUSED)
