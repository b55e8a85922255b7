"""A decided click as it is stored, and the stored click as it explains itself."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from struct import Struct
from typing import Any

from chalicelib.clicks.rejections import REJECTION_CODES
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import ExperimentArm, Outcome, RejectionReason
from chalicelib.domain.macros import fill, macros
from chalicelib.domain.route import Route
from chalicelib.routing import explanation, segments
from chalicelib.routing.decision import Decision
from chalicelib.routing.eligibility import ClickContext

Record = Mapping[str, Any]
"""A click's stored fields by name, as the `clicks` table has them; what is unknown may be missing."""

_TWO_NUMBERS = Struct(">QQ")
_SEEN_FIELDS = ("country", "region", "device", "os", "browser", "language")


def draw_of(click_id: str) -> float:
    """The draw in [0, 1) of a click: 53 bits of the SHA-256 of its ID, so that anybody can draw it again."""
    return draws_of(click_id)[0]


def arm_draw_of(click_id: str) -> float:
    """The lot in [0, 1) that picks a click's arm: 53 other bits of that hash, which tell nothing of the draw."""
    return draws_of(click_id)[1]


def draws_of(click_id: str) -> tuple[float, float]:
    """Both of a click, from one hash."""
    draw, lot = _TWO_NUMBERS.unpack_from(sha256(click_id.encode()).digest())
    return (draw >> 11) * 2**-53, (lot >> 11) * 2**-53


def record(click_id: str, arrival: ClickContext, route: Route, decision: Decision) -> dict[str, Any]:
    """The click's fields. The route's version stands for all that it says: offers, weights, destinations.

    Likewise the version of the weights that were learned, where the arm was chosen because of them. The segment
    is stored only where it is a wider one than the visitor's own.
    """
    visitor, labels = arrival.visitor, arrival.parameters
    own_segment = segments.segments_of(visitor.country, visitor.device)[0]
    refusals = "".join([REJECTION_CODES[refusal] for refusal in decision.refusals])
    is_duplicate = (
        REJECTION_CODES[RejectionReason.DUPLICATE] in refusals
        or decision.catch_all_refused is RejectionReason.DUPLICATE
    )
    return {
        "click_id": click_id,
        "at": int(arrival.now.timestamp() * 1000),
        "code": arrival.link.code,
        "publisher_id": arrival.link.publisher_id,
        "route_id": route.id,
        "route_version": route.version,
        "epoch": route.epoch,
        "outcome": decision.outcome,
        "campaign_id": decision.campaign.id if decision.campaign else None,
        "refusals": refusals or None,
        "arm": decision.arm,
        "propensity": None if decision.propensity is None else repr(decision.propensity),
        "weights_version": route.learned.version
        if route.learned and decision.arm is not ExperimentArm.WEIGHTED
        else None,
        "segment": None if decision.segment == own_segment else decision.segment,
        "country": visitor.country,
        "region": visitor.region,
        "device": visitor.device,
        "os": visitor.os,
        "browser": visitor.browser,
        "language": visitor.language,
        "city": visitor.city,
        "is_bot": visitor.is_bot or None,
        "is_duplicate": is_duplicate or None,
        "sub_ids": labels.sub_ids or None,
        "source": labels.source,
        "external_click_id": labels.external_click_id,
        "parameters": labels.query if labels.query and "{query}" in (decision.url or "") else None,
    }


def destination_url(stored: Record, route: Route) -> str | None:
    """Where the click was sent, filled in anew from the route of its version; None for the page of no offer."""
    template = _template(stored, route)
    return fill_destination(template, stored) if template else None


def fill_destination(template: str, stored: Record) -> str:
    """The template of a destination with its macros filled in with what is stored of the click."""
    return fill(template, {name: _macro(stored, name) for name in macros(template)})


def _template(stored: Record, route: Route) -> str | None:
    if stored.get("campaign_id"):
        return campaign_of(route, stored["campaign_id"]).destination_url
    return route.fail_url if stored["outcome"] == Outcome.FAIL_URL else route.fallback_url


def campaign_of(route: Route, campaign_id: str) -> Campaign:
    """The route's campaign of that ID, the catch-all's included."""
    seats = (*route.offers, route.catch_all) if route.catch_all else route.offers
    return next(offer.campaign for offer in seats if offer.campaign.id == campaign_id)


def _macro(stored: Record, name: str) -> str | None:
    """What a macro stands for: as it is stored, a sub-ID's text, or told otherwise; None for what is unknown."""
    if name in _AS_STORED:
        return stored.get(name)
    told = _DERIVED_MACROS.get(name)
    return told(stored) if told else (stored.get("sub_ids") or {}).get(name)


def _smartlink_id(stored: Record) -> str | None:
    """A direct link's route is its campaign's: it belongs to no smartlink."""
    route_id: str = stored["route_id"]
    return route_id if route_id.startswith("sml_") else None


_AS_STORED = frozenset(
    {*("click_id", "external_click_id", "campaign_id", "publisher_id", "source", "city"), *_SEEN_FIELDS}
)
_DERIVED_MACROS: dict[str, Callable[[Record], str | None]] = {
    "smartlink_id": _smartlink_id,
    "query": lambda stored: stored.get("parameters"),
    "timestamp": lambda stored: str(int(stored["at"]) // 1000),
}


def document(stored: Record, route: Route) -> dict[str, Any]:
    """The click document of the contract, from the stored click and the route of its version.

    The route's `learned` are the weights of the click's `weights_version`; where they are gone, the admin's are told.
    """
    duplicate, bot = bool(stored.get("is_duplicate")), bool(stored.get("is_bot"))
    at = datetime.fromtimestamp(int(stored["at"]) / 1000, UTC)
    return {
        "click_id": stored["click_id"],
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "smartlink_id": _smartlink_id(stored),
        "publisher_id": stored.get("publisher_id"),
        "outcome": stored["outcome"],
        "campaign_id": stored.get("campaign_id"),
        "destination_url": destination_url(stored, route),
        **{name: stored.get(name) for name in _SEEN_FIELDS},
        "sub_ids": stored.get("sub_ids") or {},
        "source": stored.get("source"),
        "is_bot": bot,
        "is_duplicate": duplicate,
        "is_unique": not (bot or duplicate),
        "decision": _decision(stored, route),
    }


def _decision(stored: Record, route: Route) -> dict[str, Any]:
    propensity, version = stored.get("propensity"), stored.get("weights_version")
    return {
        "segment": explanation.segment(stored),
        "arm": stored["arm"],
        "route_version": int(stored["route_version"]),
        "weights_version": None if version is None else int(version),
        "draw": stored.get("draw", draw_of(stored["click_id"] or "")),
        "propensity": None if propensity is None else float(propensity),
        "considered": explanation.considered(stored, route),
    }
