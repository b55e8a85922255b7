"""The policies that are compared: how each turns what is known into the weights of the next five minutes."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from bench.regret_study.environment import Decide, Policy
from bench.regret_study.ground_truth import Array, Flags
from bench.regret_study.observed_counters import UNTOUCHED, Book
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.weights import OptimizationResult, compute_weights


def uniform(_: Book, __: Generator) -> Decide:
    """Every usable offer alike."""
    return alike


def alike(book: Book) -> Array:
    """Equal weights over the usable offers of each segment."""
    return _equal(book.usable)


def after_untouched(_: Book, __: Generator) -> Decide:
    """Equal weights for the offers with fewer than 50 clicks; then all clicks to the best by value per click so far.

    Each segment for itself.
    """
    return winner


def winner(book: Book) -> Array:
    """The weights of `after_untouched`."""
    young = book.usable & (book.clicks < UNTOUCHED)
    return _equal(np.where(young.any(axis=1, keepdims=True), young, best(book)))


def epsilon_greedy(_: Book, __: Generator) -> Decide:
    """A tenth of the clicks to all offers alike, the others to the best by value per click, in each segment."""
    return lambda book: 0.1 * alike(book) + 0.9 * _equal(best(book))


def best(book: Book) -> Flags:
    """The usable offers of the highest value per click so far in each segment; an offer without a click has 0."""
    means = np.where(book.usable, book.value / np.maximum(book.clicks, 1), -np.inf)
    found: Flags = means == means.max(axis=1, keepdims=True)
    return found


def _equal(chosen: Flags) -> Array:
    """Equal weights over what is chosen in each segment."""
    weights = chosen.astype(np.float64)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def learning(function: Callable[[PoolStatistics], OptimizationResult]) -> Policy:
    """The policy of a function from the counters to weights: the one that the scheduled job calls, or a trial."""

    def policy(book: Book, _: Generator) -> Decide:
        places = {offer: place for place, offer in enumerate(book.ids)}

        def decide(book: Book) -> Array:
            learned, weights = function(book.stats()).segments, np.zeros(book.shape)
            for row, name in enumerate(book.names):
                for share in learned[name]:
                    weights[row, places[share.offer]] = share.share
            return weights

        return decide

    return policy


def ours(book: Book, random: Generator) -> Decide:
    """The weights of the scheduled job."""
    return learning(compute_weights)(book, random)
