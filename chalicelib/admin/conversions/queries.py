"""Queries of conversions by arrival time: the shards of each day are merged into one list."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import islice
from operator import and_

from pynamodb.expressions.condition import Condition

from chalicelib.admin.conversions.schemas import ConversionsQuery
from chalicelib.counters.cells import partitions
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.pagination import PagedQuery, fetch_page
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.transactions import get_or_404
from chalicelib.tables.conversions import ConversionRow

MAX_DAYS = 366
_DEFAULT_RANGE = timedelta(days=30)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_FILTERED_READ_SIZE = 500
"""Rows per read with a filter, which may drop most of them."""


def get_conversion_or_404(conversion_id: str) -> ConversionRow:
    """Return the conversion; raise `NotFound` if it does not exist."""
    return get_or_404(ConversionRow, "conversion", conversion_id)


def list_conversions(query: ConversionsQuery, now: datetime) -> tuple[list[ConversionRow], str | None]:
    """Return a page of the matching conversions, newest arrival first, and the next page's cursor."""
    since, until = _time_range(query, now)
    days = {day.isoformat(): day for day in _days(since.date(), until.date())}
    lowest, highest = f"{milliseconds(since):013d}", f"{milliseconds(until):013d}"
    condition = _filter_condition(query)

    def rows(day: str, after: str | None, limit: int) -> Iterable[ConversionRow]:
        moments = ConversionRow.moment.between(lowest, max(lowest, min(after or highest, highest)))
        page_size = limit + 1 if condition is None else _FILTERED_READ_SIZE
        shards = (
            ConversionRow.by_day.query(shard, moments, condition, scan_index_forward=False, page_size=page_size)
            for shard in partitions([days[day]], query.publisher_id)
        )
        merged = heapq.merge(*shards, key=_position, reverse=True)
        # `between` includes both ends, so the last row of the previous page is read again.
        return islice((row for row in merged if row.moment != after), limit)

    return fetch_page(PagedQuery("conversions", list(days), rows, _position), query)


def _time_range(query: ConversionsQuery, now: datetime) -> tuple[datetime, datetime]:
    """Return start and end, limited to times that may have conversions; raise `ValidationFailed` if too long."""
    since, until = query.clamp(_EARLIEST, now + _MILLISECOND, _DEFAULT_RANGE)
    if until - since > timedelta(days=MAX_DAYS):
        raise ValidationFailed(("/from", f"must be at most {MAX_DAYS} days before the end"))
    return since, until


def _days(first: date, last: date) -> Iterator[date]:
    """Return the days from the last back to the first."""
    return (last - timedelta(days=n) for n in range((last - first).days + 1))


def _position(row: ConversionRow) -> str:
    moment: str = row.moment
    return moment


def _filter_condition(query: ConversionsQuery) -> Condition | None:
    filters = (
        (ConversionRow.route_id, query.smartlink_id),
        (ConversionRow.campaign_id, query.campaign_id),
        (ConversionRow.publisher_id, query.publisher_id),
        (ConversionRow.status, query.status),
    )
    conditions: list[Condition] = [attribute == str(value) for attribute, value in filters if value is not None]
    return reduce(and_, conditions) if conditions else None
