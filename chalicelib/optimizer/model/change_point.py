"""Whether an offer's conversion rate changed, and when: what is older than a change tells nothing of today."""

from collections.abc import Sequence
from itertools import accumulate
from math import log

from chalicelib.optimizer.model.pool_statistics import Series

LEAST_EXPECTED = 3.0
"""Conversions to be expected before and after a change, so that none is seen in next to nothing."""

THRESHOLD, PER_LOG_HOUR = 12.0, 2.0

HALF_LIFE = 14 * 24.0
"""In hours: how slowly everything is forgotten."""

HALF_LIFE_AFTER_CHANGE = 2 * 24.0
"""In hours, for an offer whose rate has changed: what changed once may change back, and must be tried again."""


def last_change_point(conversions: Series, effective: Series, hours: float) -> int:
    """The place of the first bucket after the last change of the rate; 0 where none is found.

    For Poisson conversions given effective clicks, the generalized likelihood-ratio statistic of one change point,
    2 (L(before) + L(after) - L(all)) of log likelihoods, must pass 12 + 2 log(hours): the logarithm pays for looking at
    every hour (Basseville & Nikiforov, Detection of Abrupt Changes, 1993, 2.4.3). What follows a change is looked
    through again.
    """
    threshold, start = THRESHOLD + PER_LOG_HOUR * log(max(hours, 1.0)), 0
    while place := _change(conversions[start:], effective[start:], threshold):
        start += place
    return start


def _change(conversions: Series, effective: Series, threshold: float) -> int:
    """The place of the likeliest change, where its statistic passes the threshold; else 0."""
    counts, clicks = list(accumulate(conversions)), list(accumulate(effective))
    if not counts or not counts[-1] or not clicks[-1]:
        return 0
    total, rate = counts[-1], counts[-1] / clicks[-1]
    best, place = threshold, 0
    for n, (count, seen) in enumerate(zip(counts, clicks, strict=True)):
        expected, left = seen * rate, total - seen * rate
        if expected < LEAST_EXPECTED or left < LEAST_EXPECTED:
            continue
        found = 2 * (_evidence(count, expected) + _evidence(total - count, left))
        if found > best:
            best, place = found, n + 1
    return place


def _evidence(conversions: float, expected: float) -> float:
    """What speaks for a rate of its own."""
    return conversions * log(conversions / expected) if conversions > 0 else 0.0


def decay_weights(ages: Sequence[float], *, restless: bool) -> list[float]:
    """The weight of each bucket by its age in hours."""
    half_life = HALF_LIFE_AFTER_CHANGE if restless else HALF_LIFE
    return [0.5 ** (age / half_life) for age in ages]
