"""Simulated days of a pool under its own weights: five offers, one segment, conversions without delay."""

from collections.abc import Iterator
from random import Random

from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.weights import compute_weights
from tests.optimizer.teaching import NOW, US, hourly_buckets, pool_stats, with_segment

RATES = (0.030, 0.020, 0.018, 0.015, 0.012)
QUARTER = 0.25
CLICKS = 104
"""Clicks per quarter of an hour: ten thousand per day."""

STOPPED, RECOVERED = 72.0, 108.0
"""Hours after which the conversions of the best offer stop, and start again."""


def simulate(seed: int) -> Iterator[tuple[float, float]]:
    """Yield, for each quarter of an hour, the hours so far and the share of the best offer. It never ends."""
    random = Random(seed)  # noqa: S311 - a simulation
    rows: list[tuple[list[float], list[float]]] = [([], []) for _ in RATES]
    shares, elapsed = [1 / len(RATES)] * len(RATES), 0.0
    while True:
        if not elapsed % 1:
            for clicks, conversions in rows:
                clicks.append(0.0)
                conversions.append(0.0)
        for index in random.choices(range(len(RATES)), shares, k=CLICKS):
            clicks, conversions = rows[index]
            clicks[-1] += 1
            conversions[-1] += random.random() < _rate(index, elapsed)
        elapsed += QUARTER
        shares = [share.share for share in compute_weights(_stats(rows, elapsed)).segments[US]]
        yield elapsed, shares[0]


def _rate(index: int, elapsed: float) -> float:
    return 0.0 if index == 0 and STOPPED <= elapsed < RECOVERED else RATES[index]


def _stats(rows: list[tuple[list[float], list[float]]], elapsed: float) -> PoolStatistics:
    number = len(rows[0][0])
    stats = pool_stats(
        {US: dict(enumerate(rows))},
        values=[1.0] * len(RATES),
        now=NOW + elapsed,
        buckets=hourly_buckets(number, NOW + number),
        hours_until_next=QUARTER,
    )
    return with_segment(stats, forecast_clicks=float(CLICKS))
