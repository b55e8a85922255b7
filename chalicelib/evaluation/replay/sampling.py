"""Uniform sample of clicks, which is the same for the same set of clicks."""

import zlib
from collections.abc import Iterable
from heapq import nsmallest

MAX_CLICKS = 20_000
MAX_CHOICES = 1_000_000
"""Maximum number of clicks, and of clicks times offers, that are evaluated within a few seconds."""


def sample_size(offers: int) -> int:
    """Return the maximum number of clicks to evaluate for a pool with this number of offers."""
    return min(MAX_CLICKS, MAX_CHOICES // max(1, offers))


def sample(click_ids: Iterable[str], size: int) -> list[str]:
    """Return at most `size` of the IDs, sorted: those with the smallest hashes, which are independent of the draws."""
    return sorted(nsmallest(size, click_ids, key=_hash))


def _hash(click_id: str) -> tuple[int, str]:
    return zlib.crc32(click_id.encode()), click_id
