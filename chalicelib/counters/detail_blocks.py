"""Joint cells in the counters table: blocks in stream order, in partitions of their own."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pynamodb.transactions import TransactWrite

from chalicelib.counters import detail_cells
from chalicelib.counters.blocks import BLOCK, CHUNK, live_rows, read_each
from chalicelib.counters.column_codec import encode
from chalicelib.counters.detail_cells import JOINT_LAYOUT, JointCell
from chalicelib.counters.layout import Counts
from chalicelib.tables.counters import CounterBlockRow

OWN, LATE = "o#", "l#"
"""Kinds of blocks, after their prefix: with values that take places in the partition, and with late cells."""


def batch_order(at: int, sequence: str, digest: bytes) -> str:
    """Return a key that sorts batches of the stream by time (milliseconds) and sequence number of the first record.

    The digest of that record makes the key different from those of other shards.
    """
    return f"{at:011x}{len(sequence):02d}{sequence}{digest.hex()}"


def change_order(at: int, cause: str) -> str:
    """Return a key that sorts changes of conversions by time (milliseconds) among batches. `cause` is the revision."""
    return f"{at:011x}{hashlib.blake2b(cause.encode(), digest_size=10).hexdigest()}"


def add_blocks(write: TransactWrite, order: str, counted: Mapping[JointCell, Counts]) -> None:
    """Add the joint cells of one cause to the transaction, one item for each partition and kind.

    The transaction must contain a condition that lets the cause be counted only once.
    """
    for (partition, is_late), part in detail_cells.by_partition(counted).items():
        position = f"{BLOCK}{LATE if is_late else OWN}{order}"
        write.save(CounterBlockRow(partition, position, cells=encode(part, JOINT_LAYOUT)))


@dataclass(frozen=True, slots=True)
class DetailRows:
    """The encoded cells of a partition: chunks, and the blocks that no chunk has absorbed, in stream order."""

    chunks: Sequence[bytes]
    own: Sequence[bytes]
    late: Sequence[bytes]


def read(partitions: Sequence[str]) -> Iterator[DetailRows]:
    """Yield the current rows of each partition as `read_each` does."""
    return read_each(partitions, read_partition)


def read_partition(partition: str) -> DetailRows:
    """Return the current rows of a partition."""
    current = live_rows(partition)
    return DetailRows(
        *([row.cells for row in current if _is(row, kind)] for kind in (CHUNK, BLOCK + OWN, BLOCK + LATE))
    )


def _is(row: CounterBlockRow, prefix: str) -> bool:
    return bool(row.position.startswith(prefix))


def read_chunks(partition: str) -> list[bytes]:
    """Return the encoded cells of the partition's chunks. None of them absorbs another one."""
    is_chunk = CounterBlockRow.position.startswith(CHUNK)
    return [row.cells for row in CounterBlockRow.query(partition, is_chunk, consistent_read=True)]
