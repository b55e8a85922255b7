"""Detail cells in roll-ups: taken from the chunks of days, packed by dimension."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chalicelib.counters.cells import add_cells
from chalicelib.counters.column_codec import decode
from chalicelib.counters.detail_cells import LAYOUT, DetailCells
from chalicelib.counters.detail_codec import sections_of
from chalicelib.counters.rollups import items
from chalicelib.counters.rollups.items import Item


@dataclass(slots=True)
class DetailSections:
    """The encoded sections of chunks of several days by dimension, and their size in bytes.

    They are decoded one dimension at a time: all details of a day are many more cells than its report cells.
    """

    by_dimension: dict[str, list[bytes]] = field(default_factory=dict)
    size: int = 0

    def add(self, chunks: Iterable[bytes]) -> None:
        """Add chunks of a day."""
        for chunk in chunks:
            for (dimension, _), section in sections_of(chunk).items():
                self.by_dimension.setdefault(dimension, []).append(section)
                self.size += len(section)

    def pack(self) -> dict[str, list[Item]]:
        """Return the items of each dimension that has cells. `detail_codec.decode_section` decodes one."""
        packed = {dimension: items.pack(_cells(each), LAYOUT) for dimension, each in self.by_dimension.items()}
        return {dimension: each for dimension, each in packed.items() if each}


def _cells(sections: Iterable[bytes]) -> DetailCells:
    cells: DetailCells = {}
    for section in sections:
        add_cells(cells, decode(section, LAYOUT))
    return cells
