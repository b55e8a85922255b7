"""The conversion document of the API, from a stored conversion and the names of what it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.conversion import complete_conversion
from chalicelib.domain.ids import smartlink_id_of
from chalicelib.domain.timestamps import stored_timestamp

COLUMNS = (
    *("id", "click_id", "txid", "event", "goal", "status", "reason", "reported_by", "amount", "payout", "revenue"),
    *("currency", "at", "click_at", "decided_at", "decided_by", "campaign_id", "campaign_name", "smartlink_id"),
    *("smartlink_name", "publisher_id", "publisher_name", "version"),
)
"""The fields of the document in the order of a CSV file. A publisher's document lacks some of them."""

_COPIED = (
    *("id", "click_id", "txid", "event", "goal", "status", "reason", "reported_by", "amount", "payout", "revenue"),
    *("currency", "decided_by", "campaign_id", "publisher_id"),
)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of campaigns, smartlinks and publishers, by ID."""

    campaigns: Mapping[str, str] = field(default_factory=dict)
    smartlinks: Mapping[str, str] = field(default_factory=dict)
    publishers: Mapping[str, str] = field(default_factory=dict)


def conversion_document(stored: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return the document of a stored conversion, as admins see it. A missing name is None."""
    known = complete_conversion(stored)
    decided_at = known.get("decided_at")
    return {
        **{name: known.get(name) for name in _COPIED},
        "at": stored_timestamp(known["at"]),
        "click_at": stored_timestamp(known["click_at"]),
        "decided_at": None if decided_at is None else stored_timestamp(decided_at),
        "campaign_name": names.campaigns.get(known["campaign_id"]),
        "smartlink_id": smartlink_id_of(known["route_id"]),
        "smartlink_name": names.smartlinks.get(known["route_id"]),
        "publisher_name": names.publishers.get(known["publisher_id"]),
        "version": int(known["revision"]),
    }
