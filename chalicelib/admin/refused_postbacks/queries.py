"""Queries of refused postbacks: a partition of a campaign for each day, or the shards of each day merged."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from pynamodb.expressions.condition import Condition

from chalicelib.admin.refused_postbacks.schemas import RefusedPostbackQuery
from chalicelib.conversions.refused_hour import campaign_day
from chalicelib.counters.cells import partitions
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.pagination import PagedQuery, fetch_page
from chalicelib.settings import REFUSED_POSTBACK_RETENTION_DAYS
from chalicelib.tables.base import item_bytes
from chalicelib.tables.refused_postbacks import RefusedPostbackRow

_RETENTION = timedelta(days=REFUSED_POSTBACK_RETENTION_DAYS)
_MILLISECOND = timedelta(milliseconds=1)
_HOUR_ROWS = 2
"""Rows of an hour that are not shown unless refusals were left out."""


def list_refused(query: RefusedPostbackQuery, now: datetime) -> tuple[list[RefusedPostbackRow], str | None]:
    """Return a page of the refused postbacks, newest first, and the next page's cursor."""
    since, until = query.clamp(now - _RETENTION, now + _MILLISECOND, _RETENTION)
    days = {day.isoformat(): day for day in _days(since.date(), until.date())}
    lowest, highest = f"{milliseconds(since):013d}", f"{milliseconds(until):013d}"

    def rows(day: str, after: str | None, limit: int) -> Iterable[RefusedPostbackRow]:
        moments = RefusedPostbackRow.moment.between(lowest, max(lowest, min(after or highest, highest)))
        merged = heapq.merge(*_partitions(query.campaign_id, days[day], moments, limit), key=_position, reverse=True)
        # `between` includes both ends, so the last row of the previous page is read again.
        return islice((row for row in merged if row.moment != after), limit)

    name = f"refused postbacks of {query.campaign_id or 'all'}"
    return fetch_page(PagedQuery(name, list(days), rows, _position, lambda row: 2 * item_bytes(row)), query)


def _partitions(
    campaign_id: str | None, day: date, moments: Condition, limit: int
) -> Iterator[Iterable[RefusedPostbackRow]]:
    """Return the listed rows of the day by partition, newest first each."""
    shown, page_size = RefusedPostbackRow.reason.exists(), limit + 1 + _HOUR_ROWS
    if campaign_id:
        partition = campaign_day(campaign_id, day.isoformat())
        yield RefusedPostbackRow.query(
            partition, moments, shown, scan_index_forward=False, page_size=page_size, consistent_read=True
        )
        return
    for shard in partitions([day]):
        yield RefusedPostbackRow.by_day.query(shard, moments, scan_index_forward=False, page_size=page_size)


def _days(first: date, last: date) -> Iterator[date]:
    """Return the days from the last back to the first."""
    return (last - timedelta(days=n) for n in range((last - first).days + 1))


def _position(row: RefusedPostbackRow) -> str:
    moment: str = row.moment
    return moment
