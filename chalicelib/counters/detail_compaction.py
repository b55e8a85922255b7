"""Compaction of joint cells into detail cells: values take their places in the order of the stream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.counters import compaction
from chalicelib.counters.compaction_policy import AnyCells, CompactionPolicy
from chalicelib.counters.detail_blocks import LATE, OWN, read_chunks
from chalicelib.counters.detail_cells import LAYOUT, partition
from chalicelib.counters.detail_codec import decode_sections, encode_sections, places_of
from chalicelib.counters.detail_columns import split
from chalicelib.counters.detail_places import Naming, Places, Subject, Undecided
from chalicelib.tables.counters import CounterBlockRow

MIN_BLOCKS_TO_COMPACT = 192
"""Blocks of one partition that are worth compacting: each compaction reads all chunks for the taken places."""

MAX_BLOCKS = 256
CHUNK_BYTES = 60_000
"""Size from which cells go to a new chunk. A small chunk costs little to rewrite."""


@dataclass(frozen=True, slots=True)
class DetailPolicy(CompactionPolicy):
    """Compaction of one kind of blocks; `naming` returns the function that names values, given the chunks."""

    naming: Callable[[Sequence[bytes]], Naming] = field(kw_only=True)

    def fold(self, blocks: Sequence[bytes], chunks: Sequence[bytes]) -> AnyCells:
        """Return the detail cells that the blocks add to the chunks."""
        return split(blocks, self.naming(chunks))

    def decode(self, stored: bytes) -> AnyCells:
        """Return the cells of a chunk."""
        return decode_sections(stored)

    def encode(self, cells: AnyCells, now: datetime) -> bytes:  # noqa: ARG002 - details do not age
        """Return the cells as a chunk."""
        return encode_sections(cells)


def _policy(kind: str, min_blocks: int, naming: Callable[[Sequence[bytes]], Naming]) -> DetailPolicy:
    return DetailPolicy(
        LAYOUT,
        min_blocks,
        kind=kind,
        max_blocks=MAX_BLOCKS,
        chunk_bytes=CHUNK_BYTES,
        has_empty_head=True,
        naming=naming,
    )


def _own_names(chunks: Sequence[bytes]) -> Naming:
    return places_of(chunks).take_all


@dataclass(slots=True)
class _LateNames:
    """Names of late values, from the places of the click's day. If a value has no place yet, that day is compacted."""

    now: datetime
    known: dict[str, Places] = field(default_factory=dict)
    compacted: set[str] = field(default_factory=set)

    def name(self, click_day: str, subject: Subject, value: str) -> str:
        """Return the name of the value. Raises Undecided if the click's day does not have it yet."""
        day = partition(click_day, subject[1])
        if day not in self.known:
            self.known[day] = places_of(read_chunks(day))
        try:
            return self.known[day].find(subject, value)
        except Undecided:
            if day in self.compacted:
                raise
            self._compact(day)
            return self.known[day].find(subject, value)

    def _compact(self, day: str) -> None:
        self.compacted.add(day)
        _compact_own([day], self.now, 1)
        self.known[day] = places_of(read_chunks(day))


def _compact_own(names: Sequence[str], now: datetime, min_blocks: int) -> list[CounterBlockRow]:
    return compaction.compact_all(names, now, _policy(OWN, min_blocks, _own_names))


def _compact_late(name: str, late_names: _LateNames, min_blocks: int) -> list[CounterBlockRow]:
    policy = _policy(LATE, min_blocks, lambda _: late_names.name)
    try:
        return compaction.compact_all([name], late_names.now, policy)
    except Undecided:
        return []


def compact_completely(name: str, now: datetime) -> None:
    """Compact the details of a partition until only late blocks are left whose values have no place yet."""
    late_names = _LateNames(now)
    while _compact_own([name], now, 1) or _compact_late(name, late_names, 1):
        pass


def compact_each(names: Sequence[str], now: datetime, min_blocks: int = MIN_BLOCKS_TO_COMPACT) -> list[CounterBlockRow]:
    """Compact the details of these partitions; return the merged blocks.

    Late blocks stay until the places of their values are known. A conversion writes its values to the day of its click
    too, so the next call finds their places.
    """
    late_names = _LateNames(now)
    own = _compact_own(names, now, min_blocks)
    return own + [block for name in names for block in _compact_late(name, late_names, min_blocks)]
