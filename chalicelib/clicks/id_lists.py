"""Lists of click IDs: codec and merging in order."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from chalicelib.domain import ids


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
