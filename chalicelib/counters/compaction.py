"""Compaction: blocks are merged into chunks, and chunks into fewer, while others read and write."""

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
"""Maximum size of a chunk's cells. DynamoDB allows 400 KB, and the names of absorbed blocks need a part of it."""

MAX_CELL_BYTES = 310_000
"""Maximum size of the cells of one merge. With more it takes fewer blocks; a single block always fits into an item."""

MAX_BLOCKS_PER_MERGE = 1_000
MAX_ABSORBED_NAMES = 2_000
"""Maximum number of absorbed names in one chunk: about 90 KB in addition to its cells."""

_DELETION_GRACE = timedelta(minutes=2)
"""Time until an absorbed row is deleted: much longer than a reader takes from a partition's first row to its last."""

_CONFLICT_CODES = ("ConditionalCheckFailed", "TransactionConflict")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The blocks and chunks of a partition as a merge at `now` has read them, the chunks in order of creation."""

    partition: str
    blocks: Sequence[CounterBlockRow]
    all_chunks: Sequence[CounterBlockRow]
    policy: CompactionPolicy
    now: datetime

    @property
    def absorbed(self) -> dict[str, int]:
        """The time at which each absorbed row was absorbed, by name."""
        return {name: at for chunk in self.all_chunks for name, at in (chunk.absorbed or {}).items()}

    @property
    def chunks(self) -> list[CounterBlockRow]:
        """The chunks that no other chunk has absorbed; the head is always the first."""
        return _without(self.all_chunks, self.absorbed)

    @property
    def new_blocks(self) -> list[CounterBlockRow]:
        """The blocks of the policy's kind that no chunk has absorbed."""
        kind = BLOCK + self.policy.kind
        return [row for row in _without(self.blocks, self.absorbed) if row.position.startswith(kind)]


def _without(rows: Iterable[CounterBlockRow], absorbed: Mapping[str, int]) -> list[CounterBlockRow]:
    return [row for row in rows if block_id(row) not in absorbed]


def compact_all(partitions: Iterable[str], now: datetime, policy: CompactionPolicy = REPORTS) -> list[CounterBlockRow]:
    """Compact each partition until few blocks are left; return the merged blocks."""
    return [block for partition in partitions for block in _compact_fully(partition, now, policy)]


def _compact_fully(partition: str, now: datetime, policy: CompactionPolicy) -> list[CounterBlockRow]:
    total = merged = compact(partition, now, policy)
    while len(merged) == _max_blocks(policy):
        merged = compact(partition, now, policy)
        total = total + merged
    return total


def _max_blocks(policy: CompactionPolicy) -> int:
    return policy.max_blocks or MAX_BLOCKS_PER_MERGE


def uncompacted_blocks(partitions: Iterable[str]) -> list[CounterBlockRow]:
    """Return some blocks of each partition: all of them if they are too few to be compacted."""
    is_block = CounterBlockRow.position.startswith(BLOCK)
    return [
        block
        for partition in partitions
        for block in CounterBlockRow.query(partition, is_block, limit=MIN_BLOCKS_TO_COMPACT)
    ]


def compact(partition: str, now: datetime, policy: CompactionPolicy = REPORTS) -> list[CounterBlockRow]:
    """Merge the partition's new blocks into its last chunk, or into a new one if that is full; return these blocks.

    The chunk with the names of its blocks is written first, and the blocks are deleted in a later call, so that a
    reader counts each block once. The version of the head chunk lets one merge through at a time. It is read before
    the blocks, so another merge that changes the blocks after that has changed it too.
    """
    is_mergeable = CounterBlockRow.position.startswith(BLOCK + policy.kind)
    if CounterBlockRow.count(partition, is_mergeable, limit=policy.min_blocks) < policy.min_blocks:
        return []
    is_block = CounterBlockRow.position.startswith(BLOCK)
    chunks = list(CounterBlockRow.query(partition, CounterBlockRow.position.startswith(CHUNK), consistent_read=True))
    blocks = list(CounterBlockRow.query(partition, is_block, consistent_read=True))
    snapshot = _Snapshot(partition, blocks, sorted(chunks, key=_number), policy, now)
    _drop_names(snapshot, _delete_absorbed(snapshot))
    new_blocks = snapshot.new_blocks[: _max_blocks(policy)]
    return _write(snapshot, new_blocks) if len(new_blocks) >= policy.min_blocks else []


def _number(chunk: CounterBlockRow) -> int:
    position: str = chunk.position
    return int(position.removeprefix(CHUNK))


def _delete_absorbed(snapshot: _Snapshot) -> set[str]:
    """Delete the rows that were absorbed long enough ago; return the names of those that an earlier call deleted."""
    before = (snapshot.now - _DELETION_GRACE).timestamp()
    old = {name for name, at in snapshot.absorbed.items() if at < before}
    remaining = [row for row in (*snapshot.all_chunks, *snapshot.blocks) if block_id(row) in old]
    with CounterBlockRow.batch_write() as batch:
        for row in remaining:
            batch.delete(row)
    return old - {block_id(row) for row in remaining}


def _drop_names(snapshot: _Snapshot, deleted: set[str]) -> None:
    for chunk in snapshot.all_chunks:
        chunk.absorbed = {name: at for name, at in (chunk.absorbed or {}).items() if name not in deleted}


