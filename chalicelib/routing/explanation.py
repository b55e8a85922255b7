"""A stored click's choice, told again: by which segment's weights, among which offers."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.clicks.rejections import REJECTIONS_BY_CODE
from chalicelib.domain.click import ExperimentArm, RejectionReason
from chalicelib.domain.route import Route
from chalicelib.routing import rotation, segments
from chalicelib.routing.weight_selection import WeightSelection, learned_weights, weights


def segment(stored: Mapping[str, Any]) -> str:
    """The segment whose learned weights were used, or else the visitor's own, country and device."""
    return stored.get("segment") or segments.segments_of(stored.get("country"), stored["device"])[0]


def considered(stored: Mapping[str, Any], route: Route) -> list[dict[str, Any]]:
    """The route's offers, each with its refusal and the weight that it had in the click's arm.

    A click that was stopped before the offers considered none of them.
    """
    refusals = [REJECTIONS_BY_CODE[letter] for letter in stored.get("refusals") or ""]
    told = zip(route.offers, refusals, _weights(_weighing(stored, route), route, refusals), strict=False)
    return [
        {"campaign_id": offer.campaign.id, "priority": offer.priority, "weight": weight, "refused": refusal}
        for offer, refusal, weight in told
    ]


def _weighing(stored: Mapping[str, Any], route: Route) -> WeightSelection:
    """How the click was weighed, as far as the weights of its time are known."""
    arm, its_segment = ExperimentArm(stored["arm"]), segment(stored)
    known = route.learned.segments if route.learned and arm is ExperimentArm.OPTIMIZED else {}
    return WeightSelection(arm, its_segment, known.get(its_segment))


def _weights(how: WeightSelection, route: Route, refusals: Sequence[RejectionReason | None]) -> list[float]:
    """Every offer's weight; those of the tier that could take the click as it was drawn by them."""
    if how.learned is None:
        return [offer.weight for offer in route.offers]
    found = learned_weights(how.learned, route.offers, range(len(route.offers)))
    tier = rotation.top_tier(route.offers, refusals)
    for place, weight in zip(tier, weights(how, route.offers, tier), strict=True):
        found[place] = weight
    return found
