"""Items of a roll-up: cells sorted by route and encoded, so that a report on one smartlink reads few items."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress, groupby
from operator import attrgetter
from typing import Any

from chalicelib.counters.cells import LAYOUT, QUARTERS_A_DAY, Cell, Cells, add_cells
from chalicelib.counters.column_codec import Columns, encode
from chalicelib.counters.layout import Counts, Layout
from chalicelib.counters.rollups.head import Range

LITE_DIMENSIONS = frozenset({"quarter", "smartlink", "campaign", "publisher", "currency", "goal", "reason"})
"""The dimensions of lite cells. They include currency and campaign because reports need both to read amounts."""

ITEM_BYTES = 300_000
ITEM_CELLS = 30_000
"""Maximum size of an item, and number of cells that usually fit into it."""

SHARED_CELLS = 4_000
"""Maximum number of cells in an item with several routes: they are decoded in about a millisecond."""

_LITE_SHARE = 0.75
"""Maximum number of lite cells per full cell. With more, lite items would save too little to be stored."""


@dataclass(frozen=True, slots=True)
class Item:
    """Encoded cells, and the first and last route among them."""

    range: Range
    content: bytes


def lite_cells(cells: Mapping[Cell, Counts]) -> Cells | None:
    """Return the sums of the cells by `LITE_DIMENSIONS`, or None if they are hardly fewer than the cells."""
    lite: Cells = {}
    for cell, counts in cells.items():
        key = Cell(
            quarter=cell.quarter,
            smartlink=cell.smartlink,
            campaign=cell.campaign,
            publisher=cell.publisher,
            reason=cell.reason,
            currency=cell.currency,
            goal=cell.goal,
        )
        add_cells(lite, {key: counts})
    return lite if len(lite) <= _LITE_SHARE * len(cells) else None


def pack(cells: Mapping[Any, Counts], layout: Layout[Any] = LAYOUT) -> list[Item]:
    """Return the cells that have a count, as items in the order of their routes.

    The layout, of reports by default, has the dimensions `smartlink` and `quarter`.
    """
    rows = sorted((cell for cell, counts in cells.items() if any(counts)), key=attrgetter("smartlink", "quarter"))
    return [item for group in _groups(rows) for item in _encode(cells, group, layout)]


def _groups(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the cells of each item: of one large route, or of several small ones."""
    shared: list[Any] = []
    for _, cells in groupby(rows, attrgetter("smartlink")):
        route = list(cells)
        if shared and len(shared) + len(route) > SHARED_CELLS:
            yield shared
            shared = []
        shared.extend(route)
    if shared:
        yield shared


def _encode(cells: Mapping[Any, Counts], rows: list[Any], layout: Layout[Any]) -> Iterator[Item]:
    """Yield the rows as items, halved until each fits."""
    content = encode({row: cells[row] for row in rows}, layout) if len(rows) <= ITEM_CELLS else b""
    if content and (len(content) <= ITEM_BYTES or len(rows) == 1):
        yield Item((rows[0].smartlink, rows[-1].smartlink), content)
        return
    middle = len(rows) // 2
    yield from _encode(cells, rows[:middle], layout)
    yield from _encode(cells, rows[middle:], layout)


def only_days(piece: Columns, days: set[int]) -> Columns:
    """Return the cells of these UTC days, counted from 1970."""
    allowed = [quarter // QUARTERS_A_DAY in days for quarter in piece.values["quarter"]]
    if all(allowed):
        return piece
    mask = [allowed[code] for code in piece.codes["quarter"]]
    codes = {name: list(compress(column, mask)) for name, column in piece.codes.items()}
    counts = {name: list(compress(column, mask)) for name, column in piece.counts.items()}
    return Columns(sum(mask), piece.values, codes, counts)
