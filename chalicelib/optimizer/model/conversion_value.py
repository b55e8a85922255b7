"""What a conversion of each offer is worth."""

from collections.abc import Sequence

CONFIGURED_ERROR = 0.3
"""How far, relatively, a configured value is from the true mean: one standard deviation."""

LEAST_PSEUDO = 1.0
"""The configured value weighs at least as much as so many conversions."""

SPREAD_PSEUDO = 10.0
"""Conversions that the pool's spread of values weighs against an offer's own, and none against the pool's."""


def values(
    conversions: Sequence[float], sums: Sequence[float], squares: Sequence[float], configured: Sequence[float]
) -> list[float]:
    """The mean value of each offer's conversions, from their number, the sum of their values, and that of the squares.

    The configured value and the conversions' own mean, weighted by their precisions: a normal mean with a normal
    prior (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.5). Where values hardly differ the mean is believed
    at once; where they have a heavy tail it takes hundreds of conversions to move the configured value.
    """
    own = [_spread(*each) for each in zip(conversions, sums, squares, strict=True)]
    weight = sum(conversions) + SPREAD_PSEUDO
    pool = sum(count * spread for count, spread in zip(conversions, own, strict=True)) / weight
    found = []
    for count, total, spread, agreed in zip(conversions, sums, own, configured, strict=True):
        shrunk = (count * spread + SPREAD_PSEUDO * pool) / (count + SPREAD_PSEUDO)
        pseudo = max(LEAST_PSEUDO, shrunk / CONFIGURED_ERROR**2)
        found.append((total + pseudo * agreed) / (count + pseudo))
    return found


def _spread(count: float, total: float, squares: float) -> float:
    """The squared coefficient of variation of the conversions' values; 0 of fewer than two."""
    if count < 2 or total == 0:  # noqa: PLR2004 - one value has no spread
        return 0.0
    mean = total / count
    return max(0.0, squares / count / mean**2 - 1) * count / (count - 1)
