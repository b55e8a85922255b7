"""Simulate a pool with a policy: clicks, weighted choices and conversions, compared with an oracle."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.random import Generator

from bench.regret_study.ground_truth import Array, DrawnCounts, Flags, Truth
from bench.regret_study.observed_counters import ObservedConversion, ObservedCounters
from bench.regret_study.oracle import Oracle
from bench.regret_study.scenarios import STEPS_A_DAY, STEPS_AN_HOUR, Scenario

Decide = Callable[[ObservedCounters], Array]
"""A policy's step: return weights by segment and offer (G by K). Each row sums to 1 over `counters.usable`."""

Policy = Callable[[ObservedCounters, Generator], Decide]
"""A policy, created anew for each pool. The empty counters have the numbers of offers and segments."""


@dataclass(frozen=True, slots=True)
class PlayedPool:
    """One simulated pool: cumulative earnings of the oracle (`best`) and of the policy (`earned`), by hour."""

    scenario: str
    seed: int
    best: Array
    earned: Array

    @property
    def curve(self) -> Array:
        """Regret up to each hour, in per cent of the oracle's final earnings."""
        curve: Array = 100 * (self.best - self.earned) / self.best[-1]
        return curve

    @property
    def regret(self) -> float:
        """Final regret, in per cent of the oracle's earnings."""
        return float(self.curve[-1])


def play(scenario: Scenario, seed: int, policy: Policy) -> PlayedPool:
    """Simulate the pool of this seed.

    Earnings are the expected values of the clicks of each offer (pseudo-regret), without the noise of conversions. The
    truth and the clicks of each step and segment are the same for every policy.
    """
    _, arrivals, outcomes, chance = scenario.generators(seed)
    simulation = _Simulation(scenario.truth(seed), outcomes)
    decide = policy(simulation.counters, chance)
    rates = scenario.clicks / scenario.steps * simulation.truth.traffic
    clicks = arrivals.poisson(rates, size=(scenario.steps, len(rates)))
    best, earned = np.zeros((2, scenario.steps))
    for step, arriving in enumerate(clicks):
        simulation.begin_step()
        best[step], earned[step] = simulation.send(arriving, decide(simulation.counters))
    hourly = slice(STEPS_AN_HOUR - 1, None, STEPS_AN_HOUR)
    return PlayedPool(scenario.name, seed, best.cumsum()[hourly], earned.cumsum()[hourly])


class _Simulation:
    """State of the simulation: truth, observed counters and pending conversions."""

    def __init__(self, truth: Truth, outcomes: Generator) -> None:
        self.truth, self.counters = truth, ObservedCounters(truth)
        self._random = outcomes
        self._oracle = Oracle(truth)
        self._today = np.zeros(truth.offers, dtype=np.int64)
        self._pending: dict[int, list[ObservedConversion]] = defaultdict(list)
        self._converts_at_once = not (truth.spread.any() or truth.delays.any())
        self._rates = truth.rates[0]
        self._epcs = self._rates * truth.values

    def begin_step(self) -> None:
        """Start a step: update rates, daily caps and live offers."""
        step = self.counters.step
        if step % STEPS_AN_HOUR == 0:
            hour = step / STEPS_AN_HOUR
            self._rates = self.truth.rates[self.truth.at(hour)]
            self._epcs = self._rates * self.truth.values
            self._oracle.at(hour, self._rates)
        if step % STEPS_A_DAY == 0:
            self._today = np.zeros_like(self._today)
            self._oracle.new_day()
        self.counters.set_live(self._live())

    def send(self, arriving: DrawnCounts, weights: Array) -> tuple[float, float]:
        """Send a step's clicks (G) by the weights (G by K). Return the earnings of the oracle and of the policy."""
        clicks, conversions = self._draw(arriving, np.where(self.counters.usable, weights, 0.0))
        if self.truth.capped:
            clicks, conversions = self._apply_caps(clicks, conversions, weights)
            self._today += conversions.sum(axis=0)
        self.counters.add_clicks(clicks)
        if self._converts_at_once:
            self.counters.add_at_once(conversions)
        else:
            self._schedule(conversions)
            self._arrive()
        return self._oracle.earns(arriving), float((clicks * self._epcs).sum())

    def _live(self) -> Flags:
        has_joined: Flags = self.truth.joins <= self.counters.step / STEPS_AN_HOUR
        return has_joined & (self._today < self.truth.caps)

    def _draw(self, arriving: DrawnCounts, weights: Array) -> tuple[DrawnCounts, DrawnCounts]:
        """Draw clicks and conversions (G by K) for the arriving clicks (G)."""
        clicks = self._random.multinomial(arriving, weights / weights.sum(axis=1, keepdims=True))
        return clicks, self._random.binomial(clicks, self._rates)

    def _apply_caps(
        self, clicks: DrawnCounts, conversions: DrawnCounts, weights: Array
    ) -> tuple[DrawnCounts, DrawnCounts]:
        """Apply the caps: clicks after an offer's last paid conversion go to other offers."""
        usable = self.counters.usable.copy()
        while True:
            over = np.flatnonzero(self._today + conversions[0] > self.truth.caps)
            if not len(over):
                return clicks, conversions
            freed = self._trim_to_cap(clicks, conversions, int(over[0]))
            usable[0, self._today + conversions[0] >= self.truth.caps] = False
            rest = np.where(usable, weights, 0.0)
            extra = self._draw(np.array([freed]), rest if rest.any() else usable.astype(np.float64))
            clicks, conversions = clicks + extra[0], conversions + extra[1]

    def _trim_to_cap(self, clicks: DrawnCounts, conversions: DrawnCounts, offer: int) -> int:
        """Remove the offer's clicks after the conversion that fills its cap, and return their number."""
        room = int(self.truth.caps[offer]) - self._today[offer]
        converted = np.sort(self._random.choice(clicks[0, offer], size=conversions[0, offer], replace=False))
        accepted = int(converted[room - 1]) + 1
        freed = int(clicks[0, offer]) - accepted
        clicks[0, offer], conversions[0, offer] = accepted, room
        return freed

    def _schedule(self, conversions: DrawnCounts) -> None:
        """Schedule each conversion (G by K) for the first step after its arrival."""
        step = self.counters.step - 1
        for segment, offer in np.argwhere(conversions).tolist():
            for value in self._values(offer, int(conversions[segment, offer])):
                delay = self._random.exponential(self.truth.delays[offer]) if self.truth.delays[offer] else 0.0
                arrival = max(step + 1, ceil(step + self._random.random() + delay * STEPS_AN_HOUR))
                self._pending[arrival].append(ObservedConversion(segment, offer, step, delay, value))

    def _arrive(self) -> None:
        for conversion in self._pending.pop(self.counters.step, ()):
            self.counters.add(conversion)

    def _values(self, offer: int, count: int) -> list[float]:
        """Draw the values of `count` conversions: lognormal with the offer's mean."""
        mean, spread = self.truth.values[offer], self.truth.spread[offer]
        values: list[float] = self._random.lognormal(np.log(mean) - spread**2 / 2, spread, count).tolist()
        return values
