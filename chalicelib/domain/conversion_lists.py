"""Keys of the lists of conversions: one for each UTC month and value of a filter, several for a shared value."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.shards import shards_of

SHARDS = 4
"""Lists of a shared value and month, by publisher: each takes about 500 transactional writes a second."""

LIST_FIELDS: Mapping[str, str] = {
    "publisher_id": "publisher_id",
    "campaign_id": "campaign_id",
    "smartlink_id": "route_id",
    "status": "status",
    "goal": "goal",
    "reported_by": "reported_by",
}
"""The filters that have lists, and the field of a conversion that each compares."""

_SHARED = frozenset({"status", "goal", "reported_by"})
"""Filters whose values are common to conversions of all publishers. Their lists have shards."""


def list_fields(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a list entry copies from a complete conversion."""
    return {name: stored.get(name) for name in ("click_id", *LIST_FIELDS.values())}


def keys_of(stored: Mapping[str, Any]) -> list[str]:
    """Return the keys of all lists that contain a complete conversion. An event without a goal has no status."""
    month, publisher_id = month_of(int(stored["at"])), stored["publisher_id"]
    values = {name: stored.get(field) for name, field in LIST_FIELDS.items()}
    return [key for name, value in values.items() if value for key in keys_of_value(name, value, month, [publisher_id])]


def keys_of_value(name: str, value: str, month: str, publisher_ids: Collection[str] | None = None) -> Iterator[str]:
    """Yield the keys of the month's lists of one value of a filter: of the shards of these publishers, or of all."""
    if name not in _SHARED:
        yield f"{name}#{value}#{month}"
        return
    yield from (f"{name}#{value}#{month}#{shard}" for shard in shards_of(publisher_ids, SHARDS))


def month_of(milliseconds: int) -> str:
    """Return the UTC month of a time in milliseconds since 1970: `2026-11`."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m}"


def month_start(key: str) -> datetime:
    """Return the start of the month of a list."""
    parts = key.split("#")
    year, month = (parts[-1] if "-" in parts[-1] else parts[-2]).split("-")
    return datetime(int(year), int(month), 1, tzinfo=UTC)
