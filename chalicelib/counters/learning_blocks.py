"""Learning cells in the counters table: one partition for each smartlink and epoch."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks as counters_blocks
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.counters.compaction import compact_all
from chalicelib.counters.compaction_policy import CompactionPolicy
from chalicelib.counters.learning_cells import LAYOUT, LearningCells, downsample, partition
from chalicelib.domain.ids import is_smartlink_id
from chalicelib.domain.timestamps import milliseconds
from chalicelib.settings import LEARNING_WINDOW_DAYS
from chalicelib.tables.counters import CounterBlockRow

MIN_BLOCKS_TO_COMPACT = 200
"""Blocks of one smartlink that are worth compacting: to read them takes as much as one chunk of about 80 KB."""


def _downsample(cells: LearningCells, now: datetime) -> LearningCells:
    return downsample(cells, now, LEARNING_WINDOW_DAYS)


COMPACTION_POLICY = CompactionPolicy(LAYOUT, MIN_BLOCKS_TO_COMPACT, _downsample)


def add_blocks(write: TransactWrite, cause: str, cells: Mapping[str, LearningCells], now: datetime) -> None:
    """Add the cells of one cause to the transaction, one item for each partition in `cells`.

    The transaction must contain a condition that lets the cause be counted only once.
    """
    at = milliseconds(now)
    for name, part in cells.items():
        write.save(CounterBlockRow(name, counters_blocks.block_key(cause), cells=encode(part, LAYOUT), at=at))


def read(pool_id: str, epoch: int) -> Iterator[Columns]:
    """Yield all current learning cells of the smartlink in the epoch, block by block.

    A cell may be in several blocks, and in buckets of different length: `learning_cells.bucket_at` returns the bucket
    at one time, in which its count is their sum.
    """
    return counters_blocks.read([partition(pool_id, epoch)], LAYOUT)


def changed_since(pool_id: str, epoch: int, since: datetime) -> bool:
    """Return whether anything was counted at `since` or later, by the time at which the writer started.

    A block may become visible up to a minute after that time: to miss nothing, ask from a minute earlier.
    """
    name, at = partition(pool_id, epoch), milliseconds(since)
    is_block = CounterBlockRow.position.startswith(counters_blocks.BLOCK)
    recent = CounterBlockRow.query(
        name, is_block, CounterBlockRow.at >= at, consistent_read=True, attributes_to_get=["position"]
    )
    return next(iter(recent), None) is not None or _compacted_since(name, at)


def _compacted_since(name: str, at: int) -> bool:
    """Return whether a block of `at` or later was compacted. Check it after the blocks, which a merge may take."""
    try:
        head = CounterBlockRow.get(name, counters_blocks.HEAD, consistent_read=True, attributes_to_get=["at"])
    except DoesNotExist:
        return False
    return head.at is not None and head.at >= at


def compact_each(partitions: Iterable[str], now: datetime) -> list[CounterBlockRow]:
    """Compact the learning cells of these smartlinks and epochs; return the merged blocks."""
    return compact_all(partitions, now, COMPACTION_POLICY)


def partitions_of(blocks: Iterable[CounterBlockRow]) -> list[str]:
    """Return the partitions of the learning cells of all smartlinks in these report blocks, in order."""
    pairs: set[tuple[str, int]] = set()
    for block in (decode_columns(row.cells) for row in blocks):
        codes, values = block.codes, block.values
        distinct = set(zip(codes["smartlink"], codes["epoch"], strict=True))
        pairs |= {(values["smartlink"][smartlink], values["epoch"][epoch]) for smartlink, epoch in distinct}
    return sorted(partition(route_id, epoch) for route_id, epoch in pairs if is_smartlink_id(route_id))
