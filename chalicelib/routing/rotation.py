"""Which of the eligible offers takes the click: tier by priority, then weight by draw."""

from bisect import bisect, bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from chalicelib.domain.click import RejectionReason
from chalicelib.domain.smartlink import Offer

_ALMOST_1 = 1 - 2**-53


class Pick(NamedTuple):
    """The offer drawn: its place, the probability it had, and what is left of the draw.

    Inside the interval of the offer that was hit the draw is uniform again; `remaining_draw` is that
    position in [0, 1), so that a second choice after a refused reservation needs no new chance
    and stays unbiased. (A named tuple, as some are made on every click: they take a third of a dataclass's time.)
    """

    position: int
    propensity: float
    remaining_draw: float


def top_tier(offers: Sequence[Offer], refusals: Sequence[RejectionReason | None]) -> list[int]:
    """The places of the eligible offers of the highest priority that can be drawn at all.

    `offers` stand by falling priority, as a route's do; `refusals` runs beside them. An offer of weight 0 is never
    drawn, so a tier of zeros passes the click on to the next.
    """
    places = [place for place, refusal in enumerate(refusals) if refusal is None and offers[place].weight > 0]
    if not places:
        return places
    highest = offers[places[0]].priority
    if offers[places[-1]].priority == highest:
        return places
    return [place for place in places if offers[place].priority == highest]


def propensities(weights: Sequence[float]) -> list[float]:
    """The probability that `pick` has for each of these weights; nothing is certain where all are 0."""
    total = sum(weights)
    return [weight / total for weight in weights] if total else [0.0] * len(weights)


def pick(places: Sequence[int], weights: Sequence[float], draw: float) -> Pick | None:
    """The place whose share of the whole the draw in [0, 1) falls into; None where all weights are 0.

    `weights` runs beside `places`. Weights 3 and 1 give the first exactly the draws below 3/4.
    """
    total = sum(weights)
    if not total:
        return None
    ends, point = list(accumulate(weights)), draw * total
    # Rounding must carry neither the draw past the last weight above 0 nor what is left of it out of [0, 1).
    n = bisect(ends, point, hi=bisect_left(ends, ends[-1]))
    below, weight = ends[n - 1] if n else 0.0, weights[n]
    return Pick(places[n], weight / total, min((point - below) / weight, _ALMOST_1))