def _write(snapshot: _Snapshot, blocks: list[CounterBlockRow]) -> list[CounterBlockRow]:
    """Write the chunk with the blocks and a chunk that was downsampled; return the merged blocks.

    Only the first blocks are merged if all would be too large, and none if another merge was faster.
    """
    downsampled = _downsampled_chunk(snapshot)
    added, blocks = _fold(snapshot, blocks)
    chunk = _chunk_with(snapshot, added, len(blocks))
    _absorb(chunk, blocks, snapshot.now)
    try:
        _commit(snapshot, [*_new_head(snapshot), chunk, *downsampled], blocks)
    except TransactWriteError as error:
        if any(reason and reason.code in _CONFLICT_CODES for reason in error.cancellation_reasons):
            return []
        raise
    return blocks


def _fold(snapshot: _Snapshot, blocks: list[CounterBlockRow]) -> tuple[AnyCells, list[CounterBlockRow]]:
    """Return the cells that the blocks add, and the blocks: fewer of them if the cells would be too large."""
    policy = snapshot.policy
    added = policy.fold([row.cells for row in blocks], [row.cells for row in snapshot.chunks])
    if len(blocks) > 1 and len(policy.encode(added, snapshot.now)) > MAX_CELL_BYTES:
        return _fold(snapshot, blocks[: len(blocks) // 2])
    return added, blocks


def _absorb(chunk: CounterBlockRow, rows: Iterable[CounterBlockRow], now: datetime) -> None:
    chunk.absorbed = {**(chunk.absorbed or {}), **{block_id(row): int(now.timestamp()) for row in rows}}


def _chunk_with(snapshot: _Snapshot, added: AnyCells, names: int) -> CounterBlockRow:
    """Return the last chunk with the cells added, or a new chunk of them alone if that would be too large.

    `names` is the number of blocks from which the cells are.
    """
    policy, now = snapshot.policy, snapshot.now
    if not snapshot.chunks:
        return _new_chunk(snapshot, 1 if policy.has_empty_head else 0, policy.encode(added, now))
    last = snapshot.chunks[-1]
    total = policy.decode(last.cells)
    cells.add_cells(total, added)
    with_last = policy.encode(total, now)
    if len(with_last) > (policy.chunk_bytes or CHUNK_BYTES) or len(last.absorbed) + names > MAX_ABSORBED_NAMES:
        return _new_chunk(snapshot, _number(last) + 1, policy.encode(added, now))
    last.cells = with_last
    return last


def _new_head(snapshot: _Snapshot) -> list[CounterBlockRow]:
    """Return the empty first chunk, if the policy has one and the partition has no chunk yet."""
    is_missing = snapshot.policy.has_empty_head and not snapshot.chunks
    return [_new_chunk(snapshot, 0, snapshot.policy.encode({}, snapshot.now))] if is_missing else []


def _new_chunk(snapshot: _Snapshot, number: int, encoded_cells: bytes) -> CounterBlockRow:
    return CounterBlockRow(snapshot.partition, f"{CHUNK}{number:04d}", cells=encoded_cells, version=0)


def _downsampled_chunk(snapshot: _Snapshot) -> list[CounterBlockRow]:
    """Return one full chunk, another each minute, downsampled, with the next chunk added if both are small.

    Empty if the policy does not downsample, or if this chunk would not change. The next chunk is absorbed like a
    block: its row remains for a while after the chunk lists it.
    """
    full = snapshot.chunks[:-1]
    if not snapshot.policy.downsample or not full:
        return []
    index = int(snapshot.now.timestamp()) // 60 % len(full)
    chunk, before = full[index], full[index].cells
    absorbed = [following for following in full[index + 1 : index + 2] if _fit_together(chunk, following)]
    total = snapshot.policy.decode(before)
    for following in absorbed:
        cells.add_cells(total, snapshot.policy.decode(following.cells))
        chunk.absorbed = {**chunk.absorbed, **following.absorbed}
    _absorb(chunk, absorbed, snapshot.now)
    chunk.cells = snapshot.policy.encode(total, snapshot.now)
    return [chunk] if absorbed or chunk.cells != before else []


def _fit_together(chunk: CounterBlockRow, following: CounterBlockRow) -> bool:
    """Return whether both fit into one chunk, even if their sum compresses worse than each of them."""
    names = len(chunk.absorbed) + len(following.absorbed) + 1
    return len(chunk.cells) + len(following.cells) <= CHUNK_BYTES // 2 and names <= MAX_ABSORBED_NAMES


def _commit(snapshot: _Snapshot, chunks: Sequence[CounterBlockRow], blocks: Sequence[CounterBlockRow]) -> None:
    """Write the chunks and a new version of the head in one transaction, if the head is still as it was read."""
    head = snapshot.chunks[0] if snapshot.chunks else None
    is_unchanged = CounterBlockRow.version == head.version if head else CounterBlockRow.position.does_not_exist()
    first = head or chunks[0]
    first.version += 1
    first.at = max((row.at for row in (first, *blocks) if row.at), default=None)
    with TransactWrite(connection=connection()) as write:
        for chunk in chunks:
            write.save(chunk, is_unchanged if chunk is first else None)
        if not any(chunk is first for chunk in chunks):
            write.update(CounterBlockRow(snapshot.partition, first.position), _next_version(first.at), is_unchanged)


def _next_version(at: int | None) -> list[Any]:
    return [CounterBlockRow.version.add(1), *([CounterBlockRow.at.set(at)] if at else [])]
