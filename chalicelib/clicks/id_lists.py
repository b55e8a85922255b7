"""Lists of click IDs: encoding and merging in order."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from chalicelib.domain import ids


def newest_first(lists: Iterable[tuple[str, Iterable[str]]], before: str) -> Iterator[str]:
    """The IDs below `before`, falling, of lists that come by their greatest IDs, falling.

    No more lists are read than it takes to know the next ID: one is given out once no later list can hold a
    greater one.
    """
    waiting: list[str] = []
    for greatest, click_ids in lists:
        while waiting and waiting[-1] > greatest:
            yield waiting.pop()
        waiting = sorted([*waiting, *(click_id for click_id in click_ids if click_id < before)])
    yield from reversed(waiting)


def first_id(moment: datetime) -> str:
    """The least ID that a click of this moment can have."""
    return ids.time_ordered_id(moment, bytes(10))


def packed(sequences: Sequence[str]) -> bytes:
    """The sequence numbers as a counted run keeps them."""
    return zlib.compress("\n".join(sequences).encode())


def unpacked(stored: bytes) -> list[str]:
    """The sequence numbers that `packed` stored."""
    return zlib.decompress(stored).decode().split("\n")
