"""The choice of a stored click, computed again: which segment's weights, among which offers, and who refused it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.domain.click import ExperimentArm, RejectionReason, decode_rejections
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer
from chalicelib.routing import refusal_rules, rotation, segments
from chalicelib.routing.click_references import NO_DOCUMENTS, NO_REFERENCES, ClickReferences, RouteDocuments
from chalicelib.routing.refusal_rules import RefusedBy, RefusedVisitor
from chalicelib.routing.weight_selection import WeightSelection, learned_weights, weights

_NO_REFUSAL: Mapping[str, Any] = {"refused_by": None, "allowed": None}


def segment(click: Mapping[str, Any]) -> str:
    """Return the segment whose learned weights were used, or the visitor's own: country and device."""
    return click.get("segment") or segments.segments_of(click.get("country"), click["device"])[0]


def considered(
    click: Mapping[str, Any],
    route: Route,
    documents: RouteDocuments = NO_DOCUMENTS,
    references: ClickReferences = NO_REFERENCES,
) -> list[dict[str, Any]]:
    """Return the route's offers, each with its rejection, the weight it had in the click's arm, and its chance.

    A click that was stopped before the offers considered none of them.
    """
    rejections = decode_rejections(click)
    selection = _weight_selection(click, route)
    rules = _Rules(documents.offers, documents, refusal_rules.visitor_of(click))
    columns = (_weights(selection, route, rejections), _chances(click, selection, route, rejections))
    return [
        {
            "campaign_id": offer.campaign.id,
            "campaign_name": references.campaigns.get(offer.campaign.id, documents.campaign_name(offer.campaign.id)),
            "priority": offer.priority,
            "weight": weight,
            "chance": chance,
            "refused": rejection,
            **(rules.refusal(offer, rejection) if rejection else _NO_REFUSAL),
        }
        for offer, rejection, weight, chance in zip(route.offers, rejections, *columns, strict=False)
    ]


class _Rules(NamedTuple):
    """The rules that a click was checked against: the documents of offers by campaign ID, and those of campaigns."""

    offers: Mapping[str, Mapping[str, Any]]
    documents: RouteDocuments
    seen: RefusedVisitor

    def refusal(self, offer: Offer, reason: RejectionReason) -> dict[str, Any]:
        """Return who refused the click, and the values that the rule allows."""
        refused_by = refusal_rules.refused_by(reason, offer, self.seen)
        of_campaign = refused_by is RefusedBy.CAMPAIGN
        holder = (self.documents.campaigns if of_campaign else self.offers).get(offer.campaign.id)
        allowed = None
        if refused_by and holder:
            allowed = refusal_rules.allowed_values(reason, holder["targeting"], self.seen.visitor)
        return {"refused_by": refused_by, "allowed": allowed}


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


def _chances(
    click: Mapping[str, Any], selection: WeightSelection, route: Route, rejections: Sequence[RejectionReason | None]
) -> Sequence[float | None]:
    """Return the probability of every offer to be drawn among those that could take the click; 0 for the others.

    It is None for an offer whose learned weights have expired.
    """
    has_expired = selection.arm is ExperimentArm.OPTIMIZED and _has_weights(click) and route.learned is None
    chances: list[float | None] = [0.0] * len(route.offers)
    tier = rotation.top_tier(route.offers, rejections)
    drawn = rotation.propensities(weights(selection, route.offers, tier))
    for position, chance in zip(tier, drawn, strict=True):
        chances[position] = None if has_expired else chance
    return chances


def _has_weights(click: Mapping[str, Any]) -> bool:
    return click.get("weights_version") is not None
