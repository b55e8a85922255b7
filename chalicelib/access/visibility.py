"""Which publishers see a smartlink, and which of them join it at once."""

from collections.abc import Mapping
from typing import Any

from chalicelib.access.campaign_approvals import holds_all
from chalicelib.access.membership import APPROVED, MembershipState
from chalicelib.domain.smartlink import OfferAccess, Visibility


def required_campaign_ids(settings: Mapping[str, Any]) -> list[str]:
    """Return the campaigns whose approvals together open a private smartlink to a publisher, sorted.

    They are those of the enabled offers if it respects approvals. Without any it is open to nobody.
    """
    if settings["visibility"] != Visibility.PRIVATE or settings["offer_access"] != OfferAccess.RESPECT:
        return []
    return sorted({offer["campaign_id"] for offer in settings["offers"] if offer["enabled"]})


def is_open(state: MembershipState) -> bool:
    """Return whether the publisher may join without asking: if it is public, or they have every approval it needs."""
    settings = state.pool.settings
    required = required_campaign_ids(settings)
    is_public = bool(settings["visibility"] == Visibility.PUBLIC)
    return is_public or (bool(required) and holds_all(state.publisher.id, required))


def can_view(state: MembershipState) -> bool:
    """Return whether the publisher may see the smartlink."""
    is_private = state.pool.settings["visibility"] == Visibility.PRIVATE
    return not is_private or state.status == APPROVED or is_open(state)
