"""Builds the roll-ups of one month and shard from the blocks of its days."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from chalicelib.counters import blocks, cells, detail_cells, detail_compaction
from chalicelib.counters.blocks import CHUNK
from chalicelib.counters.cells import Cells
from chalicelib.counters.column_codec import decode
from chalicelib.counters.rollups import items, plan, storage
from chalicelib.counters.rollups.detail_items import DetailSections
from chalicelib.counters.rollups.head import FULL, LITE, Garbage, Head, Span
from chalicelib.counters.rollups.items import Item
from chalicelib.counters.rollups.storage import Key, MonthShard
from chalicelib.domain.timestamps import milliseconds
from chalicelib.tables.counters import CounterBlockRow

GARBAGE_AGE = timedelta(minutes=10)
"""Time until replaced items are deleted: longer than any reader, and any merger that is still writing them."""


@dataclass(slots=True)
class _Days:
    """The cells and details of consecutive days, and the fingerprint of each day. `has_details` if none are missing."""

    cells: Cells = field(default_factory=dict)
    details: DetailSections = field(default_factory=DetailSections)
    has_details: bool = True
    fingerprints: dict[date, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The number of cells; the details count as cells by their bytes."""
        return len(self.cells) + self.details.size // plan.DETAIL_BYTES_PER_CELL

    def add(self, day: date, rows: Sequence[CounterBlockRow], detail_rows: Sequence[CounterBlockRow]) -> None:
        """Add the live rows of a day."""
        self.fingerprints[day] = blocks.fingerprint(rows, detail_rows)
        for row in rows:
            cells.add_cells(self.cells, decode(row.cells))
        chunks = [row.cells for row in detail_rows if row.position.startswith(CHUNK)]
        self.details.add(chunks)
        self.has_details = self.has_details and len(chunks) == len(detail_rows)

    def pack(self) -> dict[str, list[Item]]:
        """Return the items by kind; without lite ones if these would not be much smaller."""
        lite = items.lite_cells(self.cells)
        packed = {FULL: items.pack(self.cells), **({} if lite is None else {LITE: items.pack(lite)})}
        return packed | (self.details.pack() if self.has_details else {})


@dataclass(slots=True)
class Builder:
    """Rolls up days of one month and shard. `head` is as it is stored.

    `markers` has the keys of the late markers by day. They were read before the head, and so before the blocks. Each
    method raises `HeadChanged` if another merger has changed the head. Items that it has written by then are garbage.
    """

    place: MonthShard
    head: Head
    markers: Mapping[date, Sequence[Key]]
    now: datetime

    def roll_up(self, days: Sequence[date], has_time: Callable[[], bool]) -> int:
        """Roll up a run of days, span by span while there is time; return the number of days."""
        done = 0
        for span in self._spans(days):
            self._write(span)
            done += len(span.fingerprints)
            if not has_time():
                break
        return done

    def _spans(self, days: Sequence[date]) -> Iterator[_Days]:
        """Yield the days of each span. Every span except the last has at least `SPAN_CELLS` cells.

        The details of a day are compacted first, so that compaction does not change its fingerprint afterwards.
        """
        part = _Days()
        for day in days:
            detail_compaction.compact_completely(detail_cells.partition_of(day, self.place[1]), self.now)
            part.add(day, *self._rows(day))
            if part.size >= plan.SPAN_CELLS:
                yield part
                part = _Days()
        if part.fingerprints:
            yield part

    def _write(self, part: _Days) -> None:
        """Write the items, then the head that refers to them, then delete the markers of the blocks in them.

        The head announces the generation first: if this is interrupted, a later run deletes its items.
        """
        packed = part.pack()
        counts = {kind: len(each) for kind, each in packed.items()}
        at, generation = milliseconds(self.now), self.head.version + 1
        self._save(self.head.announce(Garbage(generation, at, counts)))
        item_keys = storage.item_keys(self.place, generation, counts)
        storage.write_items(zip(item_keys, (item.content for each in packed.values() for item in each), strict=True))
        ranges = {kind: [item.range for item in each] for kind, each in packed.items()}
        span = Span(part.fingerprints, generation, at, part.size, ranges, part.has_details)
        self._save(self.head.replace_by(span, at))
        storage.delete(key for day in part.fingerprints for key in self.markers.get(day, ()))

    def delete_garbage(self) -> None:
        """Delete the items of generations that were replaced or interrupted long enough ago.

        The head is written first, so that a merger that is still writing one of these generations cannot finish it. It
        lists the items until they are deleted: if this is interrupted, a later run deletes them.
        """
        before = milliseconds(self.now - GARBAGE_AGE)
        old = [each for each in self.head.garbage if each.at < before]
        if old:
            self._save(self.head)
            rows = (storage.item_keys(self.place, each.generation, each.counts) for each in old)
            storage.delete(key for each in rows for key in each)
            self._save(self.head.without_garbage(before))

    def has_changed(self, day: date) -> bool:
        """Return whether the blocks of the day differ from the blocks that were rolled up."""
        span = self.head.span_of(day)
        return span is not None and span.days[day] != blocks.fingerprint(*self._rows(day))

    def _rows(self, day: date) -> tuple[Sequence[CounterBlockRow], Sequence[CounterBlockRow]]:
        """Return the live rows of the day's report cells and of its details."""
        shard = self.place[1]
        return blocks.live_rows(cells.partition(day, shard)), blocks.live_rows(detail_cells.partition_of(day, shard))

    def _save(self, head: Head) -> None:
        self.head = storage.write_head(self.place, head)
