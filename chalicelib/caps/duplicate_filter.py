"""Duplicate filter: the marker that records a visitor's click on a campaign, and its lifetime."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.visitor import Visitor


@dataclass(frozen=True, slots=True)
class DuplicateMarker:
    """Records that a visitor was seen on a campaign, until `expires_at` (seconds since 1970)."""

    key: str
    expires_at: int


def duplicate_marker(campaign: Campaign, visitor: Visitor, now: datetime) -> DuplicateMarker | None:
    """Return the marker of this click, or None without a filter. It contains only a hash of the visitor."""
    duplicate_filter = campaign.duplicate_filter
    if duplicate_filter is None:
        return None
    identity = f"{visitor.address}\n{visitor.user_agent}"
    digest = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
    expires_at = int(now.timestamp()) + duplicate_filter.window_seconds
    return DuplicateMarker(f"{campaign.id}|{duplicate_filter.identity}|{digest}", expires_at)
