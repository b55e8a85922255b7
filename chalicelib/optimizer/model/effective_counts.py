"""What speaks for each offer in each segment: clicks as far as they could have converted by now, and conversions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import mul

from chalicelib.optimizer.model.change_point import decay_weights, last_change_point
from chalicelib.optimizer.model.conversion_delay import ages, arrivals, arrived_shares
from chalicelib.optimizer.model.conversion_value import values
from chalicelib.optimizer.model.pool_statistics import PoolStatistics, Series

BucketCells = Mapping[int, float]
"""Numbers of one segment by the offer's place; who had no click there is left out."""


_SAMPLED = 8
"""One bucket in so many is looked at to tell whether a row is mostly zeros."""


@dataclass(frozen=True, slots=True)
class EffectiveCounts:
    """By segment and offer: effective clicks, conversions, and the clicks whose conversions are still to come.

    All are weighted: what is old counts less, what was before an offer's last change not at all. `changes` are the
    places of the buckets after it, `values` and `payouts` the offers' means per conversion.
    """

    clicks: Sequence[BucketCells]
    conversions: Sequence[BucketCells]
    waiting: Sequence[BucketCells]
    changes: Sequence[int]
    values: Sequence[float]
    payouts: Sequence[float]


def effective_counts(stats: PoolStatistics) -> EffectiveCounts:
    """The evidence at the moment of the stats.

    A click of age a counts F(a), the share of its offer's conversions that has come by then: without it, offers that
    convert late would look worse than they are.
    """
    clicks = [_by_bucket([segment.clicks.get(place) for segment in stats.segments], stats) for place in _places(stats)]
    counts = [_by_bucket([each.conversions.get(place) for each in stats.segments], stats) for place in _places(stats)]
    old = ages(stats.buckets, stats.now)
    arrived = arrived_shares(clicks, [offer.delays for offer in stats.offers], arrivals(old))
    changes = _changes(clicks, counts, arrived, stats)
    slow, quick = decay_weights(old, restless=False), decay_weights(old, restless=True)
    weights = [[0.0] * change + quick[change:] if change else slow for change in changes]
    effective = [list(map(mul, *each)) for each in zip(weights, arrived, strict=True)]
    coming = [[1.0 - share for share in row] for row in arrived]
    seen = [_seen(segment.clicks, effective, coming) for segment in stats.segments]
    return EffectiveCounts(
        clicks=[cells for cells, _ in seen],
        conversions=[_converted(segment.conversions, weights) for segment in stats.segments],
        waiting=[cells for _, cells in seen],
        changes=changes,
        values=_values(stats, counts, slow),
        payouts=_payouts(stats, counts, slow),
    )


def _places(stats: PoolStatistics) -> range:
    return range(len(stats.offers))


def _by_bucket(rows: Sequence[Series | None], stats: PoolStatistics) -> Series:
    """The rows of all segments together."""
    known = [row for row in rows if row is not None]
    if len(known) == 1:
        return known[0]
    return list(map(sum, zip(*known, strict=True))) if known else [0.0] * len(stats.buckets)


def _changes(
    clicks: Sequence[Series], counts: Sequence[Series], arrived: Sequence[Series], stats: PoolStatistics
) -> list[int]:
    """The place of the first bucket after each offer's last change."""
    hours = stats.now - stats.buckets[0].start if stats.buckets else 0.0
    rows = zip(counts, clicks, arrived, strict=True)
    return [last_change_point(count, list(map(mul, row, share)), hours) for count, row, share in rows]


def _seen(
    rows: Mapping[int, Series], one: Sequence[Series], other: Sequence[Series]
) -> tuple[BucketCells, BucketCells]:
    """The clicks of each place by the one weights, and by the other."""
    ones, others = dict[int, float](), dict[int, float]()
    for place, row in rows.items():
        if _is_sparse(row):
            few = list(filter(None, row))
            ones[place], others[place] = _of_few(few, row, one[place]), _of_few(few, row, other[place])
        else:
            ones[place], others[place] = sum(map(mul, row, one[place])), sum(map(mul, row, other[place]))
    return ones, others


def _is_sparse(row: Series) -> bool:
    """Whether the row seems to be mostly zeros, so that to leave them out is quicker; the sums are the same."""
    sample = row[::_SAMPLED]
    return 2 * sample.count(0.0) > len(sample)


def _of_few(few: Iterable[float], row: Series, weights: Series) -> float:
    """The sum of the row's numbers times their weights, from `few`, those of them that are not 0."""
    return sum(map(mul, few, compress(weights, row)), 0.0)


def _converted(rows: Mapping[int, Series], weights: Sequence[Series]) -> BucketCells:
    """The conversions of each place by the weights: they are few, whatever the clicks are."""
    return {place: _of_few(filter(None, row), row, weights[place]) for place, row in rows.items()}


def _values(stats: PoolStatistics, counts: Sequence[Series], weights: Series) -> list[float]:
    """What a conversion of each offer is worth; a change of its rate says nothing about that."""
    return values(
        [sum(map(mul, row, weights)) for row in counts],
        [sum(map(mul, offer.values, weights)) for offer in stats.offers],
        [sum(map(mul, offer.squares, weights)) for offer in stats.offers],
        [offer.value for offer in stats.offers],
    )


def _payouts(stats: PoolStatistics, counts: Sequence[Series], weights: Series) -> list[float]:
    """What a conversion of each offer pays the publisher in the mean, with the configured payout as one of them."""
    paid = [sum(map(mul, offer.payouts, weights)) for offer in stats.offers]
    had = [sum(map(mul, row, weights)) for row in counts]
    rows = zip(stats.offers, paid, had, strict=True)
    return [(total + offer.payout) / (count + 1.0) for offer, total, count in rows]
