"""Posteriors → shares of the clicks to come: each to the offer with the least evidence that another is better."""

from collections.abc import Collection, Mapping
from heapq import heapify, heappop, heappush
from math import log
from typing import NamedTuple

PARTS = 16
"""In so many equal parts the clicks until the next run are given out."""

SHARPNESS = 2.5
"""How much evidence counts against trying again."""

_TIE = 1e-9


class Candidate(NamedTuple):
    """An offer in a segment: its mean value per click, and what is known of it in conversions and in clicks.

    A named tuple, as a pool has thousands.
    """

    value: float
    shape: float
    clicks: float


_Standing = tuple[float, int, float, float]
"""An offer's index, then its place, its clicks with those given to it, and the evidence per click against it."""

Shares = dict[int, float]
"""Shares by the offer's place; they sum to 1."""


def evenly(places: Collection[int]) -> Shares:
    """The same share for each."""
    return {place: 1 / len(places) for place in places}


def shares(candidates: Mapping[int, Candidate], clicks: float) -> Shares:
    """The shares of so many clicks by minimum empirical divergence (IMED, Honda & Takemura 2015).

    Each part goes to the smallest index N · I + log N, and is added to that offer's N: I is the evidence per click
    that its mean could be the best one's, s (r - 1 - log r) / N of a Gamma posterior of shape s, where r is best
    over mean. Offers that tie share the part. What earns nothing gets nothing, unless nothing earns.
    """
    best = max([each.value for each in candidates.values()])
    if not best > 0:
        return _spread_over(candidates, _leading({place: each.value for place, each in candidates.items()}))
    heap = [_standing(place, each, best) for place, each in candidates.items() if each.value > 0]
    heapify(heap)
    found = dict.fromkeys(candidates, 0.0)
    for _ in range(PARTS):
        tied = _least(heap)
        share, given = 1 / PARTS / len(tied), clicks / PARTS / len(tied)
        for _, place, before, against in tied:
            found[place] += share
            taken = before + given
            heappush(heap, (taken * against + log(taken), place, taken, against))
    return found


def _standing(place: int, candidate: Candidate, best: float) -> _Standing:
    taken = max(candidate.clicks, 1.0)
    against = _evidence(candidate, best) / taken
    return taken * against + log(taken), place, taken, against


def _evidence(candidate: Candidate, best: float) -> float:
    ratio = best / candidate.value
    return SHARPNESS * candidate.shape * (ratio - 1 - log(ratio))


def _least(heap: list[_Standing]) -> list[_Standing]:
    """The one of the smallest index, and those that tie with it; they are taken off the heap."""
    found = [heappop(heap)]
    least = found[0][0]
    within = least + _TIE * max(1.0, abs(least))
    while heap and heap[0][0] <= within:
        found.append(heappop(heap))
    return found


def _leading(values: Mapping[int, float]) -> list[int]:
    """The place of the greatest value, and those that tie with it: rounding must not choose between equals."""
    best = max(values.values())
    return [place for place, value in values.items() if best - value <= _TIE * abs(best)]


def _spread_over(candidates: Collection[int], chosen: Collection[int]) -> Shares:
    return dict.fromkeys(candidates, 0.0) | evenly(chosen)


def mixed(one: Shares, other: Shares, part: float) -> Shares:
    """So much (0 to 1) of the other's shares, and the rest of the one's."""
    return {place: (1 - part) * one[place] + part * other.get(place, 0.0) for place in one}


def floored(given: Shares, least: Mapping[int, float]) -> Shares:
    """The shares where each offer gets its least (they sum to less than 1) and the rest is shared as before."""
    rest = 1 - sum(least.values())
    return {place: rest * share + least.get(place, 0.0) for place, share in given.items()}


def paying(given: Shares, payouts: Mapping[int, float], floor: float) -> Shares:
    """The shares, mixed towards the offer that pays most per click, no more than it takes to pay `floor` in the mean.

    Where even that one pays less it gets everything.
    """
    now = sum(share * payouts[place] for place, share in given.items())
    top = max(payouts.values())
    if now >= floor:
        return given
    best = _spread_over(given, _leading(payouts))
    return mixed(given, best, min(1.0, (floor - now) / (top - now)) if top > now else 1.0)
