"""When conversions come after their clicks, and so which share of them can have come by now."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from operator import mul

from chalicelib.optimizer.stats import DELAY_BINS, DELAY_EDGES, Bucket, Series

USUAL = (0.06, 0.03, 0.03, 0.04, 0.06, 0.07, 0.09, 0.08, 0.13, 0.10, 0.07, 0.09, 0.05, 0.03, 0.04, 0.02, 0.01)
"""The share of conversions in each bin before anything is known: half within half a day.

A slow guess costs nothing where conversions come at once, as a few of them correct it for all offers alike; a fast one
starves the offers that convert late.
"""

POOL_SHRINKAGE, OFFER_SHRINKAGE = 5.0, 3.0
"""How many conversions the usual profile weighs against the pool's own, and the pool's against an offer's."""

_ROUNDS = 3
_END = 480.0
"""Where the last bin, which has no end, is taken to end."""

_EDGES = [_END if edge == inf else edge for edge in DELAY_EDGES]


def ages(buckets: Sequence[Bucket], now: float) -> list[float]:
    """How long ago the clicks of each bucket were in the mean, in hours."""
    return [max(0.0, now - (bucket.start + min(bucket.end, now)) / 2) for bucket in buckets]


def arrivals(all_ages: Sequence[float]) -> list[list[float]]:
    """For each bin, which share of its conversions has come from the clicks of each age: even within a bin.

    The first bin has come at once: the clicks of the last minutes are too few to matter, and conversions that
    count in full beside clicks that hardly count would look like a better offer, or a change.
    """
    later = [[min(1.0, max(0.0, (age - low) / (high - low))) for age in all_ages] for low, high in pairwise(_EDGES[1:])]
    return [[1.0] * len(all_ages), *later]


def exposures(clicks: Series, arrived: Sequence[Series]) -> list[float]:
    """For each bin, the clicks old enough for its conversions to be seen."""
    return [sum(map(mul, clicks, row)) for row in arrived]


def profile(counts: Sequence[float], exposed: Sequence[float], prior: Sequence[float], weight: float) -> list[float]:
    """The share of conversions in each bin, though late ones can only be seen from clicks of long ago.

    Conversions in bin d are Poisson with rate θ_d per click exposed to it; θ_d has a Gamma prior that counts as
    `weight` conversions spread like `prior` over as many clicks as they would take. The posterior means, scaled to
    sum 1, are the profile; the total rate, in which the prior's clicks are measured, is found along the way
    (conjugate Gamma and Poisson: Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6).
    """
    seen, shares = sum(counts), list(prior)
    for _ in range(_ROUNDS):
        visible = sum(map(mul, shares, exposed))
        if seen == 0 or visible == 0:
            return list(prior)
        clicks = weight * visible / seen
        rates = [(n + weight * p) / (clicks + e) for n, p, e in zip(counts, prior, exposed, strict=True)]
        total = sum(rates)
        shares = [rate / total for rate in rates]
    return shares


def arrived_share(shares: Sequence[float], arrived: Sequence[Series]) -> list[float]:
    """F: the share of all conversions that has come, from the clicks of each bucket."""
    return [sum(map(mul, shares, column)) for column in zip(*arrived, strict=True)]


def arrived_shares(
    clicks: Sequence[Series], counts: Sequence[Sequence[float]], arrived: Sequence[Series]
) -> list[list[float]]:
    """F of each offer, from its clicks by bucket and its conversions by delay.

    An offer's profile is shrunk to the pool's, and the pool's to the usual one.
    """
    exposed = [exposures(row, arrived) for row in clicks]
    pool_counts = [sum(column) for column in zip(*counts, strict=True)] or [0.0] * DELAY_BINS
    pool_exposed = [sum(column) for column in zip(*exposed, strict=True)] or [0.0] * DELAY_BINS
    pool = profile(pool_counts, pool_exposed, USUAL, POOL_SHRINKAGE)
    profiles = [profile(*each, pool, OFFER_SHRINKAGE) for each in zip(counts, exposed, strict=True)]
    return [arrived_share(each, arrived) for each in profiles]
