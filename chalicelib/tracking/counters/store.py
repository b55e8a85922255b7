"""Counter cells in their table: blocks written with what they count, merged into chunks, read together."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.tables import Counter, connection
from chalicelib.tracking.counters import cells
from chalicelib.tracking.counters.cells import Cell, Cells, Counts
from chalicelib.tracking.counters.packing import Columns, columns, packed, unpacked

MERGED_FROM = 16
"""Blocks of one partition that are worth a merge: to rewrite a chunk for fewer costs more than to read them."""

CHUNK_BYTES = 300_000
"""How large a chunk may grow; DynamoDB takes 400 KB, some of which the names of absorbed blocks need."""

ABSORBED_AT_ONCE = 1_000
REMEMBERED = 2_000
"""Names of absorbed blocks that one chunk may hold: about 90 KB beside its cells."""

_STANDS = timedelta(minutes=2)
"""How long an absorbed block stays: much longer than any reader takes from a partition's first row to its last."""

_BLOCK, _CHUNK, _HEAD = "b#", "a#", "a#0000"
"""Chunks stand before blocks: who meets one that has forgotten a block cannot have met the block before."""

_READERS = 8


def block_id(cause: str) -> str:
    """The name of the block that counts a cause: a run's first record, a conversion's revision."""
    return hashlib.blake2b(cause.encode(), digest_size=10).hexdigest()


def add_blocks(write: TransactWrite, cause: str, counted: Mapping[Cell, Counts]) -> None:
    """Adds to the transaction what is counted for one cause, one item for each partition that it falls into.

    The transaction must hold a condition that lets the cause be written only once.
    """
    for partition, part in cells.by_partition(counted).items():
        write.save(Counter(partition, f"{_BLOCK}{block_id(cause)}", cells=packed(part)))


def read(partitions: Sequence[str]) -> Iterator[Columns]:
    """All that is counted in the partitions as of now, a piece at a time, several partitions at once.

    A cell may come in several pieces: its count is their sum.
    """
    with ThreadPoolExecutor(min(_READERS, max(len(partitions), 1))) as readers:
        for pieces in readers.map(_pieces, partitions):
            for piece in pieces:
                yield columns(piece)


def _pieces(partition: str) -> list[bytes]:
    """The packed cells of all chunks, and of the blocks that none of them has absorbed."""
    rows = list(Counter.query(partition, consistent_read=True))
    absorbed = {name for row in rows for name in row.absorbed or ()}
    return [row.cells for row in rows if row.position.removeprefix(_BLOCK) not in absorbed]


@dataclass(frozen=True, slots=True)
class _Partition:
    """The blocks and chunks of a partition as a merge finds them."""

    name: str
    blocks: Sequence[Counter]
    chunks: Sequence[Counter]

    @property
    def absorbed(self) -> dict[str, int]:
        """When each absorbed block was, by name."""
        return {name: at for chunk in self.chunks for name, at in (chunk.absorbed or {}).items()}

    @property
    def fresh(self) -> list[Counter]:
        """The blocks that no chunk has absorbed."""
        absorbed = self.absorbed
        return [block for block in self.blocks if _name(block) not in absorbed]


def merge(partition: str, now: datetime) -> int:
    """Merges the partition's fresh blocks into its last chunk, or a new one where that is full; how many.

    A chunk that names what it absorbed is written first, the blocks are deleted in a later call: whoever
    reads between sees each block once. The head chunk's version lets one merger through at a time, and is
    read before the blocks: what another merger did to them meanwhile has changed it.
    """
    if Counter.count(partition, Counter.position.startswith(_BLOCK), limit=MERGED_FROM) < MERGED_FROM:
        return 0
    chunks = list(Counter.query(partition, Counter.position.startswith(_CHUNK), consistent_read=True))
    blocks = list(Counter.query(partition, Counter.position.startswith(_BLOCK), consistent_read=True))
    found = _Partition(partition, blocks, chunks)
    gone = _delete_absorbed(found, now)
    taken = found.fresh[:ABSORBED_AT_ONCE]
    if len(taken) < MERGED_FROM:
        return 0
    return len(taken) if _write(found, taken, gone, now) else 0


def _delete_absorbed(found: _Partition, now: datetime) -> set[str]:
    """Deletes the blocks absorbed long enough ago; the names of those that an earlier call has deleted."""
    long_ago = (now - _STANDS).timestamp()
    old = {name for name, at in found.absorbed.items() if at < long_ago}
    standing = [block for block in found.blocks if _name(block) in old]
    with Counter.batch_write() as batch:
        for block in standing:
            batch.delete(block)
    return old - {_name(block) for block in standing}


def _write(found: _Partition, taken: Sequence[Counter], gone: set[str], now: datetime) -> bool:
    """Writes the chunk with the blocks in it; False where another merger came first."""
    names = {_name(block): int(now.timestamp()) for block in taken}
    for each in found.chunks:
        each.absorbed = {name: at for name, at in (each.absorbed or {}).items() if name not in gone}
    chunk = _grown(found, taken)
    chunk.absorbed = {**(chunk.absorbed or {}), **names}
    try:
        _commit(found, chunk)
    except TransactWriteError as error:
        if any(reason and reason.code in _OTHERS for reason in error.cancellation_reasons):
            return False
        raise
    return True


_OTHERS = ("ConditionalCheckFailed", "TransactionConflict")


def _grown(found: _Partition, taken: Sequence[Counter]) -> Counter:
    """The last chunk with the blocks in it, or a new chunk of them alone where that would hold too much."""
    together: Cells = {}
    for block in taken:
        cells.merge(together, unpacked(block.cells))
    alone = packed(together)
    if not found.chunks:
        return Counter(found.name, _HEAD, cells=alone, version=0)
    last = found.chunks[-1]
    cells.merge(together, unpacked(last.cells))
    whole = packed(together)
    if len(whole) > CHUNK_BYTES or len(last.absorbed or ()) + len(taken) > REMEMBERED:
        return Counter(found.name, f"{_CHUNK}{len(found.chunks):04d}", cells=alone, version=0)
    last.cells = whole
    return last


def _commit(found: _Partition, chunk: Counter) -> None:
    head = found.chunks[0] if found.chunks else None
    unchanged = Counter.version == head.version if head else Counter.position.does_not_exist()
    with TransactWrite(connection=connection()) as write:
        if chunk.position == _HEAD:
            chunk.version = (chunk.version or 0) + 1
            write.save(chunk, unchanged)
        else:
            write.save(chunk)
            write.update(Counter(found.name, _HEAD), [Counter.version.add(1)], unchanged)


def _name(block: Counter) -> str:
    position: str = block.position
    return position.removeprefix(_BLOCK)


def merge_all(partitions: Iterable[str], now: datetime) -> int:
    """Merges each of the partitions until little is left; how many blocks in all."""
    return sum(_merge_whole(partition, now) for partition in partitions)


def _merge_whole(partition: str, now: datetime) -> int:
    total = merged = merge(partition, now)
    while merged == ABSORBED_AT_ONCE:
        merged = merge(partition, now)
        total += merged
    return total
