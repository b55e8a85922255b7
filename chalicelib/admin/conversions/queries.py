"""Conversions in order of arrival: four shards of each day, read as one list."""

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
_ORDINARY = timedelta(days=30)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_MOMENT = timedelta(milliseconds=1)

_READ_AT_ONCE = 500
"""Rows that a query reads at a time where most of them may not be wanted."""


def conversion(conversion_id: str) -> ConversionRow:
    """The conversion as of now; `NotFound` where there is none."""
    return get_or_404(ConversionRow, "conversion", conversion_id)


def conversions(query: ConversionsQuery, now: datetime) -> tuple[list[ConversionRow], str | None]:
    """A page of the conversions asked for, the last to arrive first, and the next page's cursor."""
    since, until = _span(query, now)
    days = {day.isoformat(): day for day in _days(since.date(), until.date())}
    lowest, highest = f"{milliseconds(since):013d}", f"{milliseconds(until):013d}"
    wanted = _wanted(query)

    def rows(day: str, after: str | None, limit: int) -> Iterable[ConversionRow]:
        span = ConversionRow.moment.between(lowest, max(lowest, min(after or highest, highest)))
        shards = (
            ConversionRow.by_day.query(
                shard,
                span,
                wanted,
                scan_index_forward=False,
                page_size=_READ_AT_ONCE if wanted is not None else limit + 1,
            )
            for shard in partitions([days[day]], query.publisher_id)
        )
        merged = heapq.merge(*shards, key=_position, reverse=True)
        # A range of keys holds both its ends: the last row of the page before is read again.
        return islice((row for row in merged if row.moment != after), limit)

    return fetch_page(PagedQuery("conversions", list(days), rows, _position), query)


def _span(query: ConversionsQuery, now: datetime) -> tuple[datetime, datetime]:
    """From when until when, in the time of which there can be conversions; `Invalid` for too many days."""
    since, until = query.clamp(_BEGINNING, now + _MOMENT, _ORDINARY)
    if until - since > timedelta(days=MAX_DAYS):
        raise ValidationFailed(("/from", f"must be at most {MAX_DAYS} days before the end"))
    return since, until


def _days(first: date, last: date) -> Iterator[date]:
    """The days, the last one first."""
    return (last - timedelta(days=n) for n in range((last - first).days + 1))


def _position(row: ConversionRow) -> str:
    moment: str = row.moment
    return moment


def _wanted(query: ConversionsQuery) -> Condition | None:
    asked = (
        (ConversionRow.route_id, query.smartlink_id),
        (ConversionRow.campaign_id, query.campaign_id),
        (ConversionRow.publisher_id, query.publisher_id),
        (ConversionRow.status, query.status),
    )
    conditions: list[Condition] = [attribute == str(value) for attribute, value in asked if value is not None]
    return reduce(and_, conditions) if conditions else None
