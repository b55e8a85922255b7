"""Rejects impossible counters before weights are computed from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import isfinite

from chalicelib.optimizer.model.pool_statistics import DELAY_BINS, OfferStats, PoolStatistics, SegmentStats, Series

_MAX_COMPLAINTS = 10


class InvalidCounters(ValueError):  # noqa: N818 - a fact about the counters
    """A pool's counters are negative, not finite or inconsistent. The message names the pool."""


def validate(stats: PoolStatistics) -> None:
    """Raise `InvalidCounters`, with the first ten complaints, if the counters are impossible."""
    complaints = list(islice(_complaints(stats), _MAX_COMPLAINTS))
    if complaints:
        message = f"The counters of {stats.pool} are invalid: {'; '.join(complaints)}"
        raise InvalidCounters(message)


def _complaints(stats: PoolStatistics) -> Iterator[str]:
    yield from _check_numbers("untouched clicks", [stats.untouched_clicks])
    if not isfinite(stats.now):
        yield f"the time is {stats.now}"
    for offer in stats.offers:
        yield from _check_offer(offer, len(stats.buckets))
    for segment in stats.segments:
        yield from _check_segment(segment, stats)


def _check_offer(offer: OfferStats, buckets: int) -> Iterator[str]:
    """Yield complaints about the offer. Values may be negative, as profits; their squares may not."""
    name = f"offer {offer.id}"
    if not isfinite(offer.value or 0.0) or not isfinite(offer.payout):
        yield f"{name} has the configured value {offer.value} and payout {offer.payout}"
    if not all(map(isfinite, offer.values)):
        yield f"{name} has values that are not finite"
    yield from _check_numbers(f"squares of {name}", offer.squares)
    yield from _check_numbers(f"payouts of {name}", offer.payouts)
    yield from _check_numbers(f"delays of {name}", offer.delays)
    yield from _check_numbers(f"total clicks of {name}", [offer.total_clicks])
    lengths = {len(offer.values), len(offer.squares), len(offer.payouts) or buckets}
    if lengths != {buckets} or len(offer.delays) != DELAY_BINS:
        yield f"{name} does not have {buckets} buckets and {DELAY_BINS} delay bins"


def _check_segment(segment: SegmentStats, stats: PoolStatistics) -> Iterator[str]:
    yield from _check_numbers(f"forecast clicks of {segment.name}", [segment.forecast_clicks])
    for metric, rows in (("clicks", segment.clicks), ("conversions", segment.conversions)):
        if not _are_counts(rows, stats):
            yield from _check_rows(metric, segment.name, rows, stats)


def _are_counts(rows: Mapping[int, Series], stats: PoolStatistics) -> bool:
    """Return whether all rows are valid. One check for all is fast: there are thousands, and they are rarely wrong."""
    lengths = set(map(len, rows.values()))
    if lengths - {len(stats.buckets)} or not rows.keys() <= set(range(len(stats.offers))):
        return False
    return isfinite(sum(map(sum, rows.values()))) and min(map(min, filter(None, rows.values())), default=0.0) >= 0


def _check_rows(metric: str, segment: str, rows: Mapping[int, Series], stats: PoolStatistics) -> Iterator[str]:
    for index, row in rows.items():
        if not 0 <= index < len(stats.offers) or len(row) != len(stats.buckets):
            yield f"{metric} of {segment} at index {index} do not match the offers and buckets"
        else:
            yield from _check_numbers(f"{metric} of {segment}, offer {stats.offers[index].id}", row)


def _check_numbers(name: str, numbers: Sequence[float]) -> Iterable[str]:
    """Return a complaint if a number, or their sum, is infinite, not a number, or negative."""
    total = sum(numbers)
    if isfinite(total) and (not numbers or min(numbers) >= 0):
        return []
    wrong = next((number for number in numbers if not isfinite(number) or number < 0), total)
    return [f"{name}: {wrong}"]
