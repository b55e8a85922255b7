"""Blocks of cells into chunks, and chunks into fewer, while others read and write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells
from chalicelib.counters.blocks import BLOCK, CHUNK, block_id
from chalicelib.counters.compaction_policy import MIN_BLOCKS_TO_COMPACT, REPORTS, AnyCells, CompactionPolicy
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow

CHUNK_BYTES = 300_000
"""How large a chunk may grow; DynamoDB takes 400 KB, some of which the names of absorbed blocks need."""

ABSORBED_AT_ONCE = 1_000
REMEMBERED = 2_000
"""Names of what it absorbed that one chunk may hold: about 90 KB beside its cells."""

_DELETION_GRACE = timedelta(minutes=2)
"""How long an absorbed row stays: much longer than any reader takes from a partition's first row to its last."""

_CONFLICT_CODES = ("ConditionalCheckFailed", "TransactionConflict")


@dataclass(frozen=True, slots=True)
class _Merge:
    """The blocks and chunks of a partition as a merge at `now` finds them, the chunks in the order of their making."""

    partition: str
    blocks: Sequence[CounterBlockRow]
    all_chunks: Sequence[CounterBlockRow]
    keeping: CompactionPolicy
    now: datetime

    @property
    def absorbed(self) -> dict[str, int]:
        """When each absorbed row was, by name."""
        return {name: at for chunk in self.all_chunks for name, at in (chunk.absorbed or {}).items()}

    @property
    def chunks(self) -> list[CounterBlockRow]:
        """The chunks that no other has absorbed; the head is always the first."""
        return _without(self.all_chunks, self.absorbed)

    @property
    def fresh(self) -> list[CounterBlockRow]:
        """The blocks that no chunk has absorbed."""
        return _without(self.blocks, self.absorbed)


def _without(rows: Iterable[CounterBlockRow], absorbed: Mapping[str, int]) -> list[CounterBlockRow]:
    return [row for row in rows if block_id(row) not in absorbed]


def compact_all(partitions: Iterable[str], now: datetime, keeping: CompactionPolicy = REPORTS) -> list[CounterBlockRow]:
    """Merges each of the partitions until little is left; the blocks that were merged."""
    return [block for partition in partitions for block in _merge_whole(partition, now, keeping)]


def _merge_whole(partition: str, now: datetime, keeping: CompactionPolicy) -> list[CounterBlockRow]:
    total = merged = compact(partition, now, keeping)
    while len(merged) == ABSORBED_AT_ONCE:
        merged = compact(partition, now, keeping)
        total = total + merged
    return total


def uncompacted_blocks(partitions: Iterable[str]) -> list[CounterBlockRow]:
    """Some blocks of each partition: all of them where they are too few to be merged."""
    first = CounterBlockRow.position.startswith(BLOCK)
    return [
        block
        for partition in partitions
        for block in CounterBlockRow.query(partition, first, limit=MIN_BLOCKS_TO_COMPACT)
    ]


def compact(partition: str, now: datetime, keeping: CompactionPolicy = REPORTS) -> list[CounterBlockRow]:
    """Merges the partition's fresh blocks into its last chunk, or a new one where that is full; those blocks.

    A chunk that names what it absorbed is written first, the blocks are deleted in a later call: whoever
    reads between sees each block once. The head chunk's version lets one merger through at a time, and is
    read before the blocks: what another merger did to them meanwhile has changed it.
    """
    if (
        CounterBlockRow.count(partition, CounterBlockRow.position.startswith(BLOCK), limit=keeping.merged_from)
        < keeping.merged_from
    ):
        return []
    chunks = list(CounterBlockRow.query(partition, CounterBlockRow.position.startswith(CHUNK), consistent_read=True))
    blocks = list(CounterBlockRow.query(partition, CounterBlockRow.position.startswith(BLOCK), consistent_read=True))
    found = _Merge(partition, blocks, sorted(chunks, key=_number), keeping, now)
    _drop_deleted_names(found, _delete_absorbed(found))
    taken = found.fresh[:ABSORBED_AT_ONCE]
    if len(taken) < keeping.merged_from:
        return []
    return taken if _write(found, taken) else []


def _number(chunk: CounterBlockRow) -> int:
    position: str = chunk.position
    return int(position.removeprefix(CHUNK))


