"""Which of the eligible offers takes the click: tier by priority, then weight by draw."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.smartlink import Offer, Refusal


@dataclass(frozen=True, slots=True)
class Pick:
    """The offer drawn: its place, the probability it had, and what is left of the draw.

    Inside the interval of the offer that was hit the draw is uniform again; `rest` is that
    position in [0, 1), so that a second choice after a refused reservation needs no new chance
    and stays unbiased.
    """

    place: int
    propensity: float
    rest: float


def top_tier(offers: Sequence[Offer], refusals: Sequence[Refusal | None]) -> list[int]:
    """The places of the eligible offers of the highest priority that can be drawn at all.

    An offer of weight 0 is never drawn, so a tier of zeros passes the click on to the next.
    """
    places = [i for i, refusal in enumerate(refusals) if refusal is None and offers[i].weight > 0]
    highest = max((offers[i].priority for i in places), default=0)
    return [i for i in places if offers[i].priority == highest]


def propensities(weights: Sequence[float]) -> list[float]:
    """The probability that `pick` has for each of these weights; nothing is certain where all are 0."""
    total = sum(weights)
    return [weight / total for weight in weights] if total else [0.0] * len(weights)


def pick(places: Sequence[int], weights: Sequence[float], draw: float) -> Pick | None:
    """The place whose share of the whole the draw in [0, 1) falls into; None where all weights are 0.

    `weights` runs beside `places`. Weights 3 and 1 give the first exactly the draws below 3/4.
    """
    drawable = [n for n, weight in enumerate(weights) if weight > 0]
    if not drawable:
        return None
    total = sum(weights)
    point, below = draw * total, 0.0
    for n in drawable[:-1]:
        if point < below + weights[n]:
            break
        below += weights[n]
    else:
        n = drawable[-1]
    # Rounding must not carry what is left out of [0, 1).
    rest = min((point - below) / weights[n], 1 - 2**-53)
    return Pick(places[n], weights[n] / total, rest)
