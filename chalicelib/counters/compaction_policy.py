"""How the partitions of one kind of cells are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.counters import cells
from chalicelib.counters.column_codec import decode, encode
from chalicelib.counters.layout import Layout

MIN_BLOCKS_TO_COMPACT = 16
"""Blocks of one partition that are worth a merge: to rewrite a chunk for fewer costs more than to read them."""

AnyCells = dict[Any, list[int]]


@dataclass(frozen=True, slots=True)
class CompactionPolicy:
    """How the partitions of one kind of cells are kept: merged from so many blocks, and `coarse` (None: as they are).

    `coarse` gives the cells as they are to be kept at a time. It must not matter how often it was asked before,
    nor whether of the parts or of their sum.
    """

    layout: Layout[Any] = cells.LAYOUT
    merged_from: int = MIN_BLOCKS_TO_COMPACT
    downsample: Callable[[AnyCells, datetime], AnyCells] | None = None

    def unpacked(self, stored: bytes) -> AnyCells:
        """The cells of what was packed."""
        return decode(stored, self.layout)

    def packed(self, held: AnyCells, now: datetime) -> bytes:
        """The cells, packed as they are to be kept at `now`."""
        return encode(self.downsample(held, now) if self.downsample else held, self.layout)


REPORTS = CompactionPolicy()
