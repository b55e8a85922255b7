"""The compared policies: from the counters to the weights of the next five minutes."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from bench.regret_study.environment import Decide, Policy
from bench.regret_study.ground_truth import Array, Flags
from bench.regret_study.observed_counters import UNTOUCHED, ObservedCounters
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.weights import OptimizationResult, compute_weights


def uniform(_: ObservedCounters, __: Generator) -> Decide:
    """Equal weights for all usable offers."""
    return equal_weights


def equal_weights(counters: ObservedCounters) -> Array:
    """Return equal weights over the usable offers of each segment."""
    return _equal(counters.usable)


def after_untouched(_: ObservedCounters, __: Generator) -> Decide:
    """Equal weights for offers with fewer than 50 clicks, then all clicks to the offer with the best value per click.

    Applies to each segment separately.
    """
    return winner


def winner(counters: ObservedCounters) -> Array:
    """Return the weights of `after_untouched`."""
    young = counters.usable & (counters.clicks < UNTOUCHED)
    return _equal(np.where(young.any(axis=1, keepdims=True), young, best(counters)))


def epsilon_greedy(_: ObservedCounters, __: Generator) -> Decide:
    """A tenth of the clicks equally to all offers, the rest to the best by value per click, in each segment."""
    return lambda counters: 0.1 * equal_weights(counters) + 0.9 * _equal(best(counters))


def best(counters: ObservedCounters) -> Flags:
    """Return the usable offers with the highest value per click so far in each segment; 0 without clicks."""
    means = np.where(counters.usable, counters.value / np.maximum(counters.clicks, 1), -np.inf)
    is_best: Flags = means == means.max(axis=1, keepdims=True)
    return is_best


def _equal(chosen: Flags) -> Array:
    """Return equal weights over the chosen offers of each segment."""
    weights = chosen.astype(np.float64)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def learning(function: Callable[[PoolStatistics], OptimizationResult]) -> Policy:
    """Return the policy of a function from counters to weights: that of the scheduled job, or an experimental one."""

    def policy(counters: ObservedCounters, _: Generator) -> Decide:
        columns = {offer: column for column, offer in enumerate(counters.ids)}

        def decide(counters: ObservedCounters) -> Array:
            learned, weights = function(counters.stats()).segments, np.zeros(counters.shape)
            for row, name in enumerate(counters.names):
                for share in learned[name]:
                    weights[row, columns[share.offer]] = share.share
            return weights

        return decide

    return policy


def ours(counters: ObservedCounters, random: Generator) -> Decide:
    """The optimizer of the product."""
    return learning(compute_weights)(counters, random)
