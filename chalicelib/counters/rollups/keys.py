"""Keys of roll-ups and late markers in the counters table, and the days that may have them.

The partition of a month holds its late markers, then the head of each shard. Markers sort before heads. The items of
the roll-ups are in partitions of their own, one for each month and shard.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta

MARKER = "!"
"""Prefix of the sort keys of late markers."""

_LATE_AGE = timedelta(days=2)
_SETTLED_AGE = timedelta(days=3)
"""A change of a day has a marker from two days after the day on. A day is rolled up from three days after it on.

So a change without a marker is at least a day older than the roll-up. Clocks and delays do not add up to a day.
"""


def month_of(day: date) -> str:
    """Return the month of a day: `2026-11`."""
    return f"{day:%Y-%m}"


def month_partition(month: str) -> str:
    """Return the partition of the month's late markers and heads."""
    return f"m#{month}"


def head_key(month: str, shard: int) -> tuple[str, str]:
    """Return partition and sort key of the head of a month and shard."""
    return month_partition(month), f"h#{shard}"


def marker_key(day: date, shard: int, block: str) -> tuple[str, str]:
    """Return partition and sort key of the marker of a late block."""
    return month_partition(month_of(day)), f"{MARKER}{day.isoformat()}#{shard}#{block}"


def marked_day(position: str) -> tuple[date, int]:
    """Return day and shard of a marker."""
    day, shard, _ = position.removeprefix(MARKER).split("#", 2)
    return date.fromisoformat(day), int(shard)


def item_key(month: str, shard: int, generation: int, kind: str, number: int) -> tuple[str, str]:
    """Return partition and sort key of one item of a generation and kind."""
    return f"{month_partition(month)}#{shard}", f"{kind}#{generation:08d}#{number:04d}"


def is_late(day: date, now: datetime) -> bool:
    """Return whether a change of this UTC day must be marked, because the day may be rolled up already."""
    return day <= now.date() - _LATE_AGE


def settled_days(month: str, now: datetime) -> list[date]:
    """Return the days of the month that may be rolled up."""
    first = date.fromisoformat(f"{month}-01")
    days = monthrange(first.year, first.month)[1]
    return [day for n in range(days) if (day := first + timedelta(days=n)) <= now.date() - _SETTLED_AGE]


def months_until(now: datetime, days: int) -> list[str]:
    """Return the months of the last `days` days that have days to roll up, the newest first."""
    newest = now.date() - _SETTLED_AGE
    return list(dict.fromkeys(month_of(newest - timedelta(days=n)) for n in range(days)))


def by_month(days: Iterable[date]) -> dict[str, list[date]]:
    """Return the days grouped by month."""
    months: dict[str, list[date]] = {}
    for day in days:
        months.setdefault(month_of(day), []).append(day)
    return months
