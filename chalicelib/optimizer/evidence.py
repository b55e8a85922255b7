"""What speaks for each offer in each segment: clicks as far as they could have converted by now, and conversions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul

from chalicelib.optimizer.delays import ages, arrivals, arrived_shares
from chalicelib.optimizer.drift import forgetting, last_change
from chalicelib.optimizer.stats import Series, Stats
from chalicelib.optimizer.values import values

Cells = Mapping[int, float]
"""Numbers of one segment by the offer's place; who had no click there is left out."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """By segment and offer: effective clicks, conversions, and the clicks whose conversions are still to come.

    All are weighted: what is old counts less, what was before an offer's last change not at all. `changes` are the
    places of the buckets after it, `values` and `payouts` the offers' means per conversion.
    """

    clicks: Sequence[Cells]
    conversions: Sequence[Cells]
    waiting: Sequence[Cells]
    changes: Sequence[int]
    values: Sequence[float]
    payouts: Sequence[float]


def evidence(stats: Stats) -> Evidence:
    """The evidence at the moment of the stats.

    A click of age a counts F(a), the share of its offer's conversions that has come by then: without it, offers that
    convert late would look worse than they are.
    """
    clicks = [_by_bucket([segment.clicks.get(place) for segment in stats.segments], stats) for place in _places(stats)]
    counts = [_by_bucket([each.conversions.get(place) for each in stats.segments], stats) for place in _places(stats)]
    old = ages(stats.buckets, stats.now)
    arrived = arrived_shares(clicks, [offer.delays for offer in stats.offers], arrivals(old))
    changes = _changes(clicks, counts, arrived, stats)
    slow, quick = forgetting(old, restless=False), forgetting(old, restless=True)
    weights = [[0.0] * change + quick[change:] if change else slow for change in changes]
    effective = [list(map(mul, *each)) for each in zip(weights, arrived, strict=True)]
    coming = [[1.0 - share for share in row] for row in arrived]
    return Evidence(
        clicks=[_weighed(segment.clicks, effective) for segment in stats.segments],
        conversions=[_weighed(segment.conversions, weights) for segment in stats.segments],
        waiting=[_weighed(segment.clicks, coming) for segment in stats.segments],
        changes=changes,
        values=_values(stats, counts, slow),
        payouts=_payouts(stats, counts, slow),
    )


def _places(stats: Stats) -> range:
    return range(len(stats.offers))


def _by_bucket(rows: Sequence[Series | None], stats: Stats) -> Series:
    """The rows of all segments together."""
    known = [row for row in rows if row is not None]
    if len(known) == 1:
        return known[0]
    return [sum(column) for column in zip(*known, strict=True)] if known else [0.0] * len(stats.buckets)


def _changes(clicks: Sequence[Series], counts: Sequence[Series], arrived: Sequence[Series], stats: Stats) -> list[int]:
    """The place of the first bucket after each offer's last change."""
    hours = stats.now - stats.buckets[0].start if stats.buckets else 0.0
    rows = zip(counts, clicks, arrived, strict=True)
    return [last_change(count, list(map(mul, row, share)), hours) for count, row, share in rows]


def _weighed(rows: Mapping[int, Series], weights: Sequence[Series]) -> Cells:
    return {place: sum(map(mul, row, weights[place])) for place, row in rows.items()}


def _values(stats: Stats, counts: Sequence[Series], weights: Series) -> list[float]:
    """What a conversion of each offer is worth; a change of its rate says nothing about that."""
    return values(
        [sum(map(mul, row, weights)) for row in counts],
        [sum(map(mul, offer.values, weights)) for offer in stats.offers],
        [sum(map(mul, offer.squares, weights)) for offer in stats.offers],
        [offer.value for offer in stats.offers],
    )


def _payouts(stats: Stats, counts: Sequence[Series], weights: Series) -> list[float]:
    """What a conversion of each offer pays the publisher in the mean, with the configured payout as one of them."""
    paid = [sum(map(mul, offer.payouts, weights)) for offer in stats.offers]
    had = [sum(map(mul, row, weights)) for row in counts]
    rows = zip(stats.offers, paid, had, strict=True)
    return [(total + offer.payout) / (count + 1.0) for offer, total, count in rows]
