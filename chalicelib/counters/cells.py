"""Counter cells: counts for one combination of dimensions in one quarter of an hour.

Quarters, not hours, because some time zones differ from UTC by half or three quarters of an hour, and a report by
local hours and days must be exact in each of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from chalicelib.clicks.rejections import lost_reason
from chalicelib.counters.layout import AnyCell, Counts, Layout
from chalicelib.domain import shards
from chalicelib.domain.click import ExperimentArm

QUARTER_HOUR_MS = 900_000
QUARTERS_A_DAY = 96
SHARDS = 4
"""Partitions of one day, by publisher: each takes about 500 transactional writes a second."""

COUNTS = (
    "unique_clicks",
    "duplicate_clicks",
    "bot_clicks",
    "conversions",
    "payout",
    "revenue",
    "arrived_conversions",
    "arrived_payout",
    "arrived_revenue",
    "poison",
    "pending_conversions",
    "pending_payout",
    "rejected_conversions",
    "arrived_pending_conversions",
    "arrived_pending_payout",
    "arrived_rejected_conversions",
)
"""Counts of a cell. A conversion counts twice: in the quarter of its click, and as `arrived` in its own quarter.

`conversions`, `payout` and `revenue` are those of approved conversions.
"""


class Cell(NamedTuple):
    """One combination of dimensions. A value that is unknown or does not apply is empty.

    `smartlink` is the route's ID (a campaign's for direct links), `reason` the reason of a lost click. `currency` is
    that of the campaign, empty in cells of clicks that reached none or were stored before clicks had it. `arm` is empty
    if the smartlink has only configured weights, `goal` in cells of clicks.
    """

    quarter: int
    smartlink: str = ""
    epoch: int = 0
    campaign: str = ""
    publisher: str = ""
    country: str = ""
    device: str = ""
    os: str = ""
    sub1: str = ""
    reason: str = ""
    currency: str = ""
    arm: str = ""
    goal: str = ""


Cells = dict[Cell, list[int]]
LAYOUT = Layout(Cell, COUNTS)


def quarter_of(milliseconds: int) -> int:
    """Return the quarter of an hour, counted from 1970, of a time in milliseconds."""
    return milliseconds // QUARTER_HOUR_MS


def cell_of_click(stored: Mapping[str, Any]) -> tuple[Cell, str]:
    """Return the cell of a recorded click, and the name of the count that it increments.

    Raises KeyError, TypeError or ValueError for a record that is no click.
    """
    cell = Cell(
        quarter=quarter_of(int(stored["at"])),
        smartlink=_text(stored["route_id"]),
        epoch=int(stored["epoch"]),
        campaign=stored.get("campaign_id") or "",
        publisher=_text(stored["publisher_id"]),
        country=stored.get("country") or "",
        device=_text(stored["device"]),
        os=_text(stored["os"]),
        sub1=(stored.get("sub_ids") or {}).get("sub1") or "",
        reason=lost_reason(stored),
        currency=stored.get("currency") or "",
        arm=arm_dimension(stored),
    )
    if stored.get("is_bot"):
        return cell, "bot_clicks"
    return cell, "duplicate_clicks" if stored.get("is_duplicate") else "unique_clicks"


def arm_dimension(stored: Mapping[str, Any]) -> str:
    """Return the value of the dimension `arm` for a click or for a conversion, which has its click's arm."""
    arm: str = stored.get("arm") or ""
    return "" if arm == ExperimentArm.WEIGHTED else arm


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a record
    if not isinstance(value, str):
        message = f"not a string: {value!r}"
        raise TypeError(message)
    return value


def add(cells: Cells, cell: Cell, **counts: int) -> None:
    """Add to the counts of a cell, by name."""
    totals = cells.setdefault(cell, [0] * len(COUNTS))
    for name, count in counts.items():
        totals[COUNTS.index(name)] += count


def add_cells(cells: dict[AnyCell, list[int]], others: Mapping[AnyCell, Counts]) -> None:
    """Add all `others` to `cells`."""
    for cell, counts in others.items():
        totals = cells.setdefault(cell, [0] * len(counts))
        for n, count in enumerate(counts):
            totals[n] += count


def shard_of(publisher_id: str) -> int:
    """Return the shard of the publisher's cells, the same in every process."""
    return shards.shard_of(publisher_id, SHARDS)


def partition(day: date, shard: int) -> str:
    """Return the partition of the cells of a UTC day and a shard."""
    return f"{day.isoformat()}#{shard}"


def day_of(quarter: int) -> date:
    """Return the UTC day of a quarter."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=quarter // QUARTERS_A_DAY)).date()


def by_day_and_shard(cells: Mapping[Cell, Counts]) -> dict[tuple[date, int], Cells]:
    """Return the cells grouped by UTC day and shard."""
    parts: dict[tuple[date, int], Cells] = {}
    for cell, counts in cells.items():
        parts.setdefault((day_of(cell.quarter), shard_of(cell.publisher)), {})[cell] = list(counts)
    return parts


def by_partition(cells: Mapping[Cell, Counts]) -> dict[str, Cells]:
    """Return the cells grouped by partition."""
    return {partition(*place): part for place, part in by_day_and_shard(cells).items()}


def shards_of(publisher_id: str | None) -> Sequence[int]:
    """Return the publisher's shard, or all shards without a publisher."""
    return range(SHARDS) if publisher_id is None else [shard_of(publisher_id)]


def partitions(days: Iterable[date], publisher_id: str | None = None) -> list[str]:
    """Return the partitions of these UTC days: that of the publisher's shard, or all."""
    return [partition(day, shard) for day in days for shard in shards_of(publisher_id)]


def days_to_compact(now: datetime, retention_days: int) -> list[date]:
    """Return the UTC days to compact at `now`: today, yesterday, and one older day, another each minute.

    In `retention_days` minutes every older day is compacted once.
    """
    minute = int(now.timestamp()) // 60
    ages = (0, 1, 2 + minute % retention_days)
    return [now.date() - timedelta(days=age) for age in ages]
