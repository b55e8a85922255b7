"""Counters that cannot be true are refused before anything is learned from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import isfinite

from chalicelib.optimizer.model.pool_statistics import DELAY_BINS, OfferStats, PoolStatistics, SegmentStats, Series

_SHOWN = 10


class InvalidCounters(ValueError):  # noqa: N818 - a fact about the counters
    """A pool's counters are not finite numbers of 0 or more, or do not fit together; the message names the pool."""


def validate(stats: PoolStatistics) -> None:
    """Raises `BrokenCounters`, with every complaint (the first ten), for what cannot have been counted."""
    complaints = list(islice(_complaints(stats), _SHOWN))
    if complaints:
        message = f"the counters of {stats.pool} are broken: {'; '.join(complaints)}"
        raise InvalidCounters(message)


def _complaints(stats: PoolStatistics) -> Iterator[str]:
    yield from _of_numbers("untouched clicks", [stats.untouched])
    if not isfinite(stats.now):
        yield f"the time is {stats.now}"
    for offer in stats.offers:
        yield from _of_offer(offer, len(stats.buckets))
    for segment in stats.segments:
        yield from _of_segment(segment, stats)


def _of_offer(offer: OfferStats, buckets: int) -> Iterator[str]:
    """Values may be below 0, as a profit is; their squares may not."""
    name = f"offer {offer.id}"
    if not isfinite(offer.value) or not isfinite(offer.payout):
        yield f"{name} is configured with {offer.value} and {offer.payout} per conversion"
    if not all(map(isfinite, offer.values)):
        yield f"{name} has values that are no numbers"
    yield from _of_numbers(f"squares of {name}", offer.squares)
    yield from _of_numbers(f"payouts of {name}", offer.payouts)
    yield from _of_numbers(f"delays of {name}", offer.delays)
    yield from _of_numbers(f"clicks seen of {name}", [offer.seen])
    lengths = {len(offer.values), len(offer.squares), len(offer.payouts) or buckets}
    if lengths != {buckets} or len(offer.delays) != DELAY_BINS:
        yield f"{name} does not have {buckets} buckets and {DELAY_BINS} delays"


def _of_segment(segment: SegmentStats, stats: PoolStatistics) -> Iterator[str]:
    yield from _of_numbers(f"clicks to expect of {segment.name}", [segment.forecast_clicks])
    for what, rows in (("clicks", segment.clicks), ("conversions", segment.conversions)):
        if not _are_counts(rows, stats):
            yield from _of_rows(what, segment.name, rows, stats)


def _are_counts(rows: Mapping[int, Series], stats: PoolStatistics) -> bool:
    """Whether all is well, at one go: there are thousands of rows, and hardly ever anything wrong."""
    lengths = set(map(len, rows.values()))
    if lengths - {len(stats.buckets)} or not rows.keys() <= set(range(len(stats.offers))):
        return False
    return isfinite(sum(map(sum, rows.values()))) and min(map(min, filter(None, rows.values())), default=0.0) >= 0


def _of_rows(what: str, segment: str, rows: Mapping[int, Series], stats: PoolStatistics) -> Iterator[str]:
    for place, row in rows.items():
        if not 0 <= place < len(stats.offers) or len(row) != len(stats.buckets):
            yield f"{what} of {segment} at place {place} belong to no offer and buckets"
        else:
            yield from _of_numbers(f"{what} of {segment}, offer {stats.offers[place].id}", row)


def _of_numbers(what: str, numbers: Sequence[float]) -> Iterable[str]:
    """A complaint where one of them, or their sum, is infinite, not a number, or below 0."""
    total = sum(numbers)
    if isfinite(total) and (not numbers or min(numbers) >= 0):
        return []
    wrong = next((number for number in numbers if not isfinite(number) or number < 0), total)
    return [f"{what}: {wrong}"]
