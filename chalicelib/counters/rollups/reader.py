"""Reads the cells of reports: from roll-ups, and from blocks for days without one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from chalicelib.counters import blocks, cells
from chalicelib.counters.column_codec import Columns, decode_columns
from chalicelib.counters.rollups import items, keys, storage
from chalicelib.counters.rollups.head import Span
from chalicelib.counters.rollups.storage import Key, MonthShard, Place

_READERS = 8
_PARTITIONS_PER_READ = 8 * cells.SHARDS
_ITEMS_PER_READ = 128
_FEW_DAYS = 3
"""Maximum number of days that are always read from blocks, because to find their roll-ups would take as long."""

_EPOCH = date(1970, 1, 1)


@dataclass(slots=True)
class Reads:
    """The number of partitions of days that were read, because they had no roll-up."""

    partitions: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """The cells to read: UTC days, shards, routes (None: all) and the dimensions that are needed.

    The result may contain cells of other routes. Dimensions that are not needed may have their defaults. Reading
    increases `reads`.
    """

    days: Sequence[date]
    shards: Sequence[int]
    routes: AbstractSet[str] | None
    dimensions: AbstractSet[str]
    reads: Reads = field(default_factory=Reads)


@dataclass(frozen=True, slots=True)
class Source:
    """How to read report cells, or the cells of one detail dimension.

    `kind` returns the kind of their items in a span, or None if the span has none. `decode` decodes an item, and
    `read_days` reads the blocks of days.
    """

    kind: Callable[[Span], str | None]
    decode: Callable[[bytes], Columns]
    read_days: Callable[[Sequence[Place]], Iterator[Columns]]


@dataclass(frozen=True, slots=True)
class _Part:
    """Items of one span, and the days to read from them."""

    place: MonthShard
    span: Span
    days: AbstractSet[date]
    keys: Sequence[Key]

    def only_days(self, pieces: Iterable[Columns]) -> Iterable[Columns]:
        """Return the cells of the days."""
        wanted = {(day - _EPOCH).days for day in self.days}
        return pieces if self.days == self.span.days.keys() else (items.only_days(piece, wanted) for piece in pieces)


def read(wanted: Wanted) -> Iterator[Columns]:
    """Yield all current report cells as `read_from` does."""
    return read_from(
        Source(lambda span: span.kind(wanted.dimensions, items.LITE_DIMENSIONS), decode_columns, _read_blocks), wanted
    )


def _read_blocks(places: Sequence[Place]) -> Iterator[Columns]:
    return blocks.read([cells.partition(*place) for place in places])


def read_from(source: Source, wanted: Wanted) -> Iterator[Columns]:
    """Yield all current cells piece by piece. A cell may be in several pieces: its count is their sum.

    Reads a limited number of pieces at a time, so that a report that exceeds its limit does not read everything.
    """
    places = dict.fromkeys((day, shard) for day in wanted.days for shard in wanted.shards)
    if len(wanted.days) > _FEW_DAYS:
        with ThreadPoolExecutor(_READERS) as readers:
            for part, content in _read_parts(_parts(source, wanted, readers), readers):
                yield from part.only_days(map(source.decode, content))
                for day in part.days:
                    places.pop((day, part.place[1]))
    left = list(places)
    wanted.reads.partitions += len(left)
    for n in range(0, len(left), _PARTITIONS_PER_READ):
        yield from source.read_days(left[n : n + _PARTITIONS_PER_READ])


def _parts(source: Source, wanted: Wanted, readers: Executor) -> list[_Part]:
    """Return what to read of each span. Days with late changes are left out."""
    months = keys.by_month(wanted.days)
    marked: set[Place] = {marker.place for each in readers.map(storage.read_markers, months) for marker in each}
    heads = storage.read_heads((month, shard) for month in months for shard in wanted.shards)
    return [
        _Part(place, span, days, _item_keys(place, span, kind, wanted.routes))
        for place, head in heads.items()
        for span in head.spans
        if (kind := source.kind(span)) is not None
        and (days := {day for day in months[place[0]] if (day, place[1]) not in marked} & span.days.keys())
    ]


def _item_keys(place: MonthShard, span: Span, kind: str, routes: AbstractSet[str] | None) -> list[Key]:
    return [keys.item_key(*place, span.generation, kind, n) for n in span.numbers(kind, routes)]


def _read_parts(parts: Sequence[_Part], readers: Executor) -> Iterator[tuple[_Part, list[bytes]]]:
    """Yield the parts with the content of their items, except those whose items were deleted meanwhile."""
    for some in _batches(parts):
        found = storage.read_items(list(chain.from_iterable(part.keys for part in some)), readers)
        for part in some:
            if found.keys() >= set(part.keys):
                yield part, [found[key] for key in part.keys]


def _batches(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Yield the parts in groups of a limited number of items."""
    some: list[_Part] = []
    for part in parts:
        some.append(part)
        if sum(len(each.keys) for each in some) >= _ITEMS_PER_READ:
            yield some
            some = []
    yield some
