"""Cells in the counters table: blocks, each written with what it counts, and the chunks they are compacted into."""

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
"""Prefixes of sort keys, and the key of the first chunk. Chunks sort before blocks, so a reader sees the chunk first.

A chunk drops the name of a block only after the block was deleted, so a reader of that chunk no longer finds the block.
"""

_READERS = 8


def block_key(cause: str) -> str:
    """Return the sort key of the block of a cause: the first record of a batch, or the revision of a conversion."""
    return BLOCK + hashlib.blake2b(cause.encode(), digest_size=10).hexdigest()


def block_id(row: CounterBlockRow) -> str:
    """Return the name under which a chunk lists a block or chunk that it absorbed."""
    position: str = row.position
    return position.removeprefix(BLOCK)


def append_blocks(write: TransactWrite, cause: str, counted: Mapping[Cell, Counts]) -> None:
    """Add the cells of one cause to the transaction, one item for each of their partitions.

    The transaction must contain a condition that lets the cause be counted only once.
    """
    for partition, part in cells.by_partition(counted).items():
        write.save(CounterBlockRow(partition, block_key(cause), cells=encode(part)))


def read(partitions: Sequence[str], layout: Layout[Any] = LAYOUT) -> Iterator[Columns]:
    """Yield all current cells of the partitions block by block, reading several partitions at once.

    A cell may be in several blocks: its count is their sum.
    """
    with ThreadPoolExecutor(min(_READERS, max(len(partitions), 1))) as readers:
        for stored in readers.map(_live_blocks, partitions):
            for block in stored:
                yield decode_columns(block, layout)


def _live_blocks(partition: str) -> list[bytes]:
    """Return the encoded cells of all blocks and chunks that no chunk has absorbed."""
    rows = list(CounterBlockRow.query(partition, consistent_read=True))
    absorbed = {name for row in rows for name in row.absorbed or ()}
    return [row.cells for row in rows if block_id(row) not in absorbed]
