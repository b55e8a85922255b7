"""Learning cells: clicks that offers of smartlinks took, and what came of them, as far as learning tells them apart."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.counters.cells import add_cells
from chalicelib.counters.delay_bins import HOUR_MS, delay_bin
from chalicelib.counters.layout import Counts, Layout
from chalicelib.domain.click import Outcome
from chalicelib.domain.money import millionths

SMARTLINK = "sml_"
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
"""What a learning cell counts. Money is in millionths; squares and products are sums over single conversions."""

_CLICK = (1, 0, 0, 0, 0, 0, 0)
_WIDTHS = ((24, 4 * 24), (4, 24))
"""How wide buckets become, and how many hours after their end."""


class LearningCell(NamedTuple):
    """Clicks, or conversions, of one pool and epoch by the time of the click; what is unknown is empty.

    The bucket begins at `hour`, in hours since 1970, and is `span` hours long: 1, later 4, later 24. Conversions
    lie in the bucket of their click, apart by the bin of their `delay`.
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
    """The partition of a pool's learning cells in one epoch."""
    return f"{pool_id}#{epoch}"


def is_training_click(stored: Mapping[str, Any]) -> bool:
    """Whether the stored click is learned from: a unique one, by no bot, that an offer of a smartlink took."""
    taken = stored["route_id"].startswith(SMARTLINK) and stored["outcome"] == Outcome.OFFER
    return taken and not (stored.get("is_bot") or stored.get("is_duplicate"))


def of_click(stored: Mapping[str, Any]) -> tuple[str, LearningCell] | None:
    """The partition and the cell that a recorded click adds one click to; None where it is not learned from.

    The record must be one that has a cell of reports.
    """
    if not is_training_click(stored):
        return None
    return partition(stored["route_id"], int(stored["epoch"])), _cell(stored, int(stored["at"]))


def add_click(counted: dict[str, LearningCells], where: tuple[str, LearningCell]) -> None:
    """Adds a click to the cells by partition."""
    add_cells(counted.setdefault(where[0], {}), {where[1]: _CLICK})


def of_conversion(stored: Mapping[str, Any], sign: int) -> dict[str, LearningCells]:
    """By partition, what the stored conversion adds to the cells, or with `sign` -1 takes back.

    Nothing where its click is not learned from, or was before there was any learning.
    """
    if not stored.get("learned"):
        return {}
    clicked = int(stored["click_at"])
    cell = _cell(stored, clicked)._replace(delay=delay_bin(int(stored["at"]) - clicked))
    payout, revenue = millionths(stored["payout"]), millionths(stored["revenue"])
    counts = (0, 1, payout, revenue, payout * payout, revenue * revenue, payout * revenue)
    return {partition(stored["route_id"], int(stored["epoch"])): {cell: [sign * count for count in counts]}}


def _cell(stored: Mapping[str, Any], clicked: int) -> LearningCell:
    country, campaign = stored.get("country") or "", stored.get("campaign_id") or ""
    return LearningCell(clicked // HOUR_MS, 1, country, stored["device"], campaign)


def bucket_at(hour: int, span: int, now: int, kept: int) -> tuple[int, int] | None:
    """Hour and span of the bucket in which those of `hour` and `span` lie at `now`; None where it is forgotten.

    All are hours. A bucket is 4 hours long once these ended a day ago, and a whole UTC day once that ended four
    days ago; it is forgotten when it ended `kept` hours ago. A bucket never becomes narrower, so buckets of one
    moment do not overlap, whenever they were coarsened.
    """
    wanted = next((width for width, age in _WIDTHS if hour // width * width + width <= now - age), 1)
    width = max(span, wanted)
    start = hour // width * width
    return (start, width) if start + width > now - kept else None


def downsample(cells: Mapping[LearningCell, Counts], now: datetime, kept_days: int) -> LearningCells:
    """The cells in the buckets of `now`, without those that ended `kept_days` ago.

    What is kept adds up to what it was. To coarsen twice, or to coarsen the parts before the sum, is to coarsen once.
    """
    hour = int(now.timestamp()) // 3600
    periods = {(cell.hour, cell.span) for cell in cells}
    buckets = {period: bucket_at(*period, hour, kept_days * 24) for period in periods}
    found: LearningCells = {}
    for cell, counts in cells.items():
        if place := buckets[cell.hour, cell.span]:
            add_cells(found, {cell._replace(hour=place[0], span=place[1]): counts})
    return found
