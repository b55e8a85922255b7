"""Reads and writes the rows of roll-ups: late markers, heads and items."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from pynamodb.exceptions import PutError

from chalicelib.counters.rollups import head as rollups_head
from chalicelib.counters.rollups import keys
from chalicelib.counters.rollups.head import Head
from chalicelib.tables.counters import CounterBlockRow

Key = tuple[str, str]
"""Partition and sort key of a row."""

Place = tuple[date, int]
"""A UTC day and a shard."""

MonthShard = tuple[str, int]
"""A month (`2026-11`) and a shard."""

_KEYS_PER_READ = 16
"""16 items of 300 KB are below the 16 MB of one read."""


class HeadChanged(Exception):  # noqa: N818 - named for the fact
    """Another merger has changed the head since it was read."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A late marker: its key, and the day and shard to which a block was added."""

    key: Key
    place: Place


def read_markers(month: str) -> list[Marker]:
    """Return the late markers of a month. Read them before the heads: the merger writes the head first."""
    is_marker = CounterBlockRow.position.startswith(keys.MARKER)
    rows = CounterBlockRow.query(
        keys.month_partition(month), is_marker, consistent_read=True, attributes_to_get=["partition", "position"]
    )
    return [Marker((row.partition, row.position), keys.marked_day(row.position)) for row in rows]


def read_heads(places: Iterable[MonthShard]) -> dict[MonthShard, Head]:
    """Return the head of each month and shard; one without spans if nothing is stored."""
    wanted = {keys.head_key(*place): place for place in places}
    heads = dict.fromkeys(wanted.values(), Head())
    for row in CounterBlockRow.batch_get(list(wanted), consistent_read=True):
        heads[wanted[row.partition, row.position]] = rollups_head.decode(row.cells, row.version)
    return heads


def write_head(place: MonthShard, head: Head) -> Head:
    """Write the head with the next version and return it. Raise `HeadChanged` if the stored one was changed."""
    written = replace(head, version=head.version + 1)
    row = CounterBlockRow(*keys.head_key(*place), cells=rollups_head.encode(written), version=written.version)
    is_unchanged = CounterBlockRow.version == head.version if head.version else CounterBlockRow.version.does_not_exist()
    try:
        row.save(is_unchanged)
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise HeadChanged from error
        raise
    return written


def read_items(wanted: Sequence[Key], readers: Executor) -> dict[Key, bytes]:
    """Return the stored items of these keys, reading several at once. A deleted item is left out."""
    parts = [wanted[n : n + _KEYS_PER_READ] for n in range(0, len(wanted), _KEYS_PER_READ)]
    return dict(chain.from_iterable(readers.map(_read_part, parts)))


def _read_part(wanted: Sequence[Key]) -> list[tuple[Key, bytes]]:
    rows = CounterBlockRow.batch_get(wanted, consistent_read=True)
    return [((row.partition, row.position), row.cells) for row in rows]


def write_items(items: Iterable[tuple[Key, bytes]]) -> None:
    """Write items of a new generation."""
    with CounterBlockRow.batch_write() as batch:
        for key, content in items:
            batch.save(CounterBlockRow(*key, cells=content))


def delete(rows: Iterable[Key]) -> None:
    """Delete rows by key."""
    with CounterBlockRow.batch_write() as batch:
        for key in rows:
            batch.delete(CounterBlockRow(*key))


def item_keys(place: MonthShard, generation: int, counts: Mapping[str, int]) -> Iterator[Key]:
    """Yield the keys of all items of a generation; `counts` has the number of items of each kind."""
    for kind, count in counts.items():
        for number in range(count):
            yield keys.item_key(*place, generation, kind, number)
