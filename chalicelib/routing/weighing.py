"""By whose weights a click chooses among the offers of a tier: the admin's, or those learned of its segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.routing.segments import Path
from chalicelib.smartlink import Arm, Offer, Rotation, Route


@dataclass(frozen=True, slots=True)
class Weighing:
    """The arm of a click and, in arm `optimized`, the segment whose weights are used.

    `learned` holds them by campaign ID. Both are None where the admin's weights are used: in the other arms, and
    where nothing was learned of the visitor's segments, not even of everyone.
    """

    arm: Arm
    segment: str | None = None
    learned: Mapping[str, float] | None = None


WEIGHTED = Weighing(Arm.WEIGHTED)
HOLDOUT = Weighing(Arm.HOLDOUT)


def weighing(route: Route, path: Path, lot: float) -> Weighing:
    """How a click with these segments and this lot in [0, 1) is weighed: the hold-out has the lots below its share."""
    share = holdout_share(route)
    if share is None:
        return WEIGHTED
    return HOLDOUT if lot < share else optimized(route, path)


def weighings(route: Route, path: Path) -> list[tuple[Weighing, float]]:
    """The ways in which clicks with these segments are weighed, each with its probability over the lot."""
    share = holdout_share(route)
    if share is None:
        return [(WEIGHTED, 1.0)]
    return [(HOLDOUT, share), (optimized(route, path), 1 - share)]


def holdout_share(route: Route) -> float | None:
    """The share of the clicks that goes by the admin's weights to compare with; None where nothing is learned."""
    learning = route.rotation is Rotation.OPTIMIZED and route.learned
    return route.holdout_percent / 100 if learning else None


def optimized(route: Route, path: Path) -> Weighing:
    """By the weights of the first of these segments that has any."""
    segments = route.learned.segments if route.learned else {}
    segment = next((each for each in path if each in segments), None)
    return Weighing(Arm.OPTIMIZED, segment, segments[segment] if segment else None)


def weights(how: Weighing, offers: Sequence[Offer], tier: Sequence[int]) -> list[float]:
    """The weights of the offers at the places of a tier, in the tier's order.

    Where all that was learned of them is 0, the admin's, so that a tier that can be drawn is drawn.
    """
    learned = [] if how.learned is None else learned_weights(how.learned, offers, tier)
    return learned if any(learned) else [offers[place].weight for place in tier]


def learned_weights(learned: Mapping[str, float], offers: Sequence[Offer], places: Sequence[int]) -> list[float]:
    """The learned weights of the offers at these places, in their order; 0 where the admin's weight is.

    An offer that was not there to be learned of gets its head-count share: as n others of its tier sum to 1, it
    weighs 1/n, which is one part in n + 1.
    """
    found: list[float] = []
    for place in places:
        weight = learned.get(offers[place].campaign.id)
        known = _head_count_weight(learned, offers, offers[place].priority) if weight is None else weight
        found.append(known if offers[place].weight else 0.0)
    return found


def _head_count_weight(learned: Mapping[str, float], offers: Sequence[Offer], priority: int) -> float:
    named = sum(offer.priority == priority and offer.campaign.id in learned for offer in offers)
    return 1 / max(1, named)
