"""How likely each campaign was to get a click, whatever its draw and lot: what judging by logged clicks rests on."""

from collections.abc import Sequence

from chalicelib.domain.click import RejectionReason
from chalicelib.domain.route import Route
from chalicelib.routing import rotation, weight_selection
from chalicelib.routing.segments import Path


def selection_probabilities(route: Route, refusals: Sequence[RejectionReason | None], path: Path) -> dict[str, float]:
    """The probability of each campaign to be chosen for a click that ends with these refusals; they sum to 1.

    `refusals` runs beside the route's offers, as `Decision.refusals` (and a click's letters) do; `path` are the
    visitor's segments, `segments.path(country, device)`; `route.learned` are the weights that were in force. It is
    over both arms: by the admin's weights with the hold-out's share, by the learned ones with the rest. A campaign
    without a chance is left out, so the answer is empty where no offer can be drawn.
    """
    tier = rotation.top_tier(route.offers, refusals) if route.active else []
    found: dict[str, float] = {}
    for how, share in weight_selection.weight_selections(route, path):
        drawn = rotation.propensities(weight_selection.weights(how, route.offers, tier))
        for place, propensity in zip(tier, drawn, strict=True):
            campaign_id = route.offers[place].campaign.id
            found[campaign_id] = found.get(campaign_id, 0.0) + share * propensity
    return {campaign_id: chance for campaign_id, chance in found.items() if chance > 0}
