"""The fifteen scenarios of the comparison. Each seed draws a new pool."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.random import Generator

from bench.regret_study.ground_truth import Array, Truth, a_truth

STEPS_AN_HOUR = 12
STEPS_A_DAY = 24 * STEPS_AN_HOUR
"""Weights are updated every five minutes."""

Draw = Callable[[Generator], Truth]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of pool: duration, expected total clicks, and the draw of its truth."""

    name: str
    days: int
    clicks: int
    draw: Draw

    @property
    def steps(self) -> int:
        """Number of weight updates."""
        return self.days * STEPS_A_DAY

    @property
    def segmented(self) -> bool:
        """Whether the pool has more than one segment."""
        return self.draw(np.random.default_rng(0)).segments > 1

    def generators(self, seed: int) -> list[Generator]:
        """Return one random generator each for truth, clicks, conversions and policy."""
        sequence = np.random.SeedSequence([seed, crc32(self.name.encode())])
        return [np.random.default_rng(child) for child in sequence.spawn(4)]

    def truth(self, seed: int) -> Truth:
        """Draw the truth of this seed."""
        return self.draw(self.generators(seed)[0])


def _near_equal(_: Generator) -> Truth:
    values = np.array([5.0, 5.0])
    return a_truth(values, values * [0.0100, 0.0115])


def _inverse_payout(random: Generator) -> Truth:
    values = np.array([1.2, 2.5, 5, 12, 40])
    return a_truth(values, np.array([0.030, 0.036, 0.045, 0.034, 0.024]) * _noise(random, 0.10, 5))


def _one_star(random: Generator) -> Truth:
    values = _log_uniform(random, 1, 20, 20)
    epcs = 0.03 * _noise(random, 0.25, 20)
    epcs[0] = 0.066
    return a_truth(values, _clipped(values, epcs, 0.0008, 0.06))


def _segmented(random: Generator, shape: tuple[int, int], cell: float, zipf: float) -> Truth:
    segments, offers = shape
    values = _log_uniform(random, 0.8, 25, offers)
    noise = _noise(random, 0.4, offers) * _noise(random, 0.6, (segments, 1)) * _noise(random, cell, shape)
    ranks = np.arange(1, segments + 1) ** -zipf
    return a_truth(values, _clipped(values, 0.03 * noise, 0.0002, 0.10), traffic=ranks / ranks.sum())


def _twelve_segments(random: Generator) -> Truth:
    return _segmented(random, (12, 8), cell=0.5, zipf=1.0)


def _fifty_thin(random: Generator) -> Truth:
    drawn = _segmented(random, (50, 20), cell=0.15, zipf=1.1)
    eligible = random.random((50, 20)) < 0.8  # noqa: PLR2004 - probability of this scenario
    eligible[~eligible.any(axis=1)] = True
    return replace(drawn, open=eligible)


def _winner_changes(random: Generator) -> Truth:
    values = np.array([2.0, 4, 6, 10, 15, 25])
    before = np.array([0.050, 0.040, 0.032, 0.030, 0.026, 0.020]) * _noise(random, 0.05, 6)
    after = before.copy()
    after[0], after[3] = before[0] * 0.4, before[0] * 1.1
    return a_truth(values, np.stack([before, after])[:, None], starts=np.array([0.0, 4 * 24]))


def _random_walk(random: Generator) -> Truth:
    values = _log_uniform(random, 2, 20, 6)
    levels = [0.35 * random.standard_normal(6)]
    for _ in range(39):
        levels.append(0.985 * levels[-1] + 0.07 * random.standard_normal(6))
    return a_truth(values, 0.035 * np.exp(np.stack(levels))[:, None], starts=np.arange(0.0, 240.0, 6.0))


def _late(random: Generator) -> Truth:
    values = np.array([3.0, 3, 5, 8, 12])
    epcs = np.array([0.024, 0.028, 0.033, 0.038, 0.046]) * _noise(random, 0.05, 5)
    return a_truth(values, epcs, delays=np.array([0.5, 6, 12, 36, 72]))


