"""Cells in their table: blocks written with what they count, and read together with the chunks they become."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells
from chalicelib.counters.cells import LAYOUT, Cell
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.counters.layout import Counts, Layout
from chalicelib.tables.counters import CounterBlockRow

BLOCK, CHUNK, HEAD = "b#", "a#", "a#0000"
"""Chunks stand before blocks: who meets one that has forgotten a block cannot have met the block before."""

_READERS = 8


def block_key(cause: str) -> str:
    """Where the block stands that counts a cause: a run's first record, a conversion's revision."""
    return BLOCK + hashlib.blake2b(cause.encode(), digest_size=10).hexdigest()


def block_id(row: CounterBlockRow) -> str:
    """The name under which a chunk remembers that it absorbed the block or chunk."""
    position: str = row.position
    return position.removeprefix(BLOCK)


def append_blocks(write: TransactWrite, cause: str, counted: Mapping[Cell, Counts]) -> None:
    """Adds to the transaction what is counted for one cause, one item for each partition that it falls into.

    The transaction must hold a condition that lets the cause be written only once.
    """
    for partition, part in cells.by_partition(counted).items():
        write.save(CounterBlockRow(partition, block_key(cause), cells=encode(part)))


def read(partitions: Sequence[str], layout: Layout[Any] = LAYOUT) -> Iterator[Columns]:
    """All that is counted in the partitions as of now, a piece at a time, several partitions at once.

    A cell may come in several pieces: its count is their sum.
    """
    with ThreadPoolExecutor(min(_READERS, max(len(partitions), 1))) as readers:
        for pieces in readers.map(_live_blocks, partitions):
            for piece in pieces:
                yield decode_columns(piece, layout)


def _live_blocks(partition: str) -> list[bytes]:
    """The packed cells of all chunks and blocks that none of them has absorbed."""
    rows = list(CounterBlockRow.query(partition, consistent_read=True))
    absorbed = {name for row in rows for name in row.absorbed or ()}
    return [row.cells for row in rows if block_id(row) not in absorbed]
