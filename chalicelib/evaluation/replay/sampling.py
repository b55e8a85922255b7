"""An even sample of clicks, the same whenever the same clicks are asked for."""

import zlib
from collections.abc import Iterable
from heapq import nsmallest

MAX_CLICKS = 20_000
MAX_CHOICES = 1_000_000
"""Clicks, and clicks times offers, as many as are judged in some seconds."""


def size(offers: int) -> int:
    """How many clicks of a pool of so many offers are judged at most."""
    return min(MAX_CLICKS, MAX_CHOICES // max(1, offers))


def sample(click_ids: Iterable[str], size: int) -> list[str]:
    """At most so many of the IDs, in order: those with the least hashes, which tell nothing of draw or lot."""
    return sorted(nsmallest(size, click_ids, key=_hash))


def _hash(click_id: str) -> tuple[int, str]:
    return zlib.crc32(click_id.encode()), click_id