def _heavy_tails(random: Generator) -> Truth:
    values = np.array([4.0, 6, 8, 12, 20, 30])
    epcs = np.array([0.040, 0.060, 0.045, 0.035, 0.050, 0.030]) * _noise(random, 0.08, 6)
    spread = np.array([0.5, 1.2, 1.0, 1.5, 1.8, 1.5])
    return a_truth(values, epcs, spread=spread, configured=values * _noise(random, 0.3, 6))


def _daily_caps(random: Generator) -> Truth:
    values = np.array([3.0, 5, 8, 12, 4, 6])
    epcs = np.array([0.080, 0.050, 0.042, 0.030, 0.026, 0.020]) * _noise(random, 0.05, 6)
    clicks = np.array([0.35, 0.40, *[np.inf] * 4]) * 24_000
    return a_truth(values, epcs, caps=np.round(clicks * epcs / values))


def _new_offer(random: Generator) -> Truth:
    values = np.array([2.0, 4, 6, 10, 15, 8])
    epcs = np.array([0.040, 0.034, 0.030, 0.026, 0.022, 0.060]) * _noise(random, 0.05, 6)
    return a_truth(values, epcs, joins=np.array([0.0] * 5 + [3 * 24]))


def _tiny(random: Generator) -> Truth:
    values = _log_uniform(random, 1, 20, 5)
    return a_truth(values, _clipped(values, 0.06 * _noise(random, 0.6, 5), 0.001, 0.08))


def _big(random: Generator) -> Truth:
    values = _log_uniform(random, 0.5, 60, 10)
    return a_truth(values, _clipped(values, 0.03 * _noise(random, 0.35, 10), 0.0003, 0.06))


def _negative_margin(random: Generator) -> Truth:
    values = np.array([-1.0, 0.8, 1.5, 2.5, 4.0])
    return a_truth(values, values * [0.040, 0.020, 0.014, 0.006, 0.003] * _noise(random, 0.08, 5))


def _equal_cr(random: Generator) -> Truth:
    values = np.array([0.5, 1.5, 4, 12, 25, 60])
    return a_truth(values, values * 0.01 * _noise(random, 0.3, 6))


def _shuffled(draw: Draw) -> Draw:
    """Return a draw with the offers in random order, so that no policy gains from their positions."""

    def shuffled(random: Generator) -> Truth:
        drawn = draw(random)
        return drawn.ordered(random.permutation(drawn.offers))

    return shuffled


def _noise(random: Generator, scale: float, shape: int | tuple[int, ...]) -> Array:
    return np.exp(scale * random.standard_normal(shape))


def _log_uniform(random: Generator, low: float, high: float, count: int) -> Array:
    return np.exp(random.uniform(np.log(low), np.log(high), count))


def _clipped(values: Array, epcs: Array, low: float, high: float) -> Array:
    """Return the values per click, with conversion rates clipped to this range."""
    return values * np.clip(epcs / values, low, high)


_ALL = (
    Scenario("near-equal", 7, 200_000, _near_equal),
    Scenario("inverse-payout", 4, 100_000, _inverse_payout),
    Scenario("one-star", 5, 150_000, _one_star),
    Scenario("twelve-segments", 7, 300_000, _twelve_segments),
    Scenario("fifty-thin", 4, 200_000, _fifty_thin),
    Scenario("winner-changes", 8, 240_000, _winner_changes),
    Scenario("random-walk", 10, 300_000, _random_walk),
    Scenario("late", 10, 150_000, _late),
    Scenario("heavy-tails", 5, 150_000, _heavy_tails),
    Scenario("daily-caps", 5, 120_000, _daily_caps),
    Scenario("new-offer", 6, 120_000, _new_offer),
    Scenario("tiny", 2, 500, _tiny),
    Scenario("big", 5, 5_000_000, _big),
    Scenario("negative-margin", 4, 100_000, _negative_margin),
    Scenario("equal-cr", 3, 60_000, _equal_cr),
)

SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: replace(scenario, draw=_shuffled(scenario.draw)) for scenario in _ALL
}
