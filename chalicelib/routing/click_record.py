"""The fields of a decided click, and the destination URL that follows from them."""

from collections.abc import Mapping
from hashlib import sha256
from struct import Struct
from typing import Any

from chalicelib.domain.click import ExperimentArm, RejectionReason, encode_rejections
from chalicelib.domain.macros import fill, macro_values, macros
from chalicelib.domain.route import Route
from chalicelib.domain.visitor import stored_fields
from chalicelib.routing import segments
from chalicelib.routing.decision import Decision
from chalicelib.routing.eligibility import ClickContext

Record = Mapping[str, Any]
"""A click's fields by name, as `CLICK_FIELDS` lists them; an unknown one may be missing."""

MAX_DESTINATION = 9_900
"""Maximum length of a destination: API Gateway fails a response whose header values have more than 10,240 bytes (quotas
of REST APIs, "Total combined size of header values")."""

_DUPLICATE = RejectionReason.DUPLICATE
_TWO_NUMBERS = Struct(">QQ")


def draw_of(click_id: str) -> float:
    """Return the draw in [0, 1) of a click: 53 bits of the SHA-256 of its ID, so that anyone can recompute it."""
    return draws_of(click_id)[0]


def arm_draw_of(click_id: str) -> float:
    """Return the draw in [0, 1) that selects the click's arm: 53 other bits of that hash, independent of the first."""
    return draws_of(click_id)[1]


def draws_of(click_id: str) -> tuple[float, float]:
    """Return both draws of a click, from one hash."""
    draw, arm_draw = _TWO_NUMBERS.unpack_from(sha256(click_id.encode()).digest())
    return (draw >> 11) * 2**-53, (arm_draw >> 11) * 2**-53


def record(click_id: str, context: ClickContext, route: Route, decision: Decision) -> dict[str, Any]:
    """Return the fields of a click.

    The route's version stands for its offers, weights and destinations, and the version of the learned weights for
    these, if they selected the arm. The segment is stored only if it is wider than the visitor's own.
    """
    seen, parameters, campaign = context.visitor, context.parameters, decision.campaign
    own_segment = segments.segments_of(seen.country, seen.device)[0]
    rejections = encode_rejections(decision.rejections)
    is_duplicate = _DUPLICATE.code in rejections or decision.catch_all_rejection is _DUPLICATE
    return {
        "click_id": click_id,
        "at": int(context.now.timestamp() * 1000),
        "code": context.link.code,
        "publisher_id": context.link.publisher_id,
        "route_id": route.id,
        "route_version": route.version,
        "epoch": route.epoch,
        "outcome": decision.outcome,
        "campaign_id": campaign.id if campaign else None,
        "currency": campaign.currency if campaign else None,
        "terms_version": context.link.terms_version,
        "refusals": rejections or None,
        "arm": decision.arm,
        "propensity": None if decision.propensity is None else repr(decision.propensity),
        "weights_version": _weights_version(route, decision),
        "segment": None if decision.segment == own_segment else decision.segment,
        **stored_fields(seen),
        "is_bot": seen.is_bot or None,
        "is_duplicate": is_duplicate or None,
        "sub_ids": parameters.sub_ids or None,
        "source": parameters.source,
        "external_click_id": parameters.external_click_id,
        "parameters": parameters.query if parameters.query and "{query}" in (decision.url or "") else None,
    }


def _weights_version(route: Route, decision: Decision) -> int | None:
    return route.learned.version if route.learned and decision.arm is not ExperimentArm.WEIGHTED else None


def fill_destination(template: str, click: Record) -> str:
    """Return the URL with its macros replaced by the values of the click.

    The longest values are left out of a URL that would exceed `MAX_DESTINATION`: the visitor must arrive.
    """
    values = macro_values(macros(template), click)
    destination = fill(template, values)
    while len(destination) > MAX_DESTINATION and any(values.values()):
        longest = max(values, key=lambda name: len(values[name] or ""))
        destination = fill(template, values := {**values, longest: None})
    return destination
