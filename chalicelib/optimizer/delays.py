"""When conversions come after their clicks, and so which share of them can have come by now."""

from collections.abc import Sequence
from math import inf
from operator import mul

from chalicelib.optimizer.stats import DELAY_BINS, DELAY_EDGES, Bucket, Series

USUAL = (0.22, 0.12, 0.10, 0.09, 0.09, 0.07, 0.06, 0.04, 0.06, 0.04, 0.03, 0.03, 0.02, 0.01, 0.01, 0.005, 0.005)
"""The share of conversions in each bin of `DELAY_EDGES` before anything is known: half of them within the hour."""

POOL_SHRINKAGE, OFFER_SHRINKAGE = 5.0, 5.0
"""How many conversions the usual profile weighs against the pool's own, and the pool's against an offer's."""

_ROUNDS = 3
_LONGEST = 480.0
"""Where the last bin, which has no end, is taken to end."""


def ages(buckets: Sequence[Bucket], now: float) -> list[float]:
    """How long ago the clicks of each bucket were in the mean, in hours."""
    return [max(0.0, now - (bucket.start + min(bucket.end, now)) / 2) for bucket in buckets]


def arrived(age: float) -> tuple[float, ...]:
    """The share of the conversions of each bin that have come from clicks of this age: even within a bin."""
    return tuple(
        min(1.0, max(0.0, (age - low) / ((_LONGEST if high == inf else high) - low)))
        for low, high in zip(DELAY_EDGES, DELAY_EDGES[1:], strict=False)
    )


def exposures(clicks: Series, arrivals: Sequence[Series]) -> list[float]:
    """For each bin, the clicks old enough for its conversions to be seen. `arrivals` holds a series for each bin."""
    return [sum(map(mul, clicks, series)) for series in arrivals]


def profile(counts: Sequence[float], exposed: Sequence[float], prior: Sequence[float], weight: float) -> list[float]:
    """The share of conversions in each bin, when late ones can only be seen from clicks of long ago.

    Conversions in bin d are Poisson with rate θ_d per click exposed to it; θ_d has a Gamma prior that counts as
    `weight` conversions spread like `prior`. The posterior means, scaled to sum 1, are the profile; the total rate
    that the prior is measured in is found along the way (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6).
    """
    shares: Sequence[float] = prior
    seen = sum(counts)
    for _ in range(_ROUNDS):
        visible = sum(map(mul, shares, exposed))
        if seen == 0 or visible == 0:
            return list(prior)
        clicks = weight * visible / seen
        rates = [
            (count + weight * share) / (clicks + clicks_seen)
            for count, share, clicks_seen in zip(counts, prior, exposed, strict=True)
        ]
        total = sum(rates)
        shares = [rate / total for rate in rates]
    return list(shares)


def arrived_by_bucket(shares: Sequence[float], arrivals: Sequence[Series], buckets: int) -> list[float]:
    """The share of all conversions that have come, for the clicks of each bucket."""
    found = [0.0] * buckets
    for share, series in zip(shares, arrivals, strict=True):
        if share:
            found = [before + share * part for before, part in zip(found, series, strict=True)]
    return found


def arrivals_of(all_ages: Sequence[float]) -> list[list[float]]:
    """What `arrived` says of each bucket's age, as one series for each bin."""
    by_age = [arrived(age) for age in all_ages]
    return [[row[d] for row in by_age] for d in range(DELAY_BINS)]
