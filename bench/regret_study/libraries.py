"""The policies of MABWiser and River, each fed with what arrived and asked for its own draws.

A library chooses one offer for one click. Here it is asked as often as clicks are expected in the next five minutes
(at least 4 and at most 200 times for a segment), and the weights are how often each offer came out best. It learns in
batches: of each offer and segment the step's clicks, as many of them converted as conversions arrived.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from mabwiser.mab import MAB, LearningPolicy
from mabwiser.utils import create_rng
from numpy.random import Generator
from river.bandit import ThompsonSampling
from river.proba import Beta

from bench.regret_study.environment import Decide
from bench.regret_study.ground_truth import Array, DrawnCounts, Flags
from bench.regret_study.observed_counters import Book

LINTS_ALPHA = 0.5
"""How far MABWiser's LinTS explores: less is better in pools of low values, more in those of high ones."""

_FEWEST, _MOST = 4, 200

Draws = Callable[[int, int], Array]
"""So many draws (the second argument) of each offer's value per click in a segment (the first): draws by K."""


def mabwiser_thompson(book: Book, random: Generator, *, pooled: bool = False) -> Decide:
    """MABWiser's Thompson sampling of conversion rates, each draw multiplied by the offer's value by hand.

    Every segment learns for itself, or all of them together where `pooled`.
    """
    arms = list(range(book.shape[1]))
    bandits = [MAB(arms, LearningPolicy.ThompsonSampling(), seed=_seed(random)) for _ in _learners(book, pooled=pooled)]
    for bandit in bandits:
        bandit.fit(np.zeros(0, dtype=np.int64), np.zeros(0))

    def draws(segment: int, count: int) -> Array:
        rates = bandits[0 if pooled else segment].predict_expectations(np.zeros((count, 1)))
        return _table(rates) * book.configured

    def decide(book: Book) -> Array:
        for bandit, (clicks, conversions) in zip(bandits, _news(book, pooled=pooled), strict=True):
            if clicks.any() or conversions.any():
                bandit.partial_fit(*_outcomes(clicks, conversions))
        return _shares(book, draws)

    return decide


def mabwiser_lints(book: Book, random: Generator, *, alpha: float = LINTS_ALPHA) -> Decide:
    """MABWiser's LinTS of value per click, its context the click's segment: one column for each, one of them 1.

    Two things of MABWiser 2.7 would make it far worse than it is, and are kept from it. When it learns, it copies its
    generator into every arm, which then all draw the same luck: here each arm has one of its own from the start. And
    with a context of one column it adds up the draws of all the clicks that it is asked for: here there are at least
    two, the second always 0.
    """
    segments, offers = book.shape
    contexts = np.eye(segments, max(segments, 2))
    bandit = MAB(list(range(offers)), LearningPolicy.LinTS(alpha=alpha), seed=_seed(random))
    bandit.fit(np.zeros(0, dtype=np.int64), np.zeros(0), contexts[:0])
    for model in bandit._imp.arm_to_model.values():  # noqa: SLF001 - there is no other way to them
        model.rng = create_rng(_seed(random))

    def decide(book: Book) -> Array:
        conversions, value = book.new_conversions.ravel(), book.new_value.ravel()
        cells, converted = _outcomes(book.new_clicks.ravel(), conversions)
        if len(cells):
            mean = np.divide(value, conversions, out=np.zeros_like(value), where=conversions > 0)
            bandit.partial_fit(cells % offers, converted * mean[cells], contexts[cells // offers])
        counts = [_draws(expected) for expected in book.expected]
        drawn = _table(bandit.predict_expectations(np.repeat(contexts, counts, axis=0)))
        parts = np.split(drawn, np.cumsum(counts)[:-1])
        return _shares(book, lambda segment, _: parts[segment])

    return decide


class PaidThompson(ThompsonSampling):
    """River's Thompson sampling with each draw of a rate multiplied by the arm's value."""

    def __init__(self, values: Sequence[float], seed: int) -> None:
        super().__init__(reward_obj=Beta(), seed=seed)
        self.values = values

    def _pull(self, arm_ids: list[Any]) -> Any:  # noqa: ANN401 - an arm's ID may be anything
        rates: Mapping[Any, Any] = self._rewards
        return max(arm_ids, key=lambda arm: rates[arm].sample() * self.values[arm])


def river_thompson(book: Book, random: Generator, *, pooled: bool = False) -> Decide:
    """River's Thompson sampling of conversion rates, each draw multiplied by the offer's value by hand."""
    values = book.configured.tolist()
    bandits = [PaidThompson(values, _seed(random)) for _ in _learners(book, pooled=pooled)]

    def shares(row: int, usable: Flags, expected: float) -> Array:
        arms: list[Any] = np.flatnonzero(usable).tolist()
        count = _draws(expected)
        bandit = bandits[0 if pooled else row]
        pulled = [bandit.pull(arms) for _ in range(count)]
        return np.bincount(pulled, minlength=len(usable)) / count

    def decide(book: Book) -> Array:
        for bandit, (clicks, conversions) in zip(bandits, _news(book, pooled=pooled), strict=True):
            for arm, converted in zip(*(each.tolist() for each in _outcomes(clicks, conversions)), strict=True):
                bandit.update(arm, converted)  # type: ignore[no-untyped-call]
        rows = zip(book.usable, book.expected.tolist(), strict=True)
        return np.stack([shares(row, usable, expected) for row, (usable, expected) in enumerate(rows)])

    return decide


mabwiser_pooled = partial(mabwiser_thompson, pooled=True)


def _learners(book: Book, *, pooled: bool) -> range:
    return range(1 if pooled else book.shape[0])


def _news(book: Book, *, pooled: bool) -> list[tuple[Array, Array]]:
    """Clicks and conversions (K) that are new to each learner."""
    clicks, conversions = book.new_clicks, book.new_conversions
    if pooled:
        return [(clicks.sum(axis=0), conversions.sum(axis=0))]
    return list(zip(clicks, conversions, strict=True))


def _outcomes(clicks: Array, conversions: Array) -> tuple[DrawnCounts, Array]:
    """One entry for each click: its cell, and 1 where it converted, else 0."""
    counts = np.maximum(clicks, conversions).astype(np.int64)
    cells = np.repeat(np.arange(len(counts)), counts)
    order = np.arange(len(cells)) - np.repeat(counts.cumsum() - counts, counts)
    return cells, (order < conversions[cells]).astype(np.float64)


def _shares(book: Book, draws: Draws) -> Array:
    """How often each usable offer has the best draw."""
    shares = np.zeros(book.shape)
    for segment, (usable, expected) in enumerate(zip(book.usable, book.expected.tolist(), strict=True)):
        drawn = np.where(usable, draws(segment, _draws(expected)), -np.inf)
        shares[segment] = np.bincount(drawn.argmax(axis=1), minlength=book.shape[1]) / len(drawn)
    return shares


def _draws(expected: float) -> int:
    return int(np.clip(np.ceil(expected), _FEWEST, _MOST))


def _table(expectations: list[dict[int, float]]) -> Array:
    """MABWiser's answer as draws by arms."""
    return np.array([list(each.values()) for each in expectations])


def _seed(random: Generator) -> int:
    return int(random.integers(2**31))
