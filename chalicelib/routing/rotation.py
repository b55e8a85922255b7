"""Weighted rotation: the top tier by priority, then one of its offers by weight and draw."""

from bisect import bisect, bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from chalicelib.domain.click import RejectionReason
from chalicelib.domain.smartlink import Offer

_ALMOST_1 = 1 - 2**-53


class Pick(NamedTuple):
    """A drawn offer: its position, its probability, and the rest of the draw.

    Within the interval of the drawn offer the draw is uniform again. `remaining_draw` is its place in that interval,
    in [0, 1): a second choice after a rejected reservation needs no new random number and stays unbiased.
    (A named tuple: each click creates at least one, in a third of a dataclass's time.)
    """

    position: int
    propensity: float
    remaining_draw: float


def top_tier(offers: Sequence[Offer], rejections: Sequence[RejectionReason | None]) -> list[int]:
    """Return the positions of the eligible offers of the highest priority that can be drawn.

    `offers` are sorted by descending priority, as in a route; `rejections` has one entry for each. An offer of
    weight 0 is never drawn, so a tier of zeros passes the click on to the next.
    """
    positions = [n for n, rejection in enumerate(rejections) if rejection is None and offers[n].weight > 0]
    if not positions:
        return positions
    highest = offers[positions[0]].priority
    if offers[positions[-1]].priority == highest:
        return positions
    return [position for position in positions if offers[position].priority == highest]


def propensities(weights: Sequence[float]) -> list[float]:
    """Return the probability of each weight in `pick`; 0 for each if all weights are 0."""
    total = sum(weights)
    return [weight / total for weight in weights] if total else [0.0] * len(weights)


def pick(positions: Sequence[int], weights: Sequence[float], draw: float) -> Pick | None:
    """Return the position whose share of the total weight contains the draw in [0, 1); None if all weights are 0.

    `weights` has one entry for each of `positions`. Weights 3 and 1 give the first exactly the draws below 3/4.
    """
    total = sum(weights)
    if not total:
        return None
    ends, point = list(accumulate(weights)), draw * total
    # Rounding must not move the draw past the last weight above 0, nor the remaining draw out of [0, 1).
    n = bisect(ends, point, hi=bisect_left(ends, ends[-1]))
    below, weight = ends[n - 1] if n else 0.0, weights[n]
    return Pick(positions[n], weight / total, min((point - below) / weight, _ALMOST_1))
