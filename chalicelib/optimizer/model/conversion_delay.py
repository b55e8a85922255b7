"""When conversions come after their clicks, and so which share of them can have come by now."""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, inf, log
from operator import mul

from chalicelib.optimizer.model.pool_statistics import DELAY_BINS, DELAY_EDGES, Bucket, Series

SPEEDS = (0.03, 0.1, 0.3, 1.0, 3.0, 8.0, 20.0, 50.0, 120.0)
"""Mean delays in hours, from two minutes to five days: how fast the conversions of an offer may come."""

ANY_SPEED = 0.3
"""How much of what is expected of an offer's speed is open, the rest being what the pool's conversions say."""

SHRINKAGE = 5.0
"""How many conversions the profile of the likely speeds weighs against the conversions' own."""

_ROUNDS = 3
_END = 480.0
"""Where the last bin, which has no end, is taken to end."""

_EDGES = [_END if edge == inf else edge for edge in DELAY_EDGES]
_LEAST = 1e-4


def _exponential(mean: float) -> list[float]:
    """The share of each bin of delays that are exponential with this mean, and a trace of any other."""
    later = [0.0 if edge == inf else exp(-edge / mean) for edge in DELAY_EDGES]
    shares = [before - after + _LEAST for before, after in pairwise(later)]
    return [share / sum(shares) for share in shares]


FAMILY = tuple(_exponential(mean) for mean in SPEEDS)
"""The profile of each speed."""

EVEN = (1 / len(SPEEDS),) * len(SPEEDS)
"""Every speed is as likely as the next: what is known before the first conversion."""


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


def speeds(counts: Sequence[float], exposed: Sequence[float], prior: Sequence[float]) -> list[float]:
    """How likely each speed is, from conversions by delay: Bayes over the family.

    What tells them apart is how conversions are spread over the bins that could be seen, given their number: in bin d
    they come in proportion to p_d times the clicks exposed to it. So a day of conversions that all come at once says
    that few are still to come, though nobody has waited for them.
    """
    seen = [(n, count) for n, count in enumerate(counts) if count and exposed[n]]
    logs = [log(weight) + _log_spread(seen, shares, exposed) for weight, shares in zip(prior, FAMILY, strict=True)]
    likelihoods = [exp(each - max(logs)) for each in logs]
    return [each / sum(likelihoods) for each in likelihoods]


def _log_spread(seen: Sequence[tuple[int, float]], shares: Sequence[float], exposed: Sequence[float]) -> float:
    visible = sum(map(mul, shares, exposed))
    return sum(count * log(shares[n] * exposed[n] / visible) for n, count in seen)


def blend(weights: Sequence[float]) -> list[float]:
    """The profile of conversions whose speed is so likely each."""
    return [sum(map(mul, weights, column)) for column in zip(*FAMILY, strict=True)]


def profile(counts: Sequence[float], exposed: Sequence[float], prior: Sequence[float]) -> list[float]:
    """The share of conversions in each bin, though late ones can only be seen from clicks of long ago.

    Conversions in bin d are Poisson with rate t_d per click exposed to it; t_d has a Gamma prior that counts as
    `SHRINKAGE` conversions spread like `prior`, over as many clicks as they would take. The posterior means, scaled
    to sum 1, are the profile; the total rate, in which the prior's clicks are measured, is found along the way
    (conjugate Gamma and Poisson: Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6).
    """
    seen, shares = sum(counts), list(prior)
    for _ in range(_ROUNDS):
        visible = sum(map(mul, shares, exposed))
        if seen == 0 or visible == 0:
            return list(prior)
        clicks = SHRINKAGE * visible / seen
        rates = [(n + SHRINKAGE * p) / (clicks + e) for n, p, e in zip(counts, prior, exposed, strict=True)]
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

    What the pool's conversions say of their speed is expected, for the most part, of each offer's; an offer's profile
    is that of its likely speeds as long as it has few conversions.
    """
    exposed = [exposures(row, arrived) for row in clicks]
    pool = speeds(_sums(counts), _sums(exposed), EVEN)
    expected = [ANY_SPEED * even + (1 - ANY_SPEED) * weight for even, weight in zip(EVEN, pool, strict=True)]
    rows = zip(counts, exposed, strict=True)
    profiles = [profile(count, seen, blend(speeds(count, seen, expected))) for count, seen in rows]
    kinds, kind_of = _kinds(arrived)
    return [[shares[kind] for kind in kind_of] for shares in (arrived_share(each, kinds) for each in profiles)]


def _kinds(arrived: Sequence[Series]) -> tuple[list[Series], list[int]]:
    """What has arrived, each kind of bucket once, and which kind each bucket is: from all old ones everything has."""
    columns = list(zip(*arrived, strict=True))
    place_of = {column: place for place, column in enumerate(dict.fromkeys(columns))}
    return list(zip(*place_of, strict=True)), [place_of[column] for column in columns]


def _sums(rows: Sequence[Sequence[float]]) -> list[float]:
    return [sum(column) for column in zip(*rows, strict=True)] or [0.0] * DELAY_BINS
