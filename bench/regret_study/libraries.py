"""The policies of MABWiser and River, which learn from arrived clicks and conversions and draw by themselves.

A library chooses one offer for one click. Here it chooses as often as clicks are expected in the next five minutes (4
to 200 times per segment), and the weights are the shares of these choices. It learns in batches: by offer and segment,
the step's clicks, of which as many converted as conversions arrived.
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
from bench.regret_study.observed_counters import ObservedCounters

LINTS_ALPHA = 0.5
"""Exploration of MABWiser's LinTS: lower is better for pools with low values, higher for high values."""

_MIN_DRAWS, _MAX_DRAWS = 4, 200

Draws = Callable[[int, int], Array]
"""Maps segment and number of draws to drawn values per click, draws by K."""


def mabwiser_thompson(counters: ObservedCounters, random: Generator, *, pooled: bool = False) -> Decide:
    """MABWiser's Thompson sampling of conversion rates; each draw is multiplied by the offer's value.

    Every segment has its own bandit, or all share one if `pooled`.
    """
    arms = list(range(counters.shape[1]))
    bandits = [
        MAB(arms, LearningPolicy.ThompsonSampling(), seed=_seed(random)) for _ in _learners(counters, pooled=pooled)
    ]
    for bandit in bandits:
        bandit.fit(np.zeros(0, dtype=np.int64), np.zeros(0))

    def draws(segment: int, count: int) -> Array:
        rates = bandits[0 if pooled else segment].predict_expectations(np.zeros((count, 1)))
        return _table(rates) * counters.configured

    def decide(counters: ObservedCounters) -> Array:
        for bandit, (clicks, conversions) in zip(bandits, _new_counts(counters, pooled=pooled), strict=True):
            if clicks.any() or conversions.any():
                bandit.partial_fit(*_outcomes(clicks, conversions))
        return _shares(counters, draws)

    return decide


def mabwiser_lints(counters: ObservedCounters, random: Generator, *, alpha: float = LINTS_ALPHA) -> Decide:
    """MABWiser's LinTS of value per click; the context is the click's segment, one-hot encoded.

    Two defects of MABWiser 2.7 would make it far worse and are avoided here. When it learns, it copies its generator
    into every arm, so that all arms draw the same numbers: here each arm has its own from the start. With a context of
    one column it adds up the draws of all requested clicks: here there are at least two columns, the second always 0.
    """
    segments, offers = counters.shape
    contexts = np.eye(segments, max(segments, 2))
    bandit = MAB(list(range(offers)), LearningPolicy.LinTS(alpha=alpha), seed=_seed(random))
    bandit.fit(np.zeros(0, dtype=np.int64), np.zeros(0), contexts[:0])
    for model in bandit._imp.arm_to_model.values():  # noqa: SLF001 - there is no public access
        model.rng = create_rng(_seed(random))

    def decide(counters: ObservedCounters) -> Array:
        conversions, value = counters.new_conversions.ravel(), counters.new_value.ravel()
        cells, converted = _outcomes(counters.new_clicks.ravel(), conversions)
        if len(cells):
            mean = np.divide(value, conversions, out=np.zeros_like(value), where=conversions > 0)
            bandit.partial_fit(cells % offers, converted * mean[cells], contexts[cells // offers])
        counts = [_draw_count(expected) for expected in counters.expected]
        drawn = _table(bandit.predict_expectations(np.repeat(contexts, counts, axis=0)))
        parts = np.split(drawn, np.cumsum(counts)[:-1])
        return _shares(counters, lambda segment, _: parts[segment])

    return decide


class ValueThompson(ThompsonSampling):
    """River's Thompson sampling, with each drawn rate multiplied by the arm's value."""

    def __init__(self, values: Sequence[float], seed: int) -> None:
        super().__init__(reward_obj=Beta(), seed=seed)
        self.values = values

    def _pull(self, arm_ids: list[Any]) -> Any:  # noqa: ANN401 - an arm's ID may be anything
        rates: Mapping[Any, Any] = self._rewards
        return max(arm_ids, key=lambda arm: rates[arm].sample() * self.values[arm])


def river_thompson(counters: ObservedCounters, random: Generator, *, pooled: bool = False) -> Decide:
    """River's Thompson sampling of conversion rates; each draw is multiplied by the offer's value."""
    values = counters.configured.tolist()
    bandits = [ValueThompson(values, _seed(random)) for _ in _learners(counters, pooled=pooled)]

    def shares(row: int, usable: Flags, expected: float) -> Array:
        arms: list[Any] = np.flatnonzero(usable).tolist()
        count = _draw_count(expected)
        bandit = bandits[0 if pooled else row]
        pulled = [bandit.pull(arms) for _ in range(count)]
        return np.bincount(pulled, minlength=len(usable)) / count

    def decide(counters: ObservedCounters) -> Array:
        for bandit, (clicks, conversions) in zip(bandits, _new_counts(counters, pooled=pooled), strict=True):
            for arm, converted in zip(*(column.tolist() for column in _outcomes(clicks, conversions)), strict=True):
                bandit.update(arm, converted)  # type: ignore[no-untyped-call]
        rows = zip(counters.usable, counters.expected.tolist(), strict=True)
        return np.stack([shares(row, usable, expected) for row, (usable, expected) in enumerate(rows)])

    return decide


mabwiser_pooled = partial(mabwiser_thompson, pooled=True)


def _learners(counters: ObservedCounters, *, pooled: bool) -> range:
    return range(1 if pooled else counters.shape[0])


def _new_counts(counters: ObservedCounters, *, pooled: bool) -> list[tuple[Array, Array]]:
    """Return the new clicks and conversions (K) of each learner."""
    clicks, conversions = counters.new_clicks, counters.new_conversions
    if pooled:
        return [(clicks.sum(axis=0), conversions.sum(axis=0))]
    return list(zip(clicks, conversions, strict=True))


def _outcomes(clicks: Array, conversions: Array) -> tuple[DrawnCounts, Array]:
    """Return one entry per click: its cell, and 1 if it converted, else 0."""
    counts = np.maximum(clicks, conversions).astype(np.int64)
    cells = np.repeat(np.arange(len(counts)), counts)
    order = np.arange(len(cells)) - np.repeat(counts.cumsum() - counts, counts)
    return cells, (order < conversions[cells]).astype(np.float64)


def _shares(counters: ObservedCounters, draws: Draws) -> Array:
    """Return the share of draws in which each usable offer is best."""
    shares = np.zeros(counters.shape)
    for segment, (usable, expected) in enumerate(zip(counters.usable, counters.expected.tolist(), strict=True)):
        drawn = np.where(usable, draws(segment, _draw_count(expected)), -np.inf)
        shares[segment] = np.bincount(drawn.argmax(axis=1), minlength=counters.shape[1]) / len(drawn)
    return shares


def _draw_count(expected: float) -> int:
    return int(np.clip(np.ceil(expected), _MIN_DRAWS, _MAX_DRAWS))


def _table(expectations: list[dict[int, float]]) -> Array:
    """Return MABWiser's result as an array, draws by arms."""
    return np.array([list(draw.values()) for draw in expectations])


def _seed(random: Generator) -> int:
    return int(random.integers(2**31))
