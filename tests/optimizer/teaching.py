"""Pools to be learned of, in numbers: no tables."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.optimizer.model.effective_counts import EffectiveCounts
from chalicelib.optimizer.model.pool_statistics import (
    DELAY_BINS,
    Bucket,
    OfferStats,
    PoolStatistics,
    SegmentStats,
    Series,
)
from chalicelib.optimizer.model.posterior import PooledEstimate, Prior
from chalicelib.optimizer.model.weights import OfferShare, OptimizationResult, compute_weights

NOW = 500_000.0

Cells = Mapping[int, tuple[Series, Series]]
"""Clicks and conversions of one segment by the offer's place, both by hour."""

US, GB = "US|mobile", "GB|desktop"


def hours(number: int, now: float = NOW) -> list[Bucket]:
    """So many whole hours, the last of which ends at `now`."""
    return [Bucket(now - number + n, now - number + n + 1) for n in range(number)]


def offer_stats(place: int = 0, conversions: Series = (0.0,), value: float = 1.0, **changes: Any) -> OfferStats:
    """An offer `cmp_{place}` whose conversions by hour all came at once and all had that value."""
    found = OfferStats(
        id=f"cmp_{place}",
        value=value,
        values=[count * value for count in conversions],
        squares=[count * value**2 for count in conversions],
        delays=[sum(conversions), *[0.0] * (DELAY_BINS - 1)],
        seen=0.0,
    )
    return replace(found, **changes)


def segment_stats(name: str, cells: Cells) -> SegmentStats:
    """A segment in which ten clicks are expected until the next run."""
    clicks = {place: clicks for place, (clicks, _) in cells.items()}
    conversions = {place: conversions for place, (_, conversions) in cells.items()}
    return SegmentStats(name, 10.0, clicks, conversions)


def pool_stats(cells: Mapping[str, Cells], values: Iterable[float] = (1.0, 1.0), **changes: Any) -> PoolStatistics:
    """A pool with these cells by segment, whose offers have these values per conversion."""
    known = list(values)
    rows = [row for each in cells.values() for row in each.values()]
    number = len(rows[0][0]) if rows else 1
    offers = []
    for place, value in enumerate(known):
        own = [each[place] for each in cells.values() if place in each]
        converted = [sum(row[n] for _, row in own) for n in range(number)]
        offers.append(offer_stats(place, converted, value, seen=float(sum(sum(row) for row, _ in own))))
    segments = [segment_stats(name, each) for name, each in cells.items()]
    return replace(PoolStatistics("sml_1", NOW, hours(number), offers, segments), **changes)


def with_offer(stats: PoolStatistics, place: int, **changes: Any) -> PoolStatistics:
    """The pool with one offer changed."""
    offers = list(stats.offers)
    offers[place] = replace(offers[place], **changes)
    return replace(stats, offers=offers)


def with_segment(stats: PoolStatistics, place: int = 0, **changes: Any) -> PoolStatistics:
    """The pool with one segment changed."""
    segments = list(stats.segments)
    segments[place] = replace(segments[place], **changes)
    return replace(stats, segments=segments)


def weights(found: OptimizationResult, segment: str = US) -> dict[str, float]:
    """The shares of a segment by the offer's ID."""
    return {each.offer: each.share for each in found.segments[segment]}


def shares_of(stats: PoolStatistics, segment: str = US) -> dict[str, float]:
    """The shares that are learned for a segment, by the offer's ID."""
    return weights(compute_weights(stats), segment)


def share_of(stats: PoolStatistics, place: int = 0, segment: str = US) -> OfferShare:
    """What is learned of the offer at that place in the tuple of the segment."""
    return compute_weights(stats).segments[segment][place]


def known_of(
    clicks: Iterable[Mapping[int, float]],
    conversions: Iterable[Mapping[int, float]],
    values: Iterable[float] = (1.0, 1.0),
    **changes: Any,
) -> EffectiveCounts:
    """Evidence by segment: nothing is waiting, nothing has changed."""
    rows, known = list(clicks), list(values)
    nothing = [dict.fromkeys(row, 0.0) for row in rows]
    found = EffectiveCounts(rows, list(conversions), nothing, [0] * len(known), known, known)
    return replace(found, **changes)


def pooled_of(**changes: Any) -> PooledEstimate:
    """One offer with 10 conversions of 1,000 clicks, whose prior is worth 2 conversions of 200 clicks."""
    found = PooledEstimate(Prior(2.0, 1.0, [0.01]), [10.0], [1000.0], [1.0], 0.01)
    return replace(found, **changes)
