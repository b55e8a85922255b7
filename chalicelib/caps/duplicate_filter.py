"""Duplicate filter: the marker that records a visitor's click on a campaign, and its lifetime."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address
from typing import assert_never

from chalicelib.domain.campaign import Campaign, DuplicateIdentity
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.embedded_ipv4 import visitors_ipv4
from chalicelib.domain.visitor import Visitor


@dataclass(frozen=True, slots=True)
class DuplicateMarker:
    """Records that a visitor was seen on a campaign, until `expires_at` (seconds since 1970)."""

    key: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class ClickOrigin:
    """Who clicked, on whose link, with which parameters."""

    visitor: Visitor
    publisher_id: str
    parameters: TrackingParameters


def duplicate_marker(campaign: Campaign, origin: ClickOrigin, now: datetime, hash_key: bytes) -> DuplicateMarker | None:
    """Return the marker of this click, or None without a filter or without the value that the filter compares.

    It contains only a hash of the value, with the secret `hash_key` of at most 64 bytes.
    """
    duplicate_filter = campaign.duplicate_filter
    value = _compared_value(duplicate_filter.identity, origin) if duplicate_filter else None
    if duplicate_filter is None or value is None:
        return None
    digest = hashlib.blake2b(value.encode(errors="surrogatepass"), digest_size=16, key=hash_key).hexdigest()
    expires_at = int(now.timestamp()) + duplicate_filter.window_seconds
    return DuplicateMarker(f"{campaign.id}|{duplicate_filter.identity}|{digest}", expires_at)


def _compared_value(identity: DuplicateIdentity, origin: ClickOrigin) -> str | None:
    """Return the value that clicks of one visitor share, or None if the click does not have it."""
    visitor, parameters = origin.visitor, origin.parameters
    match identity:
        case DuplicateIdentity.IP_UA:
            return f"{_network(visitor.address)}\n{visitor.user_agent}" if visitor.address else None
        case DuplicateIdentity.IP:
            return _network(visitor.address) or None
        case DuplicateIdentity.SUB1:
            return _label(origin.publisher_id, parameters.sub_ids.get("sub1"))
        case DuplicateIdentity.EXTERNAL_CLICK_ID:
            return _label(origin.publisher_id, parameters.external_click_id)
        case _:
            assert_never(identity)


def _label(publisher_id: str, text: str | None) -> str | None:
    """Return a publisher's label with its publisher: two publishers may use the same one for different visitors."""
    return f"{publisher_id}\n{text}" if text else None


def _network(address: str) -> str:
    """Return an IPv4 address, also from IPv6 that contains it, and the /64 of an IPv6 address; other text as it is.

    A household has a /64 or more, and its devices change their addresses in it every day.
    """
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(visitors_ipv4(parsed) or f"{parsed.packed[:8].hex()}/64")
