"""What clicks would have brought under other chances, from what they brought under those they had."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import sqrt

from chalicelib.evaluation.student_t import t_critical_value

LEAST_BOUND = 10.0
MIN_EFFECTIVE_CLICKS = 30.0
"""Effective clicks below which an estimate is called thin."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ReplayEstimate:
    """A mean per click with its 95 % interval; None where nothing tells how sure it is."""

    value: float
    interval: Interval | None

    def times(self, factor: float) -> "ReplayEstimate":
        """The figure times a factor that is not negative."""
        interval = self.interval and (factor * self.interval[0], factor * self.interval[1])
        return ReplayEstimate(factor * self.value, interval)


@dataclass(frozen=True, slots=True)
class Sample:
    """Clicks of one kind: what each weighs and brought, and what one more conversion among them would bring."""

    weights: Sequence[float]
    rewards: Sequence[float]
    worth: float


def weight_bound(clicks: int) -> float:
    """The most that one of so many clicks may weigh: their root (Ionides 2008, Truncated importance sampling)."""
    return max(LEAST_BOUND, sqrt(clicks))


def effective_sample_size(weights: Iterable[float]) -> float:
    """How many clicks of equal weight would tell as much (Kish 1965, Survey Sampling, 11.7)."""
    held = list(weights)
    squares = sum(weight * weight for weight in held)
    return sum(held) ** 2 / squares if squares else 0.0


def weighted_mean(weights: Sequence[float], rewards: Sequence[float]) -> float | None:
    """Sum of w r / sum of w; None without any weight."""
    total = sum(weights)
    return sum(weight * reward for weight, reward in zip(weights, rewards, strict=True)) / total if total else None


def mean(samples: Sequence[Sample]) -> ReplayEstimate | None:
    """The weighted mean of all, with its variance by linearization; None without any weight.

    Weights of the chances' ratio make it the self-normalized estimator of Swaminathan & Joachims (2015, The
    self-normalized estimator for counterfactual learning).
    """
    weights, rewards = _together(samples)
    value, total = weighted_mean(weights, rewards), sum(weights)
    if value is None:
        return None
    parts = [weight * (reward - value) / total for weight, reward in zip(weights, rewards, strict=True)]
    unseen = [_average(each.weights) * each.worth / total for each in samples]
    return ReplayEstimate(value, _interval(value, parts, unseen, effective_sample_size(weights)))


def difference(samples: Sequence[Sample], share: float) -> ReplayEstimate | None:
    """That mean, times the `share` of the clicks that it holds for, less the plain mean of what happened.

    Both come of the same clicks, and so the variance is that of their paired difference: click by click
    share * w (r - V) / mean of w - (r - mean of r). With all weights and the share 1 it is exactly 0.
    """
    weights, rewards = _together(samples)
    value, total, count = weighted_mean(weights, rewards), sum(weights), len(weights)
    if value is None:
        return None
    happened, scale = sum(rewards) / count, share / total
    parts = [
        scale * weight * (reward - value) - (reward - happened) / count
        for weight, reward in zip(weights, rewards, strict=True)
    ]
    unseen = [(scale * _average(each.weights) - 1 / count) * each.worth for each in samples]
    changed = share * value - happened
    return ReplayEstimate(
        changed, _interval(changed, parts, unseen, effective_sample_size(weights)) or (changed, changed)
    )


def _together(samples: Iterable[Sample]) -> tuple[list[float], list[float]]:
    held = list(samples)
    return (
        list(chain.from_iterable(each.weights for each in held)),
        list(chain.from_iterable(each.rewards for each in held)),
    )


def _average(weights: Sequence[float]) -> float:
    return sum(weights) / len(weights)


def _interval(value: float, parts: Sequence[float], unseen: Sequence[float], clicks: float) -> Interval | None:
    """Student's t over the clicks' parts, which sum to 0, with the degrees of so many effective clicks less one.

    Few conversions tell the spread badly, however many clicks there are. So each kind counts as if one more
    conversion, `unseen` yet, had spread it too, as none seen proves none to come; and there are never more degrees
    than the estimated variance has (Satterthwaite 1946: twice its square over the sum of fourth powers).
    """
    spread = [*parts, *unseen]
    squares = sum(each * each for each in spread)
    if not squares:
        return None
    degrees = max(1.0, min(clicks - 1, 2 * squares**2 / sum(each**4 for each in spread)))
    error = t_critical_value(degrees) * sqrt(squares)
    return (value - error, value + error)
