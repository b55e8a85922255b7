"""Shards: rows that would share one partition are spread over several by an ID."""

import zlib
from collections.abc import Collection, Sequence


def shard_of(identifier: str, shards: int) -> int:
    """Return which of the shards has the rows of this ID, the same in every process."""
    return zlib.crc32(identifier.encode()) % shards


def shards_of(identifiers: Collection[str] | None, shards: int) -> Sequence[int]:
    """Return the shards that have the rows of these IDs, in order; all shards for None."""
    return range(shards) if identifiers is None else sorted({shard_of(each, shards) for each in identifiers})
