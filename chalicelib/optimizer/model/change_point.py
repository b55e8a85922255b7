"""Detects the last change of a conversion rate. Data from before it is ignored."""

from collections.abc import Sequence
from itertools import accumulate
from math import log

from chalicelib.optimizer.model.pool_statistics import Series

MIN_EXPECTED = 3.0
"""Minimum number of expected conversions before and after a change, so that too little data shows none."""

THRESHOLD, PER_LOG_HOUR = 12.0, 2.0

HALF_LIFE = 14 * 24.0
"""Half-life, in hours, of the weight of all data."""

HALF_LIFE_AFTER_CHANGE = 2 * 24.0
"""Half-life, in hours, for an offer whose rate has changed: it may change back, so the offer must be tried again."""


def last_change_point(conversions: Series, effective_clicks: Series, hours: float) -> int:
    """Return the index of the first bucket after the last change of the rate, or 0 if there is none.

    For Poisson conversions given effective clicks, the generalized likelihood-ratio statistic of one change point,
    2 (L(before) + L(after) - L(all)) of log likelihoods, must exceed 12 + 2 log(hours): the logarithm corrects for the
    test of every hour (Basseville & Nikiforov, Detection of Abrupt Changes, 1993, 2.4.3). The data after a change is
    tested again.
    """
    threshold, start = THRESHOLD + PER_LOG_HOUR * log(max(hours, 1.0)), 0
    while index := _change_point(conversions[start:], effective_clicks[start:], threshold):
        start += index
    return start


def _change_point(conversions: Series, effective_clicks: Series, threshold: float) -> int:
    """Return the index of the most likely change if its statistic exceeds the threshold, else 0."""
    counts, clicks = list(accumulate(conversions)), list(accumulate(effective_clicks))
    if not counts or not counts[-1] or not clicks[-1]:
        return 0
    total, rate = counts[-1], counts[-1] / clicks[-1]
    best, index = threshold, 0
    for n, (count, seen) in enumerate(zip(counts, clicks, strict=True)):
        expected_before, expected_after = seen * rate, total - seen * rate
        if expected_before < MIN_EXPECTED or expected_after < MIN_EXPECTED:
            continue
        statistic = 2 * (_log_ratio(count, expected_before) + _log_ratio(total - count, expected_after))
        if statistic > best:
            best, index = statistic, n + 1
    return index


def _log_ratio(conversions: float, expected: float) -> float:
    """Return the log likelihood ratio of a separate rate against the common one, up to terms that cancel."""
    return conversions * log(conversions / expected) if conversions > 0 else 0.0


def decay_weights(ages: Sequence[float], *, has_changed: bool) -> list[float]:
    """Return the weight of each bucket by its age in hours."""
    half_life = HALF_LIFE_AFTER_CHANGE if has_changed else HALF_LIFE
    return [0.5 ** (age / half_life) for age in ages]
