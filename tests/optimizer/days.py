"""Days of a pool played against its own weights: five offers, one segment, conversions that come at once."""

from collections.abc import Iterator
from random import Random

from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.weights import compute_weights
from tests.optimizer.teaching import NOW, US, hours, pool_stats, with_segment

RATES = (0.030, 0.020, 0.018, 0.015, 0.012)
QUARTER = 0.25
CLICKS = 104
"""In a quarter of an hour: ten thousand in a day."""

STOPPED, RECOVERED = 72.0, 108.0
"""In hours: when the conversions of the best offer stop, and when they come again."""


def played(seed: int) -> Iterator[tuple[float, float]]:
    """After each quarter of an hour, without end: how many hours were played, and the share of the best offer."""
    random = Random(seed)  # noqa: S311 - a game
    rows: list[tuple[list[float], list[float]]] = [([], []) for _ in RATES]
    shares, played = [1 / len(RATES)] * len(RATES), 0.0
    while True:
        if not played % 1:
            for clicks, conversions in rows:
                clicks.append(0.0)
                conversions.append(0.0)
        for place in random.choices(range(len(RATES)), shares, k=CLICKS):
            clicks, conversions = rows[place]
            clicks[-1] += 1
            conversions[-1] += random.random() < _rate(place, played)
        played += QUARTER
        shares = [share.share for share in compute_weights(_stats(rows, played)).segments[US]]
        yield played, shares[0]


def _rate(place: int, played: float) -> float:
    return 0.0 if place == 0 and STOPPED <= played < RECOVERED else RATES[place]


def _stats(rows: list[tuple[list[float], list[float]]], played: float) -> PoolStatistics:
    number = len(rows[0][0])
    stats = pool_stats(
        {US: dict(enumerate(rows))},
        values=[1.0] * len(RATES),
        now=NOW + played,
        buckets=hours(number, NOW + number),
        until_next=QUARTER,
    )
    return with_segment(stats, expected=float(CLICKS))
