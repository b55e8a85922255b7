"""The choice of a stored click, computed again: which segment's weights, among which offers."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.click import ExperimentArm, RejectionReason, decode_rejections
from chalicelib.domain.route import Route
from chalicelib.routing import rotation, segments
from chalicelib.routing.weight_selection import WeightSelection, learned_weights


def segment(click: Mapping[str, Any]) -> str:
    """Return the segment whose learned weights were used, or the visitor's own: country and device."""
    return click.get("segment") or segments.segments_of(click.get("country"), click["device"])[0]


def considered(click: Mapping[str, Any], route: Route) -> list[dict[str, Any]]:
    """Return the route's offers, each with its rejection and the weight it had in the click's arm.

    A click that was stopped before the offers considered none of them.
    """
    rejections = decode_rejections(click)
    weights_of_offers = _weights(_weight_selection(click, route), route, rejections)
    return [
        {"campaign_id": offer.campaign.id, "priority": offer.priority, "weight": weight, "refused": rejection}
        for offer, rejection, weight in zip(route.offers, rejections, weights_of_offers, strict=False)
    ]


def _weight_selection(click: Mapping[str, Any], route: Route) -> WeightSelection:
    """Return the weights of the click, without the learned ones if these have expired."""
    arm, used_segment = ExperimentArm(click["arm"]), segment(click)
    by_segment = route.learned.segments if route.learned and arm is ExperimentArm.OPTIMIZED else {}
    return WeightSelection(arm, used_segment, by_segment.get(used_segment))


def _weights(selection: WeightSelection, route: Route, rejections: Sequence[RejectionReason | None]) -> Sequence[float]:
    """Return the weight of every offer; in the tier that could take the click, as it was drawn."""
    if selection.learned is None:
        return [offer.weight for offer in route.offers]
    of_offers = learned_weights(selection.learned, route.offers, range(len(route.offers)))
    tier = rotation.top_tier(route.offers, rejections)
    drawn_by = learned_weights(selection.learned, route.offers, tier)
    for position, weight in zip(tier, drawn_by, strict=True):
        of_offers[position] = weight if any(drawn_by) else route.offers[position].weight
    return of_offers
