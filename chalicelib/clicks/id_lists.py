"""Lists of click IDs: codec and merging in order."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from chalicelib.domain import ids, shards

SHARDS = 2
"""Partitions of the lists of one route and UTC day, by the greatest ID of a list. Each is one query of a reader."""


def partitions(route_id: str, day: date) -> list[str]:
    """Return the partitions of the lists of a route and UTC day. The first one has no suffix."""
    return [f"{route_id}#{day.isoformat()}{f'#{shard}' if shard else ''}" for shard in range(SHARDS)]


def partition_of(route_id: str, day: date, click_ids: Iterable[str]) -> str:
    """Return the partition of a list of these IDs."""
    return partitions(route_id, day)[shards.shard_of(max(click_ids), SHARDS)]


def newest_first(lists: Iterable[tuple[str, Iterable[str]]], before: str) -> Iterator[str]:
    """Yield the IDs below `before`, greatest first; the lists are ordered by their greatest IDs, greatest first.

    Reads only as many lists as needed: an ID is yielded once no later list can hold a greater one.
    """
    pending: list[str] = []
    for greatest, click_ids in lists:
        while pending and pending[-1] > greatest:
            yield pending.pop()
        pending = sorted([*pending, *(click_id for click_id in click_ids if click_id < before)])
    yield from reversed(pending)


def first_id(moment: datetime) -> str:
    """Return the smallest ID that a click of this moment can have."""
    return ids.time_ordered_id(moment, bytes(10))


def encode(ids: Sequence[str]) -> bytes:
    """Encode IDs, or sequence numbers of stream records: one on each line, compressed by zlib."""
    return zlib.compress("\n".join(ids).encode())


def decode(stored: bytes) -> list[str]:
    """Decode the IDs of `encode`."""
    return zlib.decompress(stored).decode().split("\n")
