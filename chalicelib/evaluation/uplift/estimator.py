"""What the optimized arm earns more than the hold-out, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf, sqrt

from chalicelib.evaluation.student_t import t_critical_value

ENOUGH_CONVERSIONS = 10
"""In each arm; with fewer no interval says anything."""

ENOUGH_BLOCKS = 3

UpliftInterval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Count:
    """Clicks, and what came of them: conversions and their value."""

    clicks: int = 0
    conversions: int = 0
    value: float = 0.0

    def plus(self, other: "Count") -> "Count":
        """Both together."""
        return Count(self.clicks + other.clicks, self.conversions + other.conversions, self.value + other.value)


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """What one arm did: by the hour, and by the kind of conversion (those of about one value)."""

    hours: Mapping[str, Count]
    kinds: Sequence[Count]

    @property
    def total(self) -> Count:
        """All hours together."""
        return reduce(Count.plus, self.hours.values(), Count())


@dataclass(frozen=True, slots=True)
class UpliftEstimate:
    """A figure with its 95 % interval."""

    value: float
    interval: UpliftInterval


@dataclass(frozen=True, slots=True)
class Uplift:
    """Value per click of both arms, and their difference; None where an arm has no click. `blocks` are hours."""

    optimized: UpliftEstimate | None
    holdout: UpliftEstimate | None
    difference: UpliftEstimate | None
    blocks: int


def uplift(optimized: ArmCounts, holdout: ArmCounts) -> Uplift:
    """The arms compared: R_o - R_h with R = sum of value / sum of clicks over hourly blocks, a ratio estimator each.

    The variance is that of the linearized difference (Cochran, Sampling Techniques, 3rd ed., ch. 6: 6.3, 6.4 and 6.19),
    paired within the hour as both arms share its traffic: d_b = (v_o - R_o n_o) / N_o - (v_h - R_h n_h) / N_h,
    B / (B - 1) times the sum of d_b squared, with Student's t of B - 1 degrees. Hours without a click do not count.
    Few hours tell their own spread badly: the variance is never below what counting alone makes of it (conversions
    as a compound Poisson process), and of fewer than three hours only that is used. Few conversions tell it badly
    too: there are never more degrees than that count has (Satterthwaite 1946: twice the squared variance over the
    variance of its estimate).
    """
    hours = sorted({hour for arm in (optimized, holdout) for hour, count in arm.hours.items() if count.clicks})
    if not (optimized.total.clicks and holdout.total.clicks):
        return Uplift(_alone(optimized, hours), _alone(holdout, hours), difference=None, blocks=len(hours))
    usual = _value_of_one(optimized.total.plus(holdout.total))
    noises = _noise(optimized, usual), _noise(holdout, usual)
    residuals = _residuals(optimized, hours), _residuals(holdout, hours)
    paired = [one - other for one, other in zip(*residuals, strict=True)]
    rates = _rate(optimized.total), _rate(holdout.total)
    return Uplift(
        optimized=_estimate(rates[0], residuals[0], noises[0]),
        holdout=_estimate(rates[1], residuals[1], noises[1]),
        difference=_estimate(rates[0] - rates[1], paired, noises[0].beside(noises[1])),
        blocks=len(hours),
    )


@dataclass(frozen=True, slots=True)
class _Noise:
    """The variance that counting makes, and the variance of its estimate."""

    variance: float
    uncertainty: float

    def beside(self, other: "_Noise") -> "_Noise":
        """That of the difference of two independent counts."""
        return _Noise(self.variance + other.variance, self.uncertainty + other.uncertainty)

    @property
    def degrees(self) -> float:
        """The degrees of freedom of the variance."""
        return max(1.0, 2 * self.variance**2 / self.uncertainty) if self.uncertainty else inf


def _alone(arm: ArmCounts, hours: Sequence[str]) -> UpliftEstimate | None:
    if not arm.total.clicks:
        return None
    return _estimate(_rate(arm.total), _residuals(arm, hours), _noise(arm, _value_of_one(arm.total)))


def _rate(count: Count) -> float:
    return count.value / count.clicks


def _residuals(arm: ArmCounts, hours: Sequence[str]) -> list[float]:
    """How far each hour's value lies from what its clicks should bring, per click of the arm."""
    whole = arm.total
    rate, nothing = _rate(whole), Count()
    counts = (arm.hours.get(hour, nothing) for hour in hours)
    return [(count.value - rate * count.clicks) / whole.clicks for count in counts]


def _value_of_one(count: Count) -> float:
    return count.value / count.conversions if count.conversions > 0 else 0.0


def _noise(arm: ArmCounts, usual: float) -> _Noise:
    """What counting alone makes of value per click; of an arm with no conversion, as if it had a `usual` one."""
    kinds = [(kind.conversions, kind.value / kind.conversions) for kind in arm.kinds if kind.conversions > 0]
    clicks, kinds = arm.total.clicks, kinds or [(1, usual)]
    variance = sum(conversions * value**2 for conversions, value in kinds) / clicks**2
    return _Noise(variance, sum(conversions * value**4 for conversions, value in kinds) / clicks**4)


def _estimate(value: float, residuals: Sequence[float], noise: _Noise) -> UpliftEstimate:
    blocks = len(residuals)
    if blocks < ENOUGH_BLOCKS:
        error = t_critical_value(noise.degrees) * sqrt(noise.variance)
    else:
        spread = blocks / (blocks - 1) * sum(each**2 for each in residuals)
        error = t_critical_value(min(blocks - 1, noise.degrees)) * sqrt(max(spread, noise.variance))
    return UpliftEstimate(value, (value - error, value + error))
