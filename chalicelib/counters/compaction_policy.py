"""Policy by which the partitions of one kind of cells are compacted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.counters.cells import LAYOUT
from chalicelib.counters.column_codec import decode, encode
from chalicelib.counters.layout import Layout

MIN_BLOCKS_TO_COMPACT = 16
"""Blocks of one partition that are worth compacting: with fewer, to rewrite a chunk costs more than to read them."""

AnyCells = dict[Any, list[int]]


@dataclass(frozen=True, slots=True)
class CompactionPolicy:
    """Layout of the cells, number of blocks from which they are compacted, and downsampling (None: cells are kept).

    `downsample` returns the cells to keep at a given time. The result must not depend on how often it was applied
    before, nor on whether it was applied to parts or to their sum.
    """

    layout: Layout[Any] = LAYOUT
    min_blocks: int = MIN_BLOCKS_TO_COMPACT
    downsample: Callable[[AnyCells, datetime], AnyCells] | None = None

    def decode(self, stored: bytes) -> AnyCells:
        """Return stored cells."""
        return decode(stored, self.layout)

    def encode(self, cells: AnyCells, now: datetime) -> bytes:
        """Return the cells to keep at `now` as they are stored."""
        return encode(self.downsample(cells, now) if self.downsample else cells, self.layout)


REPORTS = CompactionPolicy()
