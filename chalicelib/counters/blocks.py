"""Cells in the counters table: blocks, each written with what it counts, and the chunks they are compacted into."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells
from chalicelib.counters.cells import LAYOUT, Cell
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.counters.layout import Counts, Layout
from chalicelib.counters.rollups import keys
from chalicelib.tables.counters import CounterBlockRow

BLOCK, CHUNK, HEAD = "b#", "a#", "a#0000"
"""Prefixes of sort keys, and the key of the first chunk. Chunks sort before blocks, so a reader sees the chunk first.

A chunk drops the name of a block only after the block was deleted, so a reader of that chunk no longer finds the block.
"""

_READERS = 8

_Read = TypeVar("_Read")


def block_key(cause: str) -> str:
    """Return the sort key of the block of a cause: the first record of a batch, or the revision of a conversion."""
    return BLOCK + hashlib.blake2b(cause.encode(), digest_size=10).hexdigest()


def block_id(row: CounterBlockRow) -> str:
    """Return the name under which a chunk lists a block or chunk that it absorbed."""
    position: str = row.position
    return position.removeprefix(BLOCK)


def append_blocks(
    write: TransactWrite, cause: str, counted: Mapping[Cell, Counts], now: datetime, counted_until: int | None = None
) -> None:
    """Add the cells of one cause to the transaction, one item for each of their partitions.

    A block of a day that may be rolled up has a late marker, a second item. The transaction must contain a condition
    that lets the cause be counted only once. `counted_until` is the time in milliseconds until which the cause has
    counted the stream of clicks; a conversion has none.
    """
    for (day, shard), part in cells.by_day_and_shard(counted).items():
        name = block_key(cause)
        write.save(CounterBlockRow(cells.partition(day, shard), name, cells=encode(part), at=counted_until))
        if keys.is_late(day, now):
            write.save(CounterBlockRow(*keys.marker_key(day, shard, name.removeprefix(BLOCK)), cells=b""))


def read(partitions: Sequence[str], layout: Layout[Any] = LAYOUT) -> Iterator[Columns]:
    """Yield all current cells of the partitions block by block, reading several partitions at once.

    A cell may be in several blocks: its count is their sum.
    """
    for stored in read_each(partitions, live_rows):
        for row in stored:
            yield decode_columns(row.cells, layout)


def read_each(partitions: Sequence[str], read_one: Callable[[str], _Read]) -> Iterator[_Read]:
    """Yield what `read_one` returns for each partition, reading several partitions at once."""
    with ThreadPoolExecutor(min(_READERS, max(len(partitions), 1))) as readers:
        yield from readers.map(read_one, partitions)


def live_rows(partition: str) -> list[CounterBlockRow]:
    """Return all blocks and chunks that no chunk has absorbed."""
    rows = list(CounterBlockRow.query(partition, consistent_read=True))
    absorbed = {name for row in rows for name in row.absorbed or ()}
    return [row for row in rows if block_id(row) not in absorbed]


def fingerprint(*partitions: Sequence[CounterBlockRow]) -> str:
    """Return a digest of the live rows of partitions. States with the same digest have the same counts."""
    names = "\n\n".join("\n".join(f"{row.position} {row.version}" for row in rows) for rows in partitions)
    return hashlib.blake2b(names.encode(), digest_size=8).hexdigest()


def counted_until(partitions: Sequence[str]) -> int | None:
    """Return the newest time in milliseconds until which the clicks in these partitions were counted, None if none."""
    return max((at for times in read_each(partitions, _times) for at in times), default=None)


def _times(partition: str) -> list[int]:
    rows = CounterBlockRow.query(partition, consistent_read=True, attributes_to_get=["at"])
    return [row.at for row in rows if row.at is not None]
