"""Who refused a click, the campaign or the offer, and by which rule."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.domain.click import RejectionReason, TrackingParameters
from chalicelib.domain.smartlink import Offer
from chalicelib.domain.targeting import DIMENSIONS
from chalicelib.domain.visitor import Visitor, visitor_of_click

MAX_ALLOWED = 20
"""Maximum number of values of a rule that are shown: a list of all countries for each offer would fill a page."""


class RefusedBy(StrEnum):
    """Whose rule refused a click: the campaign's, or that of the offer in the smartlink."""

    CAMPAIGN = "campaign"
    OFFER = "offer"


_ALWAYS = {
    RejectionReason.DISABLED: RefusedBy.OFFER,
    RejectionReason.CAMPAIGN_PAUSED: RefusedBy.CAMPAIGN,
    RejectionReason.SCHEDULE: RefusedBy.CAMPAIGN,
    RejectionReason.DUPLICATE: RefusedBy.CAMPAIGN,
    RejectionReason.CAP: RefusedBy.CAMPAIGN,
    RejectionReason.NOT_APPROVED: None,
    RejectionReason.LOWER_TIER: None,
}
"""Whose rule refuses, for reasons that do not depend on targeting."""

_INCLUDE = {each.reason: each.include for each in DIMENSIONS} | {RejectionReason.NETWORK: "networks"}


class RefusedVisitor(NamedTuple):
    """The visitor and the parameters of a stored click, as rules see them."""

    visitor: Visitor
    parameters: TrackingParameters


def visitor_of(click: Mapping[str, Any]) -> RefusedVisitor:
    """Return the visitor of a stored click."""
    parameters = TrackingParameters(click.get("sub_ids") or {}, click.get("source"))
    return RefusedVisitor(visitor_of_click(click), parameters)


def refused_by(reason: RejectionReason, offer: Offer, seen: RefusedVisitor) -> RefusedBy | None:
    """Return whose rule refused the click, None if neither did. If both did, return the campaign."""
    if reason in _ALWAYS:
        return _ALWAYS[reason]
    is_accepted = offer.campaign.targeting.accepts(reason, *seen)
    return RefusedBy.OFFER if is_accepted else RefusedBy.CAMPAIGN


def allowed_values(reason: RejectionReason, targeting: Mapping[str, Any], visitor: Visitor) -> list[str] | None:
    """Return the values that the rule of a document of targeting allows, at most `MAX_ALLOWED`.

    None if the rule has no list of allowed values, for example because it excludes values.
    """
    values = _values(reason, targeting, visitor)
    return values[:MAX_ALLOWED] or None


def _values(reason: RejectionReason, targeting: Mapping[str, Any], visitor: Visitor) -> list[str]:
    if reason is RejectionReason.OS_VERSION:
        return [f"{system} {rule}" for system, rule in targeting["os_versions"].items() if system == visitor.os]
    if reason is RejectionReason.SUB_ID:
        return [f"{name}={pattern}" for name, patterns in targeting["sub_ids"].items() for pattern in patterns]
    return list(targeting[_INCLUDE[reason]]) if reason in _INCLUDE else []
