"""Learning cells in the counters' table: one partition for each pool and epoch."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks as counters_blocks
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.counters.compaction import compact_all
from chalicelib.counters.compaction_policy import CompactionPolicy
from chalicelib.counters.learning_cells import LAYOUT, SMARTLINK, LearningCells, downsample, partition
from chalicelib.settings import LEARNING_WINDOW_DAYS
from chalicelib.tables.counters import CounterBlockRow

MERGED_FROM = 200
"""Blocks of one pool that are worth a merge: together they are as much to read as one chunk of some 80 KB."""


def _coarse(cells: LearningCells, now: datetime) -> LearningCells:
    return downsample(cells, now, LEARNING_WINDOW_DAYS)


KEEPING = CompactionPolicy(LAYOUT, MERGED_FROM, _coarse)


def add_blocks(write: TransactWrite, cause: str, cells: Mapping[str, LearningCells], now: datetime) -> None:
    """Adds to the transaction what is counted for one cause, one item for each partition in `cells`.

    The transaction must hold a condition that lets the cause be written only once.
    """
    at = _milliseconds(now)
    for name, part in cells.items():
        write.save(CounterBlockRow(name, counters_blocks.block_key(cause), cells=encode(part, LAYOUT), at=at))


def read(pool_id: str, epoch: int) -> Iterator[Columns]:
    """All that is counted for the pool in the epoch as of now, a piece at a time.

    A cell may come in several pieces, and in narrower buckets in one than in the other (`cells.bucket` says which
    they are at one moment): its count is their sum.
    """
    return counters_blocks.read([partition(pool_id, epoch)], LAYOUT)


def changed_since(pool_id: str, epoch: int, since: datetime) -> bool:
    """Whether anything was counted at `since` or later, by the clock of who counted when it began to.

    What is counted may become visible up to a minute after that: to miss nothing, ask from a minute before.
    """
    name, at = partition(pool_id, epoch), _milliseconds(since)
    block = CounterBlockRow.position.startswith(counters_blocks.BLOCK)
    fresh = CounterBlockRow.query(
        name, block, CounterBlockRow.at >= at, consistent_read=True, attributes_to_get=["position"]
    )
    return next(iter(fresh), None) is not None or _merged_since(name, at)


def _merged_since(name: str, at: int) -> bool:
    """Whether the newest of what was merged is so new. Asked after the blocks, which a merge may have taken."""
    try:
        head = CounterBlockRow.get(name, counters_blocks.HEAD, consistent_read=True, attributes_to_get=["at"])
    except DoesNotExist:
        return False
    return head.at is not None and head.at >= at


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def merge(blocks: Iterable[CounterBlockRow], now: datetime) -> int:
    """Merges what is learned of all smartlinks that occur in these blocks of reports; how many blocks of learning."""
    return len(compact_all(sorted(_partitions(blocks)), now, KEEPING))


def _partitions(blocks: Iterable[CounterBlockRow]) -> set[str]:
    pairs: set[tuple[str, int]] = set()
    for piece in (decode_columns(block.cells) for block in blocks):
        codes, values = piece.codes, piece.values
        places = set(zip(codes["smartlink"], codes["epoch"], strict=True))
        pairs |= {(values["smartlink"][smartlink], values["epoch"][epoch]) for smartlink, epoch in places}
    return {partition(*pair) for pair in pairs if pair[0].startswith(SMARTLINK)}
