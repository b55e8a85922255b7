"""The weights that a click draws by: configured, or learned for its segment."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.domain.click import ExperimentArm
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, Rotation
from chalicelib.routing.segments import Path


class WeightSelection(NamedTuple):
    """The arm of a click and, in arm `optimized`, the segment whose learned weights are used.

    `learned` has them by campaign ID. Both are None if the configured weights are used: in the other arms, and if
    none of the visitor's segments has learned weights.
    """

    arm: ExperimentArm
    segment: str | None = None
    learned: Mapping[str, float] | None = None


WEIGHTED = WeightSelection(ExperimentArm.WEIGHTED)
HOLDOUT = WeightSelection(ExperimentArm.HOLDOUT)
OPTIMIZED_WITHOUT_WEIGHTS = WeightSelection(ExperimentArm.OPTIMIZED)


def select_weights(route: Route, path: Path, arm_draw: float) -> WeightSelection:
    """Return the weights of a click with these segments; it is in the hold-out if `arm_draw` is below its share."""
    share = holdout_share(route)
    if share is None:
        return WEIGHTED
    return HOLDOUT if arm_draw < share else optimized_weights(route, path)


def weight_selections(route: Route, path: Path) -> list[tuple[WeightSelection, float]]:
    """Return every selection for clicks with these segments, each with its probability over the arm draw."""
    share = holdout_share(route)
    if share is None:
        return [(WEIGHTED, 1.0)]
    return [(HOLDOUT, share), (optimized_weights(route, path), 1 - share)]


def holdout_share(route: Route) -> float | None:
    """Return the share of clicks in the hold-out; None if the route uses no learned weights."""
    if route.learned is None or route.rotation is not Rotation.OPTIMIZED:
        return None
    return route.holdout_percent / 100


def optimized_weights(route: Route, path: Path) -> WeightSelection:
    """Return the learned weights of the first of these segments that has any."""
    segments = route.learned.segments if route.learned else {}
    for segment in path:
        if segment in segments:
            return WeightSelection(ExperimentArm.OPTIMIZED, segment, segments[segment])
    return OPTIMIZED_WITHOUT_WEIGHTS


def weights(selection: WeightSelection, offers: Sequence[Offer], tier: Sequence[int]) -> list[float]:
    """Return the weights of the offers at the positions of a tier, in its order: learned, or configured thousandths.

    If all their learned weights are 0 the configured weights are used, so that one of the offers is drawn.
    """
    if selection.learned is not None:
        learned = learned_weights(selection.learned, offers, tier)
        if any(learned):
            return learned
    return [offers[position].parts for position in tier]


def learned_weights(learned: Mapping[str, float], offers: Sequence[Offer], positions: Sequence[int]) -> list[float]:
    """Return the learned weights of the offers at these positions; 0 for an offer whose configured weight is 0.

    An offer without a learned weight gets an equal share: the weights of the n learned offers of its tier sum to 1,
    so 1/n makes it one part in n + 1.
    """
    selected = [offers[position] for position in positions]
    try:
        return [learned[offer.campaign.id] if offer.weight else 0.0 for offer in selected]
    except KeyError:
        learned_offers = Counter(offer.priority for offer in offers if offer.campaign.id in learned)
        return [_weight_or_equal_share(learned, learned_offers, offer) if offer.weight else 0.0 for offer in selected]


def _weight_or_equal_share(learned: Mapping[str, float], learned_offers: Mapping[int, int], offer: Offer) -> float:
    """Return the offer's learned weight, or 1 by the number of learned offers of its priority."""
    return learned.get(offer.campaign.id, 1 / max(1, learned_offers[offer.priority]))
