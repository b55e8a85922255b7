"""Estimate of the difference between the optimized arm and the hold-out, with confidence intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf, sqrt

from chalicelib.evaluation.student_t import t_critical_value

MIN_CONVERSIONS = 10
"""Minimum number of conversions in each arm. With fewer, the interval is not reliable."""

MIN_BLOCKS = 3

UpliftInterval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Count:
    """Clicks, their conversions, and the value of these."""

    clicks: int = 0
    conversions: int = 0
    value: float = 0.0

    def plus(self, other: "Count") -> "Count":
        """Return the sum of both."""
        return Count(self.clicks + other.clicks, self.conversions + other.conversions, self.value + other.value)


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """Counts of one arm: by hour, and by campaign, whose conversions have about the same value."""

    by_hour: Mapping[str, Count]
    by_campaign: Sequence[Count]

    @property
    def total(self) -> Count:
        """The sum of all hours."""
        return reduce(Count.plus, self.by_hour.values(), Count())


@dataclass(frozen=True, slots=True)
class UpliftEstimate:
    """A figure with its 95 % interval."""

    value: float
    interval: UpliftInterval


@dataclass(frozen=True, slots=True)
class Uplift:
    """Value per click of both arms, and their difference; None if an arm has no click. `blocks` are hours."""

    optimized: UpliftEstimate | None
    holdout: UpliftEstimate | None
    difference: UpliftEstimate | None
    blocks: int


def estimate_uplift(optimized: ArmCounts, holdout: ArmCounts) -> Uplift:
    """Estimate R_o - R_h with R = sum of value / sum of clicks over hourly blocks, a ratio estimator for each arm.

    The variance is that of the linearized difference (Cochran, Sampling Techniques, 3rd ed., ch. 6: 6.3, 6.4 and 6.19),
    paired within the hour because both arms share its traffic: d_b = (v_o - R_o n_o) / N_o - (v_h - R_h n_h) / N_h,
    B / (B - 1) times the sum of d_b squared, with Student's t of B - 1 degrees. Hours without a click do not count.
    With few hours their variance is not reliable: it is never below the variance of counting alone (conversions as a
    compound Poisson process), and with fewer than three hours only that is used. With few conversions it is not
    reliable either: the degrees never exceed those of the counting variance (Satterthwaite 1946: twice the squared
    variance over the variance of its estimate).
    """
    hours = sorted({hour for arm in (optimized, holdout) for hour, count in arm.by_hour.items() if count.clicks})
    if not (optimized.total.clicks and holdout.total.clicks):
        return Uplift(_estimate_arm(optimized, hours), _estimate_arm(holdout, hours), None, blocks=len(hours))
    usual_value = _value_per_conversion(optimized.total.plus(holdout.total))
    noises = _counting_noise(optimized, usual_value), _counting_noise(holdout, usual_value)
    residuals = _residuals(optimized, hours), _residuals(holdout, hours)
    paired = [first - second for first, second in zip(*residuals, strict=True)]
    rates = _rate(optimized.total), _rate(holdout.total)
    return Uplift(
        optimized=_estimate(rates[0], residuals[0], noises[0]),
        holdout=_estimate(rates[1], residuals[1], noises[1]),
        difference=_estimate(rates[0] - rates[1], paired, noises[0].plus(noises[1])),
        blocks=len(hours),
    )


@dataclass(frozen=True, slots=True)
class _Noise:
    """The variance of counting, and the variance of its estimate."""

    variance: float
    uncertainty: float

    def plus(self, other: "_Noise") -> "_Noise":
        """Return the noise of the difference of two independent counts."""
        return _Noise(self.variance + other.variance, self.uncertainty + other.uncertainty)

    @property
    def degrees(self) -> float:
        """The degrees of freedom of the variance."""
        return max(1.0, 2 * self.variance**2 / self.uncertainty) if self.uncertainty else inf


def _estimate_arm(arm: ArmCounts, hours: Sequence[str]) -> UpliftEstimate | None:
    if not arm.total.clicks:
        return None
    noise = _counting_noise(arm, _value_per_conversion(arm.total))
    return _estimate(_rate(arm.total), _residuals(arm, hours), noise)


def _rate(count: Count) -> float:
    return count.value / count.clicks


def _residuals(arm: ArmCounts, hours: Sequence[str]) -> list[float]:
    """Return each hour's value minus the value expected of its clicks, per click of the arm."""
    total = arm.total
    rate, empty = _rate(total), Count()
    counts = (arm.by_hour.get(hour, empty) for hour in hours)
    return [(count.value - rate * count.clicks) / total.clicks for count in counts]


def _value_per_conversion(count: Count) -> float:
    return count.value / count.conversions if count.conversions > 0 else 0.0


def _counting_noise(arm: ArmCounts, usual_value: float) -> _Noise:
    """Return the counting noise of value per click. An arm without conversions counts as if it had a usual one."""
    values = [
        (count.conversions, count.value / count.conversions) for count in arm.by_campaign if count.conversions > 0
    ]
    clicks, values = arm.total.clicks, values or [(1, usual_value)]
    variance = sum(conversions * value**2 for conversions, value in values) / clicks**2
    return _Noise(variance, sum(conversions * value**4 for conversions, value in values) / clicks**4)


def _estimate(value: float, residuals: Sequence[float], noise: _Noise) -> UpliftEstimate:
    blocks = len(residuals)
    if blocks < MIN_BLOCKS:
        error = t_critical_value(noise.degrees) * sqrt(noise.variance)
    else:
        variance = blocks / (blocks - 1) * sum(residual**2 for residual in residuals)
        error = t_critical_value(min(blocks - 1, noise.degrees)) * sqrt(max(variance, noise.variance))
    return UpliftEstimate(value, (value - error, value + error))
