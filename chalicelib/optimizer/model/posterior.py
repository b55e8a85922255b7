"""Conversion rate of each offer in each segment: empirical Bayes, with partial pooling over offers and segments.

Conversions of offer k in segment g are Poisson with mean N · b_g · λ_k · ε_gk: N effective clicks, b_g the segment's
own level, λ_k the offer's rate, ε_gk the deviation of this pair. λ_k and ε_gk are Gamma, so counts are negative
binomial and posteriors Gamma again (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6 and 5).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, inf, lgamma, log, sqrt
from operator import mul
from typing import NamedTuple

from chalicelib.optimizer.model.effective_counts import EffectiveCounts, OfferCounts

SHAPES = (2.0, 4.0, 8.0)
"""Grid of shapes of the prior of the offers' rates, from wide to narrow."""

VALUE_EXPONENTS = ((1.0, 0.0), (0.5, -1.5), (0.0, -3.0))
"""Grid of exponents x with their log priors: rates are proportional to value^-x.

With 1 the offers share their money per click, with 0 their conversions per click. The priors favour 1: in a pool,
offers with a high payout convert rarely."""

HETEROGENEITY_GRID = (0.01, 0.03, 0.08, 0.2, 0.5, 1.2, 2.5)
"""Grid of variances between segments (τ, the variance of ε)."""

PRIOR_CONVERSION_RATE = 0.01
"""Conversions per click before the first click."""

_ROUNDS = 3
_LEVEL_PSEUDO_CONVERSIONS = 2.0
_Z_90 = 1.6448536269514722
"""The normal quantile that leaves 5 % on each side."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of the offers' rates: Gamma with this shape and these means. `value_exponent` is from `VALUE_EXPONENTS`."""

    shape: float
    value_exponent: float
    means: Sequence[float]


class Posterior(NamedTuple):
    """A Gamma distribution of a rate: its mean, and its shape, which counts like observed conversions.

    A named tuple, because a pool has thousands.
    """

    mean: float
    shape: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval, by the cube-root approximation of Wilson & Hilferty (1931)."""
        width, center = _Z_90 / (3 * sqrt(self.shape)), 1 - 1 / (9 * self.shape)
        return self.mean * max(0.0, center - width) ** 3, self.mean * (center + width) ** 3


@dataclass(frozen=True, slots=True)
class PooledEstimate:
    """Estimate from all segments: the prior, conversions and exposures by offer, segment levels, heterogeneity τ."""

    prior: Prior
    conversions: Sequence[float]
    exposures: Sequence[float]
    levels: Sequence[float]
    heterogeneity: float

    def rate(self, index: int) -> float:
        """Return λ: the offer's posterior mean rate in a segment of level 1."""
        return (self.prior.shape + self.conversions[index]) / (
            self.prior.shape / self.prior.means[index] + self.exposures[index]
        )

    def posterior(self, index: int, clicks: float, conversions: float, level: float) -> Posterior:
        """Return the posterior of the offer's rate in a segment. The pool's evidence includes the segment's own.

        The offer's evidence in other segments is the prior, worth 1 / (τ + 1 / evidence) conversions: with a small τ
        one answer for all segments, with a large τ one for each.
        """
        shape = self.prior.shape
        elsewhere = max(shape + self.conversions[index] - conversions, shape)
        exposure = max(self.exposures[index] - clicks * level, 0.0)
        rate = level * elsewhere / (shape / self.prior.means[index] + exposure)
        weight = 1 / (self.heterogeneity + 1 / elsewhere)
        return Posterior((weight + conversions) / (weight / rate + clicks), weight + conversions)


def pool_segments(counts: EffectiveCounts) -> PooledEstimate:
    """Return the estimate from all segments.

    The offers' rates depend on the segments' levels and vice versa: both are updated in turn, three times.
    """
    indexes = range(len(counts.values))
    conversions = [fsum(row.get(index, 0.0) for row in counts.conversions) for index in indexes]
    levels = [1.0] * len(counts.clicks)
    for _ in range(_ROUNDS if len(levels) > 1 else 1):
        exposures = [
            fsum(row.get(index, 0.0) * level for row, level in zip(counts.clicks, levels, strict=True))
            for index in indexes
        ]
        estimate = PooledEstimate(
            fit_prior(exposures, conversions, counts.values), conversions, exposures, levels, HETEROGENEITY_GRID[0]
        )
        levels = _levels(counts, [estimate.rate(index) for index in indexes]) if len(levels) > 1 else levels
    heterogeneity = _heterogeneity(counts, estimate, levels)
    return PooledEstimate(estimate.prior, conversions, estimate.exposures, levels, heterogeneity)


