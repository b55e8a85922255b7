"""Refusals as single letters, as clicks store them, and the one that a lost click is counted under."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.click import Outcome, RejectionReason

REJECTION_CODES: dict[RejectionReason | None, str] = {
    None: "-",
    RejectionReason.DISABLED: "x",
    RejectionReason.CAMPAIGN_PAUSED: "p",
    RejectionReason.SCHEDULE: "h",
    RejectionReason.NOT_APPROVED: "a",
    RejectionReason.COUNTRY: "c",
    RejectionReason.REGION: "r",
    RejectionReason.DEVICE: "d",
    RejectionReason.OS: "o",
    RejectionReason.BROWSER: "b",
    RejectionReason.LANGUAGE: "l",
    RejectionReason.SOURCE: "s",
    RejectionReason.BOT: "t",
    RejectionReason.DUPLICATE: "u",
    RejectionReason.CAP: "k",
    RejectionReason.LOWER_TIER: "w",
}
REJECTIONS_BY_CODE = {letter: refusal for refusal, letter in REJECTION_CODES.items()}

PAUSED = "paused"
NO_OFFERS = "no_offers"
WEIGHT = "weight"
PAYING_OUTCOMES = frozenset({Outcome.OFFER, Outcome.CATCH_ALL})
_ORDER = {refusal: n for n, refusal in enumerate(RejectionReason)}


def lost_reason(stored: Mapping[str, Any]) -> str:
    """Why a click reached no paying offer; empty for one that did.

    `paused` for a paused smartlink, `no_offers` for an empty one, else the refusal of the offer that came
    furthest through the checks of the journey: what would have to change for this click to be paid.
    `weight` where that offer was refused nothing but has the weight 0.
    """
    outcome = Outcome(stored["outcome"])
    if outcome in PAYING_OUTCOMES:
        return ""
    if outcome is Outcome.PAUSED:
        return PAUSED
    kept = [REJECTIONS_BY_CODE[letter] for letter in stored.get("refusals") or ""]
    if None in kept:
        return WEIGHT
    return max((refusal for refusal in kept if refusal), key=_ORDER.__getitem__, default=NO_OFFERS)
