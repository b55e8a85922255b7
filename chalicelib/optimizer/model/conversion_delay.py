"""Delay from click to conversion, and the share of conversions that has arrived by now."""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, inf, log
from operator import mul

from chalicelib.optimizer.model.pool_statistics import DELAY_BINS, DELAY_EDGES, Bucket, Series

MEAN_DELAYS = (0.03, 0.1, 0.3, 1.0, 3.0, 8.0, 20.0, 50.0, 120.0)
"""Grid of mean delays in hours, from two minutes to five days."""

UNIFORM_SHARE = 0.3
"""Weight of the uniform distribution in an offer's prior over mean delays. The pool's posterior has the rest."""

SHRINKAGE = 5.0
"""Weight, in conversions, of the mixed profile against the offer's own conversions."""

_ROUNDS = 3
_END = 480.0
"""Assumed end of the last bin, which is open."""

_EDGES = [_END if edge == inf else edge for edge in DELAY_EDGES]
_MIN_SHARE = 1e-4


def _exponential(mean: float) -> list[float]:
    """Return the share of each bin for exponential delays with this mean, plus a trace of every other delay."""
    survival = [0.0 if edge == inf else exp(-edge / mean) for edge in DELAY_EDGES]
    shares = [before - after + _MIN_SHARE for before, after in pairwise(survival)]
    return [share / sum(shares) for share in shares]


PROFILES = tuple(_exponential(mean) for mean in MEAN_DELAYS)
"""The delay profile (share of conversions by bin) of each mean delay."""

UNIFORM = (1 / len(MEAN_DELAYS),) * len(MEAN_DELAYS)
"""The prior over mean delays before the first conversion."""


def bucket_ages(buckets: Sequence[Bucket], now: float) -> list[float]:
    """Return the mean age of the clicks of each bucket, in hours."""
    return [max(0.0, now - (bucket.start + min(bucket.end, now)) / 2) for bucket in buckets]


def arrived_by_bin(ages: Sequence[float]) -> list[list[float]]:
    """Return, for each bin, the share of its conversions that has arrived from clicks of each age.

    Delays are evenly spread within a bin. The first bin counts as arrived at once: the clicks of the last minutes are
    too few to matter, and conversions with full weight against clicks with almost none would look like a better offer,
    or like a change.
    """
    later = [[min(1.0, max(0.0, (age - low) / (high - low))) for age in ages] for low, high in pairwise(_EDGES[1:])]
    return [[1.0] * len(ages), *later]


def exposed_clicks(clicks: Series, arrived: Sequence[Series]) -> list[float]:
    """Return, for each bin, the number of clicks that are old enough to show its conversions."""
    return [sum(map(mul, clicks, row)) for row in arrived]


def delay_posterior(counts: Sequence[float], exposed: Sequence[float], prior: Sequence[float]) -> list[float]:
    """Return the posterior probability of each mean delay, from conversions by delay bin.

    The evidence is how the conversions are spread over the visible bins, given their number: in bin d they are
    proportional to p_d times the clicks exposed to it. So a day of conversions that all arrive at once shows that few
    are still pending, long before the late bins are visible.
    """
    seen = [(n, count) for n, count in enumerate(counts) if count and exposed[n]]
    logs = [
        log(weight) + _log_likelihood(seen, shares, exposed) for weight, shares in zip(prior, PROFILES, strict=True)
    ]
    likelihoods = [exp(value - max(logs)) for value in logs]
    return [likelihood / sum(likelihoods) for likelihood in likelihoods]


def _log_likelihood(seen: Sequence[tuple[int, float]], shares: Sequence[float], exposed: Sequence[float]) -> float:
    visible = sum(map(mul, shares, exposed))
    return sum(count * log(shares[n] * exposed[n] / visible) for n, count in seen)


def mix_profiles(weights: Sequence[float]) -> list[float]:
    """Return the mixture of the profiles with these weights, one for each mean delay."""
    return [sum(map(mul, weights, column)) for column in zip(*PROFILES, strict=True)]


def delay_profile(counts: Sequence[float], exposed: Sequence[float], prior: Sequence[float]) -> list[float]:
    """Return the share of conversions in each bin, corrected for late ones that only old clicks can show.

    Conversions in bin d are Poisson with rate t_d per click exposed to it. t_d has a Gamma prior that counts as
    `SHRINKAGE` conversions spread like `prior`, over as many clicks as they would take. The posterior means, scaled
    to sum 1, are the profile. The total rate, which defines the prior's clicks, is found by iteration (conjugate Gamma
    and Poisson: Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6).
    """
    total_count, shares = sum(counts), list(prior)
    for _ in range(_ROUNDS):
        visible = sum(map(mul, shares, exposed))
        if total_count == 0 or visible == 0:
            return list(prior)
        clicks = SHRINKAGE * visible / total_count
        rates = [(n + SHRINKAGE * p) / (clicks + e) for n, p, e in zip(counts, prior, exposed, strict=True)]
        total = sum(rates)
        shares = [rate / total for rate in rates]
    return shares


def arrived_share(shares: Sequence[float], arrived: Sequence[Series]) -> list[float]:
    """Return F: the share of all conversions that has arrived from the clicks of each bucket."""
    return [sum(map(mul, shares, column)) for column in zip(*arrived, strict=True)]


def arrived_shares(
    clicks: Sequence[Series], counts: Sequence[Sequence[float]], arrived: Sequence[Series]
) -> list[list[float]]:
    """Return F of each offer, from its clicks by bucket and its conversions by delay bin.

    The prior over an offer's mean delay is mostly the pool's posterior. While an offer has few conversions, its
    profile is the mixture of the likely profiles.
    """
    exposed = [exposed_clicks(row, arrived) for row in clicks]
    pool = delay_posterior(_sums(counts), _sums(exposed), UNIFORM)
    prior = [
        UNIFORM_SHARE * uniform + (1 - UNIFORM_SHARE) * weight for uniform, weight in zip(UNIFORM, pool, strict=True)
    ]
    rows = zip(counts, exposed, strict=True)
    profiles = [delay_profile(count, seen, mix_profiles(delay_posterior(count, seen, prior))) for count, seen in rows]
    distinct, indexes = _distinct_columns(arrived)
    return [[shares[n] for n in indexes] for shares in (arrived_share(profile, distinct) for profile in profiles)]


def _distinct_columns(arrived: Sequence[Series]) -> tuple[list[Series], list[int]]:
    """Return the arrived shares without repeated buckets, and the index of each bucket in them.

    In all old buckets everything has arrived, so few columns differ.
    """
    columns = list(zip(*arrived, strict=True))
    index_of = {column: index for index, column in enumerate(dict.fromkeys(columns))}
    return list(zip(*index_of, strict=True)), [index_of[column] for column in columns]


def _sums(rows: Sequence[Sequence[float]]) -> list[float]:
    return [sum(column) for column in zip(*rows, strict=True)] or [0.0] * DELAY_BINS
