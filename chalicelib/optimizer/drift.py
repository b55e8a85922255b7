"""Whether an offer's conversion rate changed, and when: what is older than a change tells nothing of today."""

from collections.abc import Sequence
from math import log

from chalicelib.optimizer.stats import Series

EXPECTED_AT_LEAST = 3.0
"""Conversions to be expected before and after a change, so that it is not seen in next to nothing."""

THRESHOLD = 16.0
PER_LOG_HOUR = 2.0


def last_change(conversions: Series, effective: Series, hours: float) -> int:
    """The place of the first bucket after the last change of the rate; 0 where none is found.

    For Poisson conversions given effective clicks, the generalized likelihood-ratio statistic of one change point,
    2 (ℓ(before) + ℓ(after) − ℓ(all)), is compared with 16 + 2 log(hours) (Basseville & Nikiforov, Detection of
    Abrupt Changes, 1993, 2.4.3; the logarithm pays for looking at every hour). What follows a change is looked
    through again.
    """
    start = 0
    while place := _change(conversions[start:], effective[start:], THRESHOLD + PER_LOG_HOUR * log(max(hours, 1.0))):
        start += place
    return start


def _change(conversions: Series, effective: Series, threshold: float) -> int:
    """The place of the likeliest change, where its statistic reaches the threshold; else 0."""
    all_conversions, all_clicks = sum(conversions), sum(effective)
    if all_conversions <= 0:
        return 0
    rate = all_conversions / all_clicks
    best, place = threshold, 0
    before = clicks = 0.0
    for n in range(len(conversions) - 1):
        before += conversions[n]
        clicks += effective[n]
        if clicks * rate < EXPECTED_AT_LEAST or not effective[n + 1]:
            continue
        if (all_clicks - clicks) * rate < EXPECTED_AT_LEAST:
            break
        found = 2 * (
            _evidence(before, clicks * rate) + _evidence(all_conversions - before, (all_clicks - clicks) * rate)
        )
        if found > best:
            best, place = found, n + 1
    return place


def _evidence(conversions: float, expected: float) -> float:
    """c log(c / e): what speaks for a rate of its own."""
    return conversions * log(conversions / expected) if conversions > 0 else 0.0


def forgetting(ages: Sequence[float], half_life: float) -> list[float]:
    """The weight of each bucket: a half after the half-life (hours), a quarter after two."""
    return [0.5 ** (age / half_life) for age in ages]
