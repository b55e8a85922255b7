"""Effective counts: clicks weighted by the share of their conversions that has arrived, and by age."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import mul

from chalicelib.optimizer.model.change_point import decay_weights, last_change_point
from chalicelib.optimizer.model.conversion_delay import arrived_by_bin, arrived_shares, bucket_ages
from chalicelib.optimizer.model.conversion_value import mean_values
from chalicelib.optimizer.model.pool_statistics import PoolStatistics, Series

OfferCounts = Mapping[int, float]
"""Numbers of one segment by index of the offer. Offers without clicks there are left out."""


_SAMPLE_STEP = 8
"""One bucket in eight is tested to decide whether a row is mostly zeros."""


@dataclass(frozen=True, slots=True)
class EffectiveCounts:
    """By segment and offer: effective clicks, conversions, and clicks whose conversions have not arrived.

    Old clicks and conversions have less weight, and those before an offer's last change none. `changes` are the indexes
    of the first buckets after it (0: no change). `values` and `payouts` are the offers' means per conversion.
    """

    clicks: Sequence[OfferCounts]
    conversions: Sequence[OfferCounts]
    pending_clicks: Sequence[OfferCounts]
    changes: Sequence[int]
    values: Sequence[float]
    payouts: Sequence[float]


def effective_counts(stats: PoolStatistics) -> EffectiveCounts:
    """Return the effective counts at the time of the statistics.

    A click of age a counts F(a), the share of its offer's conversions that arrive within a. Without this, offers that
    convert late would look worse than they are.
    """
    clicks = [_pool_series([segment.clicks.get(n) for segment in stats.segments], stats) for n in _indexes(stats)]
    counts = [_pool_series([segment.conversions.get(n) for segment in stats.segments], stats) for n in _indexes(stats)]
    ages = bucket_ages(stats.buckets, stats.now)
    arrived = arrived_shares(clicks, [offer.delays for offer in stats.offers], arrived_by_bin(ages))
    changes = _last_changes(clicks, counts, arrived, stats)
    slow, fast = decay_weights(ages, has_changed=False), decay_weights(ages, has_changed=True)
    weights = [[0.0] * change + fast[change:] if change else slow for change in changes]
    effective = [list(map(mul, *rows)) for rows in zip(weights, arrived, strict=True)]
    missing = [[1.0 - share for share in row] for row in arrived]
    clicks_by_segment = [_weighted_clicks(segment.clicks, effective, missing) for segment in stats.segments]
    return EffectiveCounts(
        clicks=[effective_clicks for effective_clicks, _ in clicks_by_segment],
        conversions=[_weighted_conversions(segment.conversions, weights) for segment in stats.segments],
        pending_clicks=[pending_clicks for _, pending_clicks in clicks_by_segment],
        changes=changes,
        values=_values(stats, counts, slow),
        payouts=_payouts(stats, counts, slow),
    )


def _indexes(stats: PoolStatistics) -> range:
    return range(len(stats.offers))


def _pool_series(rows: Sequence[Series | None], stats: PoolStatistics) -> Series:
    """Return the sum of the rows of all segments."""
    present = [row for row in rows if row is not None]
    if len(present) == 1:
        return present[0]
    return list(map(sum, zip(*present, strict=True))) if present else [0.0] * len(stats.buckets)


def _last_changes(
    clicks: Sequence[Series], counts: Sequence[Series], arrived: Sequence[Series], stats: PoolStatistics
) -> list[int]:
    """Return the index of the first bucket after each offer's last change."""
    hours = stats.now - stats.buckets[0].start if stats.buckets else 0.0
    rows = zip(counts, clicks, arrived, strict=True)
    return [last_change_point(count, list(map(mul, row, share)), hours) for count, row, share in rows]


def _weighted_clicks(
    rows: Mapping[int, Series], effective: Sequence[Series], missing: Sequence[Series]
) -> tuple[OfferCounts, OfferCounts]:
    """Return each offer's clicks weighted by `effective`, and by `missing`."""
    clicks, pending = dict[int, float](), dict[int, float]()
    for n, row in rows.items():
        if _is_sparse(row):
            nonzero = list(filter(None, row))
            clicks[n] = _sparse_sum(nonzero, row, effective[n])
            pending[n] = _sparse_sum(nonzero, row, missing[n])
        else:
            clicks[n], pending[n] = sum(map(mul, row, effective[n])), sum(map(mul, row, missing[n]))
    return clicks, pending


def _is_sparse(row: Series) -> bool:
    """Return whether the row seems to be mostly zeros. Skipping them is then faster, and the sums are the same."""
    sample = row[::_SAMPLE_STEP]
    return 2 * sample.count(0.0) > len(sample)


def _sparse_sum(nonzero: Iterable[float], row: Series, weights: Series) -> float:
    """Return the weighted sum of the row, whose numbers other than 0 are `nonzero`."""
    return sum(map(mul, nonzero, compress(weights, row)), 0.0)


def _weighted_conversions(rows: Mapping[int, Series], weights: Sequence[Series]) -> OfferCounts:
    """Return the weighted conversions of each offer. Rows of conversions are always sparse."""
    return {n: _sparse_sum(filter(None, row), row, weights[n]) for n, row in rows.items()}


def _values(stats: PoolStatistics, counts: Sequence[Series], weights: Series) -> list[float]:
    """Return the mean value of a conversion of each offer. A change of its rate does not affect it."""
    return mean_values(
        [sum(map(mul, row, weights)) for row in counts],
        [sum(map(mul, offer.values, weights)) for offer in stats.offers],
        [sum(map(mul, offer.squares, weights)) for offer in stats.offers],
        [offer.value for offer in stats.offers],
    )


def _payouts(stats: PoolStatistics, counts: Sequence[Series], weights: Series) -> list[float]:
    """Return the mean payout of a conversion of each offer. The configured payout counts as one conversion."""
    payout_sums = [sum(map(mul, offer.payouts, weights)) for offer in stats.offers]
    conversions = [sum(map(mul, row, weights)) for row in counts]
    rows = zip(stats.offers, payout_sums, conversions, strict=True)
    return [(total + offer.payout) / (count + 1.0) for offer, total, count in rows]
