"""By whose weights a click chooses among the offers of a tier: the admin's, or those learned of its segment."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.domain.click import ExperimentArm
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, Rotation
from chalicelib.routing.segments import Path


class WeightSelection(NamedTuple):
    """The arm of a click and, in arm `optimized`, the segment whose weights are used.

    `learned` holds them by campaign ID. Both are None where the admin's weights are used: in the other arms, and
    where nothing was learned of the visitor's segments, not even of everyone.
    """

    arm: ExperimentArm
    segment: str | None = None
    learned: Mapping[str, float] | None = None


WEIGHTED = WeightSelection(ExperimentArm.WEIGHTED)
HOLDOUT = WeightSelection(ExperimentArm.HOLDOUT)
OPTIMIZED_WITHOUT_WEIGHTS = WeightSelection(ExperimentArm.OPTIMIZED)


def select_weights(route: Route, path: Path, lot: float) -> WeightSelection:
    """How a click with these segments and this lot in [0, 1) is weighed: the hold-out has the lots below its share."""
    share = holdout_share(route)
    if share is None:
        return WEIGHTED
    return HOLDOUT if lot < share else optimized(route, path)


def weight_selections(route: Route, path: Path) -> list[tuple[WeightSelection, float]]:
    """The ways in which clicks with these segments are weighed, each with its probability over the lot."""
    share = holdout_share(route)
    if share is None:
        return [(WEIGHTED, 1.0)]
    return [(HOLDOUT, share), (optimized(route, path), 1 - share)]


def holdout_share(route: Route) -> float | None:
    """The share of the clicks that goes by the admin's weights to compare with; None where nothing is learned."""
    if route.learned is None or route.rotation is not Rotation.OPTIMIZED:
        return None
    return route.holdout_percent / 100


def optimized(route: Route, path: Path) -> WeightSelection:
    """By the weights of the first of these segments that has any."""
    segments = route.learned.segments if route.learned else {}
    for segment in path:
        if segment in segments:
            return WeightSelection(ExperimentArm.OPTIMIZED, segment, segments[segment])
    return OPTIMIZED_WITHOUT_WEIGHTS


def weights(how: WeightSelection, offers: Sequence[Offer], tier: Sequence[int]) -> list[float]:
    """The weights of the offers at the places of a tier, in the tier's order.

    Where all that was learned of them is 0, the admin's, so that a tier that can be drawn is drawn.
    """
    if how.learned is not None:
        learned = learned_weights(how.learned, offers, tier)
        if any(learned):
            return learned
    return [offers[place].weight for place in tier]


def learned_weights(learned: Mapping[str, float], offers: Sequence[Offer], places: Sequence[int]) -> list[float]:
    """The learned weights of the offers at these places, in their order; 0 where the admin's weight is.

    An offer that was not there to be learned of gets its head-count share: as n others of its tier sum to 1, it
    weighs 1/n, which is one part in n + 1.
    """
    seats = [offers[place] for place in places]
    try:
        return [learned[seat.campaign.id] if seat.weight else 0.0 for seat in seats]
    except KeyError:
        heads = Counter(offer.priority for offer in offers if offer.campaign.id in learned)
        return [_with_head_count(learned, heads, seat) if seat.weight else 0.0 for seat in seats]


def _with_head_count(learned: Mapping[str, float], heads: Mapping[int, int], seat: Offer) -> float:
    return learned.get(seat.campaign.id, 1 / max(1, heads[seat.priority]))
