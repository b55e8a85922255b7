"""Posteriors to shares of clicks, by minimum empirical divergence (IMED)."""

from collections.abc import Collection, Mapping
from heapq import heapify, heappop, heappush
from math import log
from typing import NamedTuple

PARTS = 16
"""Number of equal parts in which the expected clicks are allocated."""

SHARPNESS = 2.5
"""Factor on the evidence: a higher one explores less."""

_TIE = 1e-9


class Candidate(NamedTuple):
    """An offer in a segment: its mean value per click, and its evidence in conversions (shape) and in clicks.

    A named tuple, because a pool has thousands.
    """

    value: float
    shape: float
    clicks: float


_HeapEntry = tuple[float, int, float, float]
"""An offer's IMED index, then its index in the pool, its clicks with those allocated, and the evidence per click."""

Shares = dict[int, float]
"""Shares by index of the offer; they sum to 1."""


def equal_shares(indexes: Collection[int]) -> Shares:
    """Return equal shares."""
    return {index: 1 / len(indexes) for index in indexes}


def allocate(candidates: Mapping[int, Candidate], clicks: float) -> Shares:
    """Return the shares of the clicks by minimum empirical divergence (IMED, Honda & Takemura 2015).

    Each part goes to the smallest index N · I + log N and is added to that offer's N. I is the evidence per click
    against the offer being the best: s (r - 1 - log r) / N for a Gamma posterior of shape s, with r the best mean over
    its own. Tied offers share the part. Offers that earn nothing get nothing, unless no offer earns.
    """
    best = max([candidate.value for candidate in candidates.values()])
    if not best > 0:
        return _only(candidates, _highest({index: candidate.value for index, candidate in candidates.items()}))
    heap = [_entry(index, candidate, best) for index, candidate in candidates.items() if candidate.value > 0]
    heapify(heap)
    shares = dict.fromkeys(candidates, 0.0)
    for _ in range(PARTS):
        tied = _pop_smallest(heap)
        share, part = 1 / PARTS / len(tied), clicks / PARTS / len(tied)
        for _, index, clicks_before, evidence in tied:
            shares[index] += share
            clicks_after = clicks_before + part
            heappush(heap, (clicks_after * evidence + log(clicks_after), index, clicks_after, evidence))
    return shares


def _entry(index: int, candidate: Candidate, best: float) -> _HeapEntry:
    clicks = max(candidate.clicks, 1.0)
    evidence = _evidence(candidate, best) / clicks
    return clicks * evidence + log(clicks), index, clicks, evidence


def _evidence(candidate: Candidate, best: float) -> float:
    ratio = best / candidate.value
    return SHARPNESS * candidate.shape * (ratio - 1 - log(ratio))


def _pop_smallest(heap: list[_HeapEntry]) -> list[_HeapEntry]:
    """Remove and return the entry with the smallest IMED index and those that tie with it."""
    entries = [heappop(heap)]
    smallest = entries[0][0]
    limit = smallest + _TIE * max(1.0, abs(smallest))
    while heap and heap[0][0] <= limit:
        entries.append(heappop(heap))
    return entries


def _highest(values: Mapping[int, float]) -> list[int]:
    """Return the offer with the highest value and those that tie with it: rounding must not decide between equals."""
    best = max(values.values())
    return [index for index, value in values.items() if best - value <= _TIE * abs(best)]


def _only(candidates: Collection[int], chosen: Collection[int]) -> Shares:
    return dict.fromkeys(candidates, 0.0) | equal_shares(chosen)


def mix(first: Shares, second: Shares, weight: float) -> Shares:
    """Return the mixture of the shares, in which `second` has the weight (0 to 1)."""
    return {index: (1 - weight) * first[index] + weight * second.get(index, 0.0) for index in first}


def with_minimum(shares: Shares, minimum: Mapping[int, float]) -> Shares:
    """Return the shares with the minimum (sum below 1) for each offer, and the rest divided as before."""
    rest = 1 - sum(minimum.values())
    return {index: rest * share + minimum.get(index, 0.0) for index, share in shares.items()}


def meet_payout_floor(shares: Shares, payouts: Mapping[int, float], floor: float) -> Shares:
    """Return the shares, mixed towards the offer with the highest payout per click no more than the floor requires.

    If even that offer pays less than the floor, it gets all clicks.
    """
    expected = sum(share * payouts[index] for index, share in shares.items())
    highest = max(payouts.values())
    if expected >= floor:
        return shares
    best = _only(shares, _highest(payouts))
    weight = min(1.0, (floor - expected) / (highest - expected)) if highest > expected else 1.0
    return mix(shares, best, weight)
