"""The reason under which a click that reached no paying offer is counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.click import Outcome, RejectionReason, decode_rejections

PAUSED = "paused"
NO_OFFERS = "no_offers"
WEIGHT = "weight"
_ORDER = {reason: n for n, reason in enumerate(RejectionReason)}


def lost_reason(stored: Mapping[str, Any]) -> str:
    """Return why a click reached no paying offer; empty for one that did.

    `paused` for a paused smartlink, `no_offers` for an empty one, else the rejection of the offer that passed the
    most checks: what would have to change for this click to be paid. `weight` if that offer was eligible but has
    weight 0.
    """
    outcome = Outcome(stored["outcome"])
    if outcome.is_paying:
        return ""
    if outcome is Outcome.PAUSED:
        return PAUSED
    return _furthest(decode_rejections(stored))


def _furthest(rejections: Sequence[RejectionReason | None]) -> str:
    if None in rejections:
        return WEIGHT
    return max((reason for reason in rejections if reason), key=_ORDER.__getitem__, default=NO_OFFERS)
