"""Self-normalized importance sampling: estimates of the mean reward per click under another policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import sqrt

from chalicelib.evaluation.student_t import t_critical_value

MIN_WEIGHT_BOUND = 10.0
MIN_EFFECTIVE_CLICKS = 30.0
"""Effective sample size below which an estimate is called thin."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ReplayEstimate:
    """A mean per click with its 95 % interval, or None if no interval can be estimated."""

    value: float
    interval: Interval | None

    def times(self, factor: float) -> "ReplayEstimate":
        """Return the estimate times a factor that is not negative."""
        interval = self.interval and (factor * self.interval[0], factor * self.interval[1])
        return ReplayEstimate(factor * self.value, interval)


@dataclass(frozen=True, slots=True)
class Sample:
    """Weights and rewards of the clicks of one action, and the reward of one more conversion among them."""

    weights: Sequence[float]
    rewards: Sequence[float]
    next_reward: float


def weight_bound(clicks: int) -> float:
    """Return the maximum importance weight: the root of the number of clicks.

    Source: Ionides 2008, Truncated importance sampling.
    """
    return max(MIN_WEIGHT_BOUND, sqrt(clicks))


def effective_sample_size(weights: Iterable[float]) -> float:
    """Return the number of clicks of equal weight with the same information (Kish 1965, Survey Sampling, 11.7)."""
    values = list(weights)
    squares = sum(weight * weight for weight in values)
    return sum(values) ** 2 / squares if squares else 0.0


def weighted_mean(weights: Sequence[float], rewards: Sequence[float]) -> float | None:
    """Return sum of w r / sum of w, or None if all weights are 0."""
    total = sum(weights)
    return sum(weight * reward for weight, reward in zip(weights, rewards, strict=True)) / total if total else None


def estimate_mean(samples: Sequence[Sample]) -> ReplayEstimate | None:
    """Return the weighted mean of all samples with its variance by linearization, or None if all weights are 0.

    With importance weights this is the self-normalized estimator of Swaminathan & Joachims (2015, The self-normalized
    estimator for counterfactual learning).
    """
    weights, rewards = _concatenate(samples)
    value, total = weighted_mean(weights, rewards), sum(weights)
    if value is None:
        return None
    parts = [weight * (reward - value) / total for weight, reward in zip(weights, rewards, strict=True)]
    unseen = [_average(sample.weights) * sample.next_reward / total for sample in samples]
    return ReplayEstimate(value, _interval(value, parts, unseen, effective_sample_size(weights)))


def estimate_difference(samples: Sequence[Sample], share: float) -> ReplayEstimate | None:
    """Return the weighted mean, times the `share` of clicks that it applies to, minus the mean that was observed.

    Both are from the same clicks, so the variance is that of their paired difference: click by click
    share * w (r - V) / mean of w - (r - mean of r). With equal weights and the share 1 it is exactly 0.
    """
    weights, rewards = _concatenate(samples)
    value, total, count = weighted_mean(weights, rewards), sum(weights), len(weights)
    if value is None:
        return None
    observed, scale = sum(rewards) / count, share / total
    parts = [
        scale * weight * (reward - value) - (reward - observed) / count
        for weight, reward in zip(weights, rewards, strict=True)
    ]
    unseen = [(scale * _average(sample.weights) - 1 / count) * sample.next_reward for sample in samples]
    difference = share * value - observed
    interval = _interval(difference, parts, unseen, effective_sample_size(weights))
    return ReplayEstimate(difference, interval or (difference, difference))


def _concatenate(samples: Iterable[Sample]) -> tuple[list[float], list[float]]:
    sample_list = list(samples)
    return (
        list(chain.from_iterable(sample.weights for sample in sample_list)),
        list(chain.from_iterable(sample.rewards for sample in sample_list)),
    )


def _average(weights: Sequence[float]) -> float:
    return sum(weights) / len(weights)


def _interval(value: float, parts: Sequence[float], unseen: Sequence[float], clicks: float) -> Interval | None:
    """Return the interval by Student's t over the clicks' parts, which sum to 0, with `clicks` - 1 degrees.

    With few conversions the variance is not reliable, however many clicks there are. So each action counts as if it had
    one more conversion (`unseen`), because none observed does not prove that none will come. The degrees never exceed
    those of the estimated variance (Satterthwaite 1946: twice its square over the sum of fourth powers).
    """
    deviations = [*parts, *unseen]
    squares = sum(deviation * deviation for deviation in deviations)
    if not squares:
        return None
    degrees = max(1.0, min(clicks - 1, 2 * squares**2 / sum(deviation**4 for deviation in deviations)))
    error = t_critical_value(degrees) * sqrt(squares)
    return (value - error, value + error)
