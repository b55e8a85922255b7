"""Plays a pool against a policy: clicks come, weights choose, conversions follow, and an oracle keeps the score."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.random import Generator

from bench.regret_study.ground_truth import Array, DrawnCounts, Flags, Truth
from bench.regret_study.observed_counters import Book, ObservedConversion
from bench.regret_study.oracle import Oracle
from bench.regret_study.scenarios import STEPS_A_DAY, STEPS_AN_HOUR, Scenario

Decide = Callable[[Book], Array]
"""What a policy does at each step: weights by segment and offer (G by K), each row of sum 1 over `book.usable`."""

Policy = Callable[[Book, Generator], Decide]
"""A policy, made anew for each pool that it plays; the empty book says how many offers and segments there are."""


@dataclass(frozen=True, slots=True)
class Played:
    """One pool played to its end: by hour, what an oracle would have earned up to then and what was earned."""

    scenario: str
    seed: int
    best: Array
    earned: Array

    @property
    def curve(self) -> Array:
        """Regret up to each hour, in per cent of what the oracle earns in the whole time."""
        curve: Array = 100 * (self.best - self.earned) / self.best[-1]
        return curve

    @property
    def regret(self) -> float:
        """Regret at the end, in per cent of the oracle's value."""
        return float(self.curve[-1])


def play(scenario: Scenario, seed: int, policy: Policy) -> Played:
    """Play the pool of that seed to its end.

    What is earned is the expected value of the clicks that each offer took (pseudo-regret): no luck of conversions
    is in it. The truth, the clicks of each step and segment are the same for every policy.
    """
    _, arrivals, outcomes, chance = scenario.generators(seed)
    world = _World(scenario.truth(seed), outcomes)
    decide = policy(world.book, chance)
    rates = scenario.clicks / scenario.steps * world.truth.traffic
    clicks = arrivals.poisson(rates, size=(scenario.steps, len(rates)))
    best, earned = np.zeros((2, scenario.steps))
    for step, arriving in enumerate(clicks):
        world.begin()
        best[step], earned[step] = world.take(arriving, decide(world.book))
    hourly = slice(STEPS_AN_HOUR - 1, None, STEPS_AN_HOUR)
    return Played(scenario.name, seed, best.cumsum()[hourly], earned.cumsum()[hourly])


class _World:
    """The pool as it is played: its truth, its counters, and what is still to come."""

    def __init__(self, truth: Truth, outcomes: Generator) -> None:
        self.truth, self.book = truth, Book(truth)
        self._random = outcomes
        self._oracle = Oracle(truth)
        self._today = np.zeros(truth.offers, dtype=np.int64)
        self._pending: dict[int, list[ObservedConversion]] = defaultdict(list)
        self._at_once = not (truth.spread.any() or truth.delays.any())
        self._rates = truth.rates[0]
        self._epcs = self._rates * truth.values

    def begin(self) -> None:
        """Begin a step: what changes by the clock."""
        step = self.book.step
        if step % STEPS_AN_HOUR == 0:
            hour = step / STEPS_AN_HOUR
            self._rates = self.truth.rates[self.truth.at(hour)]
            self._epcs = self._rates * self.truth.values
            self._oracle.at(hour, self._rates)
        if step % STEPS_A_DAY == 0:
            self._today = np.zeros_like(self._today)
            self._oracle.new_day()
        self.book.set_live(self._live())

    def take(self, arriving: DrawnCounts, weights: Array) -> tuple[float, float]:
        """Send a step's clicks (G) by the weights (G by K): what the oracle would have earned, and what was earned."""
        clicks, conversions = self._sent(arriving, np.where(self.book.usable, weights, 0.0))
        if self.truth.capped:
            clicks, conversions = self._within_caps(clicks, conversions, weights)
            self._today += conversions.sum(axis=0)
        self.book.add_clicks(clicks)
        if self._at_once:
            self.book.add_at_once(conversions)
        else:
            self._wait(conversions)
            self._arrive()
        return self._oracle.earns(arriving), float((clicks * self._epcs).sum())

    def _live(self) -> Flags:
        joined: Flags = self.truth.joins <= self.book.step / STEPS_AN_HOUR
        return joined & (self._today < self.truth.caps)

    def _sent(self, arriving: DrawnCounts, weights: Array) -> tuple[DrawnCounts, DrawnCounts]:
        """Clicks and conversions (G by K) of so many clicks (G)."""
        clicks = self._random.multinomial(arriving, weights / weights.sum(axis=1, keepdims=True))
        return clicks, self._random.binomial(clicks, self._rates)

    def _within_caps(
        self, clicks: DrawnCounts, conversions: DrawnCounts, weights: Array
    ) -> tuple[DrawnCounts, DrawnCounts]:
        """The same step where the clicks after an offer's last paid conversion go on to the others."""
        usable = self.book.usable.copy()
        while True:
            over = np.flatnonzero(self._today + conversions[0] > self.truth.caps)
            if not len(over):
                return clicks, conversions
            freed = self._cut(clicks, conversions, int(over[0]))
            usable[0, self._today + conversions[0] >= self.truth.caps] = False
            rest = np.where(usable, weights, 0.0)
            more = self._sent(np.array([freed]), rest if rest.any() else usable.astype(np.float64))
            clicks, conversions = clicks + more[0], conversions + more[1]

    def _cut(self, clicks: DrawnCounts, conversions: DrawnCounts, offer: int) -> int:
        """Take from that offer the clicks after the conversion that fills its cap; how many they are."""
        room = int(self.truth.caps[offer]) - self._today[offer]
        converted = np.sort(self._random.choice(clicks[0, offer], size=conversions[0, offer], replace=False))
        kept = int(converted[room - 1]) + 1
        freed = int(clicks[0, offer]) - kept
        clicks[0, offer], conversions[0, offer] = kept, room
        return freed

    def _wait(self, conversions: DrawnCounts) -> None:
        """Put off each conversion (G by K) until it arrives: seen by the first run of the weights after that."""
        step = self.book.step - 1
        for segment, offer in np.argwhere(conversions).tolist():
            for value in self._values(offer, int(conversions[segment, offer])):
                delay = self._random.exponential(self.truth.delays[offer]) if self.truth.delays[offer] else 0.0
                arrival = max(step + 1, ceil(step + self._random.random() + delay * STEPS_AN_HOUR))
                self._pending[arrival].append(ObservedConversion(segment, offer, step, delay, value))

    def _arrive(self) -> None:
        for each in self._pending.pop(self.book.step, ()):
            self.book.add(each)

    def _values(self, offer: int, count: int) -> list[float]:
        """What so many conversions are worth: lognormal, of the offer's mean."""
        mean, spread = self.truth.values[offer], self.truth.spread[offer]
        values: list[float] = self._random.lognormal(np.log(mean) - spread**2 / 2, spread, count).tolist()
        return values
