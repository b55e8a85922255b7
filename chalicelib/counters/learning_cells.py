"""Learning cells: clicks on offers of smartlinks and their conversions, in the dimensions of the optimizer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.counters.cells import add_cells
from chalicelib.counters.delay_bins import HOUR_MS, delay_bin
from chalicelib.counters.layout import Counts, Layout
from chalicelib.domain.click import Outcome, is_unique
from chalicelib.domain.ids import is_smartlink_id
from chalicelib.domain.money import millionths

NO_DELAY = -1
"""The delay in cells of clicks."""

COUNTS = (
    "clicks",
    "conversions",
    "payout",
    "revenue",
    "payout_squares",
    "revenue_squares",
    "payout_times_revenue",
)
"""Counts of a learning cell. Money is in millionths; squares and products are sums over single conversions."""

_CLICK = (1, 0, 0, 0, 0, 0, 0)
_WIDTHS = ((24, 4 * 24), (4, 24))
"""Lengths of older buckets, and the hours after their end at which they get them."""


class LearningCell(NamedTuple):
    """Clicks or conversions of one smartlink and epoch by the time of the click; an unknown value is empty.

    The bucket starts at `hour`, in hours since 1970, and is `span` hours long: 1, later 4, later 24. Conversions are in
    the bucket of their click, in separate cells by the bin of their `delay`.
    """

    hour: int
    span: int
    country: str
    device: str
    campaign: str
    delay: int = NO_DELAY


LearningCells = dict[LearningCell, list[int]]
LAYOUT = Layout(LearningCell, COUNTS)


def partition(pool_id: str, epoch: int) -> str:
    """Return the partition of a smartlink's learning cells in one epoch."""
    return f"{pool_id}#{epoch}"


def is_training_click(stored: Mapping[str, Any]) -> bool:
    """Return whether the optimizer uses the stored click: unique, by no bot, on an offer of a smartlink."""
    is_on_offer = is_smartlink_id(stored["route_id"]) and stored["outcome"] == Outcome.OFFER
    return is_on_offer and is_unique(stored)


def of_click(stored: Mapping[str, Any]) -> tuple[str, LearningCell] | None:
    """Return the partition and the cell that a recorded click increments; None if it is no training click.

    The click must be one for which `cells.cell_of_click` returns a cell.
    """
    if not is_training_click(stored):
        return None
    return partition(stored["route_id"], int(stored["epoch"])), _cell(stored, int(stored["at"]))


def add_click(parts: dict[str, LearningCells], partition_name: str, cell: LearningCell) -> None:
    """Add a click to the cells by partition."""
    add_cells(parts.setdefault(partition_name, {}), {cell: _CLICK})


def conversion_cells(stored: Mapping[str, Any], sign: int) -> dict[str, LearningCells]:
    """Return by partition the cells that the stored conversion adds, or with `sign` -1 takes back.

    It is empty if its click is no training click, or is older than this field.
    """
    if not stored.get("learned"):
        return {}
    click_at = int(stored["click_at"])
    cell = _cell(stored, click_at)._replace(delay=delay_bin(int(stored["at"]) - click_at))
    payout, revenue = millionths(stored["payout"]), millionths(stored["revenue"])
    counts = (0, 1, payout, revenue, payout * payout, revenue * revenue, payout * revenue)
    return {partition(stored["route_id"], int(stored["epoch"])): {cell: [sign * count for count in counts]}}


def _cell(stored: Mapping[str, Any], click_at: int) -> LearningCell:
    country, campaign = stored.get("country") or "", stored.get("campaign_id") or ""
    return LearningCell(click_at // HOUR_MS, 1, country, stored["device"], campaign)


def bucket_at(hour: int, span: int, now: int, retention_hours: int) -> tuple[int, int] | None:
    """Return hour and span of the bucket that contains the given one at `now`, or None if it is too old.

    All values are hours. A bucket is 4 hours long once these ended a day ago, and a whole UTC day once that ended four
    days ago; it is dropped when it ended `retention_hours` ago. A bucket never becomes shorter, so the buckets of one
    time do not overlap, whenever they were downsampled.
    """
    length = next((width for width, age in _WIDTHS if hour // width * width + width <= now - age), 1)
    width = max(span, length)
    start = hour // width * width
    return (start, width) if start + width > now - retention_hours else None


def downsample(cells: Mapping[LearningCell, Counts], now: datetime, retention_days: int) -> LearningCells:
    """Return the cells in the buckets of `now`, without those that ended `retention_days` ago.

    The sums of the other cells are unchanged. To downsample twice, or parts before their sum, gives the same result.
    """
    hour = int(now.timestamp()) // 3600
    periods = {(cell.hour, cell.span) for cell in cells}
    buckets = {period: bucket_at(*period, hour, retention_days * 24) for period in periods}
    downsampled: LearningCells = {}
    for cell, counts in cells.items():
        if bucket := buckets[cell.hour, cell.span]:
            add_cells(downsampled, {cell._replace(hour=bucket[0], span=bucket[1]): counts})
    return downsampled