def _delete_absorbed(found: _Merge) -> set[str]:
    """Deletes the rows absorbed long enough ago; the names of those that an earlier call has deleted."""
    long_ago = (found.now - _DELETION_GRACE).timestamp()
    old = {name for name, at in found.absorbed.items() if at < long_ago}
    standing = [row for row in (*found.all_chunks, *found.blocks) if block_id(row) in old]
    with CounterBlockRow.batch_write() as batch:
        for row in standing:
            batch.delete(row)
    return old - {block_id(row) for row in standing}


def _drop_deleted_names(found: _Merge, gone: set[str]) -> None:
    for chunk in found.all_chunks:
        chunk.absorbed = {name: at for name, at in (chunk.absorbed or {}).items() if name not in gone}


def _write(found: _Merge, taken: Sequence[CounterBlockRow]) -> bool:
    """Writes the chunk with the blocks in it, and one that came to be less; False where another merger came first."""
    smaller = _downsampled_chunk(found)
    grown = _grown(found, taken)
    _absorb(grown, taken, found.now)
    try:
        _commit(found, [grown, *smaller], taken)
    except TransactWriteError as error:
        if any(reason and reason.code in _CONFLICT_CODES for reason in error.cancellation_reasons):
            return False
        raise
    return True


def _absorb(chunk: CounterBlockRow, rows: Iterable[CounterBlockRow], now: datetime) -> None:
    chunk.absorbed = {**(chunk.absorbed or {}), **{block_id(row): int(now.timestamp()) for row in rows}}


def _grown(found: _Merge, taken: Sequence[CounterBlockRow]) -> CounterBlockRow:
    """The last chunk with the blocks in it, or a new chunk of them alone where that would hold too much."""
    keeping, together = found.keeping, AnyCells()
    for block in taken:
        cells.add_cells(together, keeping.unpacked(block.cells))
    alone = keeping.packed(together, found.now)
    if not found.chunks:
        return _chunk(found, 0, alone)
    last = found.chunks[-1]
    cells.add_cells(together, keeping.unpacked(last.cells))
    whole = keeping.packed(together, found.now)
    if len(whole) > CHUNK_BYTES or len(last.absorbed) + len(taken) > REMEMBERED:
        return _chunk(found, _number(last) + 1, alone)
    last.cells = whole
    return last


def _chunk(found: _Merge, number: int, packed_cells: bytes) -> CounterBlockRow:
    return CounterBlockRow(found.partition, f"{CHUNK}{number:04d}", cells=packed_cells, version=0)


def _downsampled_chunk(found: _Merge) -> list[CounterBlockRow]:
    """One full chunk, another each minute, as it is to be kept by now, with the next one in it where both are small.

    None where cells are kept as they are, or this one is already kept so. The next one is absorbed as blocks are:
    it stays for a while beside the chunk that names it.
    """
    full = found.chunks[:-1]
    if not found.keeping.downsample or not full:
        return []
    place = int(found.now.timestamp()) // 60 % len(full)
    chunk, before = full[place], full[place].cells
    taken_in = [other for other in full[place + 1 : place + 2] if _fit_together(chunk, other)]
    together = found.keeping.unpacked(before)
    for other in taken_in:
        cells.add_cells(together, found.keeping.unpacked(other.cells))
        chunk.absorbed = {**chunk.absorbed, **other.absorbed}
    _absorb(chunk, taken_in, found.now)
    chunk.cells = found.keeping.packed(together, found.now)
    return [chunk] if taken_in or chunk.cells != before else []


def _fit_together(one: CounterBlockRow, other: CounterBlockRow) -> bool:
    """Whether one chunk may hold what both do, even if the sum of the cells packs worse than each."""
    names = len(one.absorbed) + len(other.absorbed) + 1
    return len(one.cells) + len(other.cells) <= CHUNK_BYTES // 2 and names <= REMEMBERED


def _commit(found: _Merge, chunks: Sequence[CounterBlockRow], taken: Sequence[CounterBlockRow]) -> None:
    """Writes the chunks and, in the same transaction, that the head has changed, which it must not have meanwhile."""
    head = found.chunks[0] if found.chunks else None
    unchanged = CounterBlockRow.version == head.version if head else CounterBlockRow.position.does_not_exist()
    first = head or chunks[0]
    first.version += 1
    first.at = max((row.at for row in (first, *taken) if row.at), default=None)
    with TransactWrite(connection=connection()) as write:
        for chunk in chunks:
            write.save(chunk, unchanged if chunk is first else None)
        if not any(chunk is first for chunk in chunks):
            write.update(CounterBlockRow(found.partition, first.position), _newer(first.at), unchanged)


def _newer(at: int | None) -> list[Any]:
    return [CounterBlockRow.version.add(1), *([CounterBlockRow.at.set(at)] if at else [])]
