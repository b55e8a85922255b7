"""Policy by which the partitions of one kind of cells are compacted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.counters.cells import LAYOUT, add_cells
from chalicelib.counters.column_codec import decode, encode
from chalicelib.counters.layout import Layout

MIN_BLOCKS_TO_COMPACT = 16
"""Blocks of one partition that are worth compacting: with fewer, to rewrite a chunk costs more than to read them."""

AnyCells = dict[Any, list[int]]


@dataclass(frozen=True, slots=True)
class CompactionPolicy:
    """Layout of the cells, number of blocks from which they are compacted, and downsampling (None: cells are kept).

    `downsample` returns the cells to keep at a given time. The result must not depend on how often it was applied
    before, nor on whether it was applied to parts or to their sum. Only blocks with `kind` after the prefix of their
    key are merged, at most `max_blocks` at once. Cells go to a new chunk from `chunk_bytes` on. With `has_empty_head`
    the first chunk stays empty, because each merge updates its version, which costs by its size.
    """

    layout: Layout[Any] = LAYOUT
    min_blocks: int = MIN_BLOCKS_TO_COMPACT
    downsample: Callable[[AnyCells, datetime], AnyCells] | None = None
    kind: str = ""
    max_blocks: int | None = None
    chunk_bytes: int | None = None
    has_empty_head: bool = False

    def fold(self, blocks: Sequence[bytes], chunks: Sequence[bytes]) -> AnyCells:  # noqa: ARG002 - details need them
        """Return the cells that blocks, in the order of their keys, add to the chunks."""
        total: AnyCells = {}
        for block in blocks:
            add_cells(total, self.decode(block))
        return total

    def decode(self, stored: bytes) -> AnyCells:
        """Return stored cells."""
        return decode(stored, self.layout)

    def encode(self, cells: AnyCells, now: datetime) -> bytes:
        """Return the cells to keep at `now` as they are stored."""
        return encode(self.downsample(cells, now) if self.downsample else cells, self.layout)


REPORTS = CompactionPolicy()