def fit_prior(clicks: Sequence[float], conversions: Sequence[float], values: Sequence[float]) -> Prior:
    """Return the prior of the grid with the highest negative binomial likelihood."""
    improvements: list[tuple[float, Prior]] = []
    for exponent, log_prior in VALUE_EXPONENTS:
        scales = _rate_scales(values, exponent)
        for shape in SHAPES:
            rate = _common_rate(clicks, conversions, scales, shape)
            means = [rate * scale for scale in scales]
            rows = zip(conversions, clicks, means, strict=True)
            likelihood = log_prior + fsum(_log_likelihood(count, seen, mean, shape) for count, seen, mean in rows)
            if not improvements or likelihood > improvements[-1][0] + 1e-9:
                improvements.append((likelihood, Prior(shape, exponent, means)))
    return improvements[-1][1]


def _rate_scales(values: Sequence[float], exponent: float) -> list[float]:
    """Return the offers' relative rates. A loss scales like a gain, and a value of 0 like the mean value."""
    sizes = [abs(value) for value in values if value]
    mean = fsum(sizes) / len(sizes) if sizes else 1.0
    return [(abs(value or mean) / mean) ** -exponent for value in values]


def _common_rate(clicks: Sequence[float], conversions: Sequence[float], scales: Sequence[float], shape: float) -> float:
    """Return μ: the random-effects mean of rate / scale over the offers (DerSimonian & Laird 1986).

    Each offer has the weight of its precision, 1 / (μ²/shape + μ/(scale · clicks)). Before the first conversion, μ is
    that of half a conversion.
    """
    scaled_clicks = [seen * scale for seen, scale in zip(clicks, scales, strict=True)]
    total = fsum(scaled_clicks)
    if not total:
        return PRIOR_CONVERSION_RATE
    rate = (fsum(conversions) + 0.5) / total
    for _ in range(_ROUNDS if any(conversions) else 0):
        weights = [1 / (seen * rate / shape + 1) for seen in scaled_clicks]
        rate = fsum(map(mul, weights, conversions)) / fsum(map(mul, weights, scaled_clicks))
    return rate


def _log_likelihood(conversions: float, clicks: float, mean: float, shape: float) -> float:
    """Return the log likelihood of the conversions at a Gamma rate, without terms that are equal for all priors."""
    if not clicks:
        return 0.0
    inverse_scale = shape / mean
    fixed = lgamma(shape + conversions) - lgamma(shape) if conversions else 0.0
    return fixed - shape * log(1 + clicks / inverse_scale) - conversions * log(inverse_scale + clicks)


def _levels(counts: EffectiveCounts, rates: Sequence[float]) -> list[float]:
    """Return b: each segment's conversions over those expected at the pool's rates, shrunk to 1."""
    return [
        (fsum(conversions.values()) + _LEVEL_PSEUDO_CONVERSIONS)
        / (_expected_conversions(clicks, rates) + _LEVEL_PSEUDO_CONVERSIONS)
        for clicks, conversions in zip(counts.clicks, counts.conversions, strict=True)
    ]


def _expected_conversions(clicks: OfferCounts, rates: Sequence[float]) -> float:
    return fsum(seen * rates[index] for index, seen in clicks.items())


def _heterogeneity(counts: EffectiveCounts, estimate: PooledEstimate, levels: Sequence[float]) -> float:
    """Return τ: the most likely variance of ε in the grid, or the smallest if there is one segment."""
    if len(levels) == 1:
        return HETEROGENEITY_GRID[0]
    rates = [estimate.rate(index) for index in range(len(counts.values))]
    cells = [
        (conversions.get(index, 0.0), seen * level * rates[index])
        for clicks, conversions, level in zip(counts.clicks, counts.conversions, levels, strict=True)
        for index, seen in clicks.items()
        if seen
    ]
    if not cells:
        return HETEROGENEITY_GRID[0]
    return _maximize(HETEROGENEITY_GRID, lambda variance: _heterogeneity_log_likelihood(cells, 1 / variance))


def _maximize(grid: Sequence[float], function: Callable[[float], float]) -> float:
    """Return the grid point with the highest value, by climbing from the middle: the function has one maximum."""
    index, values = len(grid) // 2, dict[int, float]()

    def value_at(n: int) -> float:
        if n not in values:
            values[n] = function(grid[n]) if 0 <= n < len(grid) else -inf
        return values[n]

    while (best := max((index, index - 1, index + 1), key=value_at)) != index:
        index = best
    return grid[index]


def _heterogeneity_log_likelihood(cells: Sequence[tuple[float, float]], shape: float) -> float:
    """Return the log likelihood of conversions given their expected numbers, with ε Gamma of mean 1 and this shape."""
    fixed = lgamma(shape)
    total = 0.0
    for count, expected in cells:
        total -= shape * log(1 + expected / shape)
        if count:
            total += lgamma(shape + count) - fixed - count * log(shape + expected)
    return total
