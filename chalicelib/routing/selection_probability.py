"""The probability of each campaign to be chosen for a click, over both draws. Off-policy evaluation uses it."""

from collections.abc import Sequence

from chalicelib.domain.click import RejectionReason
from chalicelib.domain.route import Route
from chalicelib.routing import rotation, weight_selection
from chalicelib.routing.segments import Path


def selection_probabilities(route: Route, rejections: Sequence[RejectionReason | None], path: Path) -> dict[str, float]:
    """Return the probability of each campaign for a click with these rejections; the probabilities sum to 1.

    `rejections` has one entry for each offer of the route, as `Decision.rejections` has. `path` are the segments of the
    visitor, and `route.learned` the weights of that time. Both arms count: the configured weights with the share of
    the hold-out, the learned weights with the rest. Campaigns of probability 0 are left out; if no offer can be drawn
    the result is empty.
    """
    tier = rotation.top_tier(route.offers, rejections) if route.active else []
    probabilities: dict[str, float] = {}
    for selection, share in weight_selection.weight_selections(route, path):
        propensities = rotation.propensities(weight_selection.weights(selection, route.offers, tier))
        for position, propensity in zip(tier, propensities, strict=True):
            campaign_id = route.offers[position].campaign.id
            probabilities[campaign_id] = probabilities.get(campaign_id, 0.0) + share * propensity
    return {campaign_id: probability for campaign_id, probability in probabilities.items() if probability > 0}
