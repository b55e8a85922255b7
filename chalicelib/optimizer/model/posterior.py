"""Evidence → conversions per click of each offer in each segment: empirical Bayes, pooled as far as the data say.

Conversions of offer k in segment g are Poisson with mean N · b_g · λ_k · ε_gk: N effective clicks, b_g the segment's
own level, λ_k the offer's rate, ε_gk what is special to both. λ_k and ε_gk are Gamma, so counts are negative
binomial and posteriors Gamma again (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6 and 5).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, inf, lgamma, log, sqrt
from typing import NamedTuple

from chalicelib.optimizer.model.effective_counts import BucketCells, EffectiveCounts

SHAPES = (2.0, 4.0, 8.0)
"""How alike offers are: the shapes tried for the prior of their rates, from wide to narrow."""

VALUE_EXPONENTS = ((1.0, 0.0), (0.5, -1.5), (0.0, -3.0))
"""What offers have in common: their rate is tried as proportional to value^-1 (money per click), value^-½ and
value^0 (conversions per click), each with its log prior: in a pool, what pays much converts seldom."""

HETEROGENEITY_GRID = (0.01, 0.03, 0.08, 0.2, 0.5, 1.2, 2.5)
"""How differently segments take to an offer: the variances tried for ε."""

PRIOR_CONVERSION_RATE = 0.01
"""Conversions per click where there was never a click."""

_ROUNDS = 3
_LEVEL_PSEUDO = 2.0
_WIDE = 1.6448536269514722
"""The normal quantile that leaves out a twentieth on each side."""


@dataclass(frozen=True, slots=True)
class Prior:
    """The offers' rates before their own data: Gamma of this shape and these means. `likeness` is the exponent."""

    shape: float
    likeness: float
    means: Sequence[float]


class Posterior(NamedTuple):
    """A Gamma distribution of a rate: its mean, and its shape, which counts like conversions seen.

    A named tuple, as a pool has thousands.
    """

    mean: float
    shape: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval, by the cube-root approximation of Wilson & Hilferty (1931)."""
        width, bend = _WIDE / (3 * sqrt(self.shape)), 1 - 1 / (9 * self.shape)
        return self.mean * max(0.0, bend - width) ** 3, self.mean * (bend + width) ** 3


@dataclass(frozen=True, slots=True)
class PooledEstimate:
    """What all segments together say: the prior, each offer's evidence and exposure, segments' levels, their spread."""

    prior: Prior
    conversions: Sequence[float]
    exposures: Sequence[float]
    levels: Sequence[float]
    spread: float

    def rate(self, place: int) -> float:
        """λ: the offer's posterior mean rate in a segment of level 1."""
        return (self.prior.shape + self.conversions[place]) / (
            self.prior.shape / self.prior.means[place] + self.exposures[place]
        )

    def posterior(self, place: int, clicks: float, conversions: float, level: float) -> Posterior:
        """The offer's rate in a segment with this evidence of its own, which the pool's evidence contains.

        The offer's evidence elsewhere is the prior, worth 1 / (spread + 1 / evidence) conversions: with a small
        spread one answer for everyone, with a large one each segment for itself.
        """
        shape = self.prior.shape
        elsewhere = max(shape + self.conversions[place] - conversions, shape)
        exposed = max(self.exposures[place] - clicks * level, 0.0)
        rate = level * elsewhere / (shape / self.prior.means[place] + exposed)
        known = 1 / (self.spread + 1 / elsewhere)
        return Posterior((known + conversions) / (known / rate + clicks), known + conversions)


def pool_segments(found: EffectiveCounts) -> PooledEstimate:
    """What all segments say together.

    The offers' rates need the segments' levels and these the rates: each in turn, three times.
    """
    places = range(len(found.values))
    conversions = [fsum(cells.get(place, 0.0) for cells in found.conversions) for place in places]
    levels = [1.0] * len(found.clicks)
    for _ in range(_ROUNDS if len(levels) > 1 else 1):
        exposures = [
            fsum(cells.get(place, 0.0) * level for cells, level in zip(found.clicks, levels, strict=True))
            for place in places
        ]
        answer = PooledEstimate(
            prior(exposures, conversions, found.values), conversions, exposures, levels, HETEROGENEITY_GRID[0]
        )
        levels = _levels(found, [answer.rate(place) for place in places]) if len(levels) > 1 else levels
    return PooledEstimate(answer.prior, conversions, answer.exposures, levels, _spread(found, answer, levels))


