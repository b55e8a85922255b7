"""What a conversion of each offer is worth, and how surely that is known."""

from collections.abc import Sequence
from dataclasses import dataclass

CONFIGURED_ERROR = 0.3
"""How far, relatively, a configured value is from the true mean (one standard deviation)."""

LEAST_PSEUDO = 1.0
"""The configured value weighs at least as much as so many conversions."""

SPREAD_PSEUDO = 10.0
"""Conversions that the pool's spread of values weighs against an offer's own."""


@dataclass(frozen=True, slots=True)
class Value:
    """The mean value of a conversion, the squared coefficient of variation of one, and of the mean itself."""

    mean: float
    spread: float
    doubt: float


def values(conversions: Sequence[float], sums: Sequence[float], squares: Sequence[float], configured: Sequence[float]) -> list[Value]:
    """The value of each offer's conversions from their number, sum and sum of squares.

    The mean is the configured value and the conversions' own mean, weighted by their precisions: a normal mean with a
    normal prior (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.5), the configured value being off by 30 %.
    The spread (variance over squared mean) is shrunk to the pool's.
    """
    own = [_spread(*each) for each in zip(conversions, sums, squares, strict=True)]
    known = sum(conversions)
    pool = sum(count * spread for count, spread in zip(conversions, own, strict=True)) / known if known else 0.0
    found = []
    for count, total, spread, agreed in zip(conversions, sums, own, configured, strict=True):
        shrunk = (count * spread + SPREAD_PSEUDO * pool) / (count + SPREAD_PSEUDO)
        pseudo = max(LEAST_PSEUDO, shrunk / CONFIGURED_ERROR**2)
        mean = (total + pseudo * agreed) / (count + pseudo)
        found.append(Value(mean, shrunk, shrunk / (count + pseudo)))
    return found


def _spread(count: float, total: float, squares: float) -> float:
    """The squared coefficient of variation of the conversions' values; 0 of fewer than two."""
    if count < 2 or total == 0:
        return 0.0
    mean = total / count
    return max(0.0, (squares / count - mean * mean) / (mean * mean) * count / (count - 1))
