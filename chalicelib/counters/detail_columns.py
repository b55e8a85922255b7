"""Splits joint cells into detail cells, one dimension at a time."""

from collections.abc import Iterable, Sequence
from operator import add
from typing import Any

from chalicelib.counters.column_codec import Columns, decode_columns
from chalicelib.counters.detail_cells import COUNTS, DETAILS, JOINT_LAYOUT, DetailCell, DetailCells, JointCell
from chalicelib.counters.detail_places import Naming

_SHARED = JointCell._fields[: JointCell._fields.index("click_day")]
"""The first dimensions of a joint cell are those of a detail cell too."""


def split(blocks: Iterable[bytes], name_of: Naming, dimensions: Sequence[str] = DETAILS) -> DetailCells:
    """Return the detail cells of these dimensions in blocks of joint cells, which are in stream order."""
    counted: DetailCells = {}
    for block in blocks:
        columns = decode_columns(block, JOINT_LAYOUT)
        rows = _Rows(columns)
        for dimension in dimensions:
            if any(columns.values[dimension]):
                rows.add_to(counted, dimension, name_of)
    return counted


class _Rows:
    """The rows of a block: the shared dimensions, publisher, day of the click and counts of each."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._shared = list(zip(*(self._column(name) for name in _SHARED), strict=True))
        self._days = self._column("click_day")
        self._publishers = self._column("publisher")
        counts = [columns.counts.get(name) or bytes(columns.size) for name in COUNTS]
        self._counts = list(zip(*counts, strict=True))

    def _column(self, name: str) -> list[Any]:
        values = self._columns.values[name]
        return [values[code] for code in self._columns.codes[name]]

    def add_to(self, counted: DetailCells, dimension: str, name_of: Naming) -> None:
        """Add the rows that have a value of the dimension to its cells."""
        rows = zip(self._column(dimension), self._shared, self._publishers, self._days, self._counts, strict=True)
        for value, shared, publisher, day, counts in rows:
            if value:
                name = name_of(day, (dimension, publisher), value)
                cell = DetailCell._make((dimension, 1 if day else 0, *shared, name))
                known = counted.get(cell)
                counted[cell] = list(map(add, known, counts)) if known else list(counts)
