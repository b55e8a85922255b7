"""Keys of the lists of deliveries: one for each status and shard of publishers."""

import zlib
from collections.abc import Collection

SHARDS = 4
"""Lists of a status, by publisher: each takes about 1,000 writes a second."""


def list_of(status: str, publisher_id: str) -> str:
    """Return the key of the list that has the publisher's deliveries of a status."""
    return f"{status}#{_shard_of(publisher_id)}"


def all_lists(statuses: Collection[str], publisher_ids: Collection[str] | None) -> list[str]:
    """Return the keys of the lists that have all deliveries of these statuses and publishers (None: of all)."""
    shards = range(SHARDS) if publisher_ids is None else sorted(set(map(_shard_of, publisher_ids)))
    return [f"{status}#{shard}" for status in dict.fromkeys(statuses) for shard in shards]


def _shard_of(publisher_id: str) -> int:
    return zlib.crc32(publisher_id.encode()) % SHARDS
