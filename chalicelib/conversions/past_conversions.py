"""Job that adds the conversions of earlier releases to the lists: newest first, some in each run."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import groupby
from operator import attrgetter

from chalicelib.conversions.list_entries import write_entries
from chalicelib.counters.cells import partitions
from chalicelib.domain.conversion import complete_conversion
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.background import background_request
from chalicelib.http.transactions import retry_on_conflict, transaction
from chalicelib.tables.base import FIRST_YEAR
from chalicelib.tables.conversions import ConversionRow, indexed_since, set_indexed_since

TIME_LIMIT = timedelta(seconds=30)
"""Time after which a run stops. The next one continues."""

DEPLOYMENT = timedelta(hours=1)
"""Time after the first run in which processes of the earlier release may still write conversions without entries."""

_SETTLED = timedelta(minutes=1)
"""Time after which the index by day certainly contains a conversion."""

_MILLISECOND = timedelta(milliseconds=1)
_FIRST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_BATCH = 14
"""Conversions of a transaction of 100 items: each has a condition and at most six entries."""


def index_past_conversions(clock: Callable[[], datetime], time_limit: timedelta = TIME_LIMIT) -> bool:
    """Write the missing entries of conversions; return whether all conversions have their entries.

    The first run only stores the time from which every process writes entries. Writing an entry twice changes nothing.
    """
    started_at, stored = clock(), indexed_since()
    if stored is None:
        set_indexed_since(milliseconds(started_at + DEPLOYMENT))
        return False
    since = _time(stored)
    if started_at < since + _SETTLED:
        return False
    while since > _FIRST and clock() - started_at <= time_limit:
        since = _index_day(since, clock, started_at + time_limit)
        set_indexed_since(milliseconds(since))
    return since <= _FIRST


def _index_day(before: datetime, clock: Callable[[], datetime], end: datetime) -> datetime:
    """Write the entries of the last day before this time, newest first; return the time from which all are written."""
    day = (before - _MILLISECOND).date()
    pending: list[str] = []
    for at, rows in groupby(_rows_of_day(day, before), attrgetter("at")):
        pending += [row.id for row in rows]
        if len(pending) >= _BATCH:
            _index(pending, clock())
            pending = []
            if clock() > end:
                return _time(at)
    _index(pending, clock())
    return datetime.combine(day, time(), UTC)


def _time(stored: int) -> datetime:
    return datetime.fromtimestamp(stored / 1000, UTC)


def _rows_of_day(day: date, before: datetime) -> Iterator[ConversionRow]:
    """Yield the conversions of the UTC day before this time, newest first."""
    earlier = ConversionRow.moment < f"{milliseconds(before):013d}"
    shards = (ConversionRow.by_day.query(shard, earlier, scan_index_forward=False) for shard in partitions([day]))
    return merge(*shards, key=attrgetter("moment"), reverse=True)


def _index(conversion_ids: Sequence[str], now: datetime) -> None:
    """Write the entries of these conversions."""
    for n in range(0, len(conversion_ids), _BATCH):
        _index_batch(conversion_ids[n : n + _BATCH], now)


def _index_batch(conversion_ids: Sequence[str], now: datetime) -> None:
    """Write the entries of these conversions as they are now, in one transaction."""

    def attempt() -> None:
        with transaction(background_request(now)) as write:
            for row in ConversionRow.batch_get(conversion_ids, consistent_read=True):
                write.condition_check(ConversionRow, row.id, condition=ConversionRow.revision == row.revision)
                write_entries(write, None, complete_conversion(row.attribute_values))

    retry_on_conflict(attempt)
