"""Keys of the lists of deliveries: one for each status and shard of publishers."""

from collections.abc import Collection

from chalicelib.domain.shards import shard_of, shards_of

SHARDS = 4
"""Lists of a status, by publisher: each takes about 1,000 writes a second."""


def list_of(status: str, publisher_id: str) -> str:
    """Return the key of the list that contains the publisher's deliveries of a status."""
    return f"{status}#{shard_of(publisher_id, SHARDS)}"


def all_lists(statuses: Collection[str], publisher_ids: Collection[str] | None) -> list[str]:
    """Return the keys of the lists that contain the deliveries of these statuses and publishers (None: of all)."""
    shards = shards_of(publisher_ids, SHARDS)
    return [f"{status}#{shard}" for status in dict.fromkeys(statuses) for shard in shards]
