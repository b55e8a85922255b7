"""Refusals as single letters, as clicks store them, and the one that a lost click is counted under."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.click import Outcome, Refusal

LETTERS: dict[Refusal | None, str] = {
    None: "-",
    Refusal.DISABLED: "x",
    Refusal.CAMPAIGN_PAUSED: "p",
    Refusal.SCHEDULE: "h",
    Refusal.NOT_APPROVED: "a",
    Refusal.COUNTRY: "c",
    Refusal.REGION: "r",
    Refusal.DEVICE: "d",
    Refusal.OS: "o",
    Refusal.BROWSER: "b",
    Refusal.LANGUAGE: "l",
    Refusal.SOURCE: "s",
    Refusal.BOT: "t",
    Refusal.DUPLICATE: "u",
    Refusal.CAP: "k",
    Refusal.LOWER_TIER: "w",
}
REFUSALS = {letter: refusal for refusal, letter in LETTERS.items()}

PAUSED = "paused"
NO_OFFERS = "no_offers"
WEIGHT = "weight"
PAID = frozenset({Outcome.OFFER, Outcome.CATCH_ALL})
_ORDER = {refusal: n for n, refusal in enumerate(Refusal)}


def lost_reason(stored: Mapping[str, Any]) -> str:
    """Why a click reached no paying offer; empty for one that did.

    `paused` for a paused smartlink, `no_offers` for an empty one, else the refusal of the offer that came
    furthest through the checks of the journey: what would have to change for this click to be paid.
    `weight` where that offer was refused nothing but has the weight 0.
    """
    outcome = Outcome(stored["outcome"])
    if outcome in PAID:
        return ""
    if outcome is Outcome.PAUSED:
        return PAUSED
    kept = [REFUSALS[letter] for letter in stored.get("refusals") or ""]
    if None in kept:
        return WEIGHT
    return max((refusal for refusal in kept if refusal), key=_ORDER.__getitem__, default=NO_OFFERS)