def prior(clicks: Sequence[float], conversions: Sequence[float], values: Sequence[float]) -> Prior:
    """The likeliest prior of the grid for what the offers have in common (negative binomial likelihood)."""
    found: list[tuple[float, Prior]] = []
    for likeness, credit in VALUE_EXPONENTS:
        scales = _scales(values, likeness)
        for shape in SHAPES:
            level = _common(clicks, conversions, scales, shape)
            means = [level * scale for scale in scales]
            rows = zip(conversions, clicks, means, strict=True)
            likelihood = credit + fsum(_likelihood(count, seen, mean, shape) for count, seen, mean in rows)
            if not found or likelihood > found[-1][0] + 1e-9:
                found.append((likelihood, Prior(shape, likeness, means)))
    return found[-1][1]


def _scales(values: Sequence[float], likeness: float) -> list[float]:
    """How the offers' rates compare. A loss compares like a gain; what is worth nothing says nothing."""
    sizes = [abs(value) for value in values if value]
    usual = fsum(sizes) / len(sizes) if sizes else 1.0
    return [(abs(value or usual) / usual) ** -likeness for value in values]


def _common(clicks: Sequence[float], conversions: Sequence[float], scales: Sequence[float], shape: float) -> float:
    """μ: the random-effects mean of rate / scale over the offers (DerSimonian & Laird 1986).

    Each is weighted by its precision, 1 / (μ²/shape + μ/(scale · clicks)). Before the first conversion it is
    what half of one would make.
    """
    worth = [seen * scale for seen, scale in zip(clicks, scales, strict=True)]
    total = fsum(worth)
    if not total:
        return PRIOR_CONVERSION_RATE
    found = (fsum(conversions) + 0.5) / total
    for _ in range(_ROUNDS if any(conversions) else 0):
        weights = [1 / (each * found / shape + 1) for each in worth]
        found = fsum(map(_product, weights, conversions)) / fsum(map(_product, weights, worth))
    return found


def _product(one: float, other: float) -> float:
    return one * other


def _likelihood(conversions: float, clicks: float, mean: float, shape: float) -> float:
    """Log likelihood of so many conversions of so many clicks at a Gamma rate, less what no prior changes."""
    if not clicks:
        return 0.0
    odds = shape / mean
    fixed = lgamma(shape + conversions) - lgamma(shape) if conversions else 0.0
    return fixed - shape * log(1 + clicks / odds) - conversions * log(odds + clicks)


def _levels(found: EffectiveCounts, rates: Sequence[float]) -> list[float]:
    """b: each segment's conversions over those that its clicks would bring elsewhere, shrunk to 1."""
    return [
        (fsum(conversions.values()) + _LEVEL_PSEUDO) / (_expected(clicks, rates) + _LEVEL_PSEUDO)
        for clicks, conversions in zip(found.clicks, found.conversions, strict=True)
    ]


def _expected(clicks: BucketCells, rates: Sequence[float]) -> float:
    return fsum(seen * rates[place] for place, seen in clicks.items())


def _spread(found: EffectiveCounts, answer: PooledEstimate, levels: Sequence[float]) -> float:
    """τ: the likeliest variance of ε in the grid; the least where there is one segment."""
    if len(levels) == 1:
        return HETEROGENEITY_GRID[0]
    rates = [answer.rate(place) for place in range(len(found.values))]
    cells = [
        (conversions.get(place, 0.0), seen * level * rates[place])
        for clicks, conversions, level in zip(found.clicks, found.conversions, levels, strict=True)
        for place, seen in clicks.items()
        if seen
    ]
    if not cells:
        return HETEROGENEITY_GRID[0]
    return _top(HETEROGENEITY_GRID, lambda spread: _spread_likelihood(cells, 1 / spread))


def _top(grid: Sequence[float], height: Callable[[float], float]) -> float:
    """Where in the grid the function is highest, climbing from its middle: it has one top."""
    place, heights = len(grid) // 2, dict[int, float]()

    def at(n: int) -> float:
        if n not in heights:
            heights[n] = height(grid[n]) if 0 <= n < len(grid) else -inf
        return heights[n]

    while (best := max((place, place - 1, place + 1), key=at)) != place:
        place = best
    return grid[place]


def _spread_likelihood(cells: Sequence[tuple[float, float]], shape: float) -> float:
    """Log likelihood of conversions beside their expected number, ε being Gamma of mean 1 and this shape."""
    fixed = lgamma(shape)
    total = 0.0
    for count, expected in cells:
        total -= shape * log(1 + expected / shape)
        if count:
            total += lgamma(shape + count) - fixed - count * log(shape + expected)
    return total
