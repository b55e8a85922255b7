"""The duplicate filter: which mark a visitor leaves on a campaign, and for how long."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.visitor import Visitor


@dataclass(frozen=True, slots=True)
class DuplicateMarker:
    """That this visitor was seen on this campaign, until `expires_at` (seconds since 1970)."""

    key: str
    expires_at: int


def duplicate_marker(campaign: Campaign, visitor: Visitor, now: datetime) -> DuplicateMarker | None:
    """The mark of this visit, None where the campaign has no filter. Address and agent are only hashed."""
    kept = campaign.duplicate_filter
    if kept is None:
        return None
    identity = f"{visitor.address}\n{visitor.user_agent}"
    digest = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
    return DuplicateMarker(f"{campaign.id}|{kept.identity}|{digest}", int(now.timestamp()) + kept.window_seconds)
