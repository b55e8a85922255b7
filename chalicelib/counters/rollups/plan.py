"""Decides which days of a month and shard are rolled up next, and which days together."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from chalicelib.counters.rollups.head import Head, Span

SPAN_CELLS = 20_000
"""Cells from which a span of days ends: large enough for few items, small enough to be built again quickly."""

DETAIL_BYTES_PER_CELL = 100
"""Bytes of encoded detail cells that count as one cell, because they take about as long to roll up."""

REBUILD_MS = 60 * 60_000
"""Minimum time between two roll-ups of the same days in milliseconds. Until then changed days are read from blocks.

Writing a span with details costs much more than reading some of its days from blocks for an hour.
"""


@dataclass(slots=True)
class _Run:
    """Consecutive days that are rolled up together: a span, the days after it, or both."""

    days: list[date]
    is_due: bool
    is_full: bool

    @classmethod
    def of_span(cls, span: Span, changed: AbstractSet[date], now: int) -> "_Run":
        is_outdated = not span.has_details or not changed.isdisjoint(span.days)
        return cls(sorted(span.days), is_outdated and now - span.at >= REBUILD_MS, span.cells >= SPAN_CELLS)


def runs(head: Head, settled: Sequence[date], changed: AbstractSet[date], now: int) -> list[list[date]]:
    """Return runs of consecutive days to roll up, the newest first.

    `settled` are the days of the month that may be rolled up, in order; `changed` are days that have changed since
    their roll-up; `now` is in milliseconds. A run contains whole spans. A new day is rolled up together with a span
    before it that has few cells, so that a month ends as few spans.
    """
    found: list[_Run] = []
    for day in settled:
        span = head.span_of(day)
        if span is None:
            _add_new_day(found, day)
        elif day == min(span.days):
            found.append(_Run.of_span(span, changed, now))
    return [run.days for run in reversed(found) if run.is_due]


def _add_new_day(found: list[_Run], day: date) -> None:
    if found and not found[-1].is_full:
        found[-1].days.append(day)
        found[-1].is_due = True
    else:
        found.append(_Run([day], is_due=True, is_full=False))
