"""Mean value of a conversion of each offer."""

from collections.abc import Sequence

CONFIGURED_ERROR = 0.3
"""Relative standard deviation of the configured values around the true means."""

MIN_PSEUDO_CONVERSIONS = 1.0
"""Minimum weight of the configured value, in conversions."""

VARIANCE_PSEUDO_CONVERSIONS = 10.0
"""Weight, in conversions, of the pool's relative variance against an offer's own, and of 0 against the pool's."""


def mean_values(
    conversions: Sequence[float], sums: Sequence[float], squares: Sequence[float], configured: Sequence[float | None]
) -> list[float]:
    """Return the mean value of each offer's conversions, from their number, the sum of values and that of squares.

    This is the configured value and the conversions' own mean, weighted by their precisions: a normal mean with a
    normal prior (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.5). If values hardly differ, their mean counts at
    once; with a heavy tail it takes hundreds of conversions to move the configured value.

    An offer of several goals, or of percentages, has no configured value (None): its conversions' own mean counts, and
    the pool's mean as one conversion more.
    """
    unknown = _typical_value(conversions, sums, configured)
    variances = [_relative_variance(*row) for row in zip(conversions, sums, squares, strict=True)]
    weight = sum(conversions) + VARIANCE_PSEUDO_CONVERSIONS
    pool = sum(count * variance for count, variance in zip(conversions, variances, strict=True)) / weight
    means = []
    for count, total, variance, value in zip(conversions, sums, variances, configured, strict=True):
        shrunk = (count * variance + VARIANCE_PSEUDO_CONVERSIONS * pool) / (count + VARIANCE_PSEUDO_CONVERSIONS)
        pseudo = MIN_PSEUDO_CONVERSIONS if value is None else max(MIN_PSEUDO_CONVERSIONS, shrunk / CONFIGURED_ERROR**2)
        means.append((total + pseudo * (unknown if value is None else value)) / (count + pseudo))
    return means


def _typical_value(conversions: Sequence[float], sums: Sequence[float], configured: Sequence[float | None]) -> float:
    """Return the mean value of the pool's conversions; before the first one, that of its configured values, or 1."""
    known = [value for value in configured if value is not None]
    if count := sum(conversions):
        return sum(sums) / count
    return sum(known) / len(known) if known else 1.0


def _relative_variance(count: float, total: float, squares: float) -> float:
    """Return the squared coefficient of variation of the conversions' values, or 0 for fewer than two."""
    if count < 2 or total == 0:  # noqa: PLR2004 - one value has no variance
        return 0.0
    mean = total / count
    return max(0.0, squares / count / mean**2 - 1) * count / (count - 1)
