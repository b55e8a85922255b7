"""Builders of pool statistics, effective counts and estimates."""

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
"""Clicks and conversions of one segment by index of the offer, both by hour."""

US, GB = "US|mobile", "GB|desktop"


def hourly_buckets(number: int, now: float = NOW) -> list[Bucket]:
    """Return hourly buckets, the last of which ends at `now`."""
    return [Bucket(now - number + n, now - number + n + 1) for n in range(number)]


def offer_stats(index: int = 0, conversions: Series = (0.0,), value: float = 1.0, **changes: Any) -> OfferStats:
    """Return an offer `cmp_{index}` whose conversions by hour have no delay and all have this value."""
    offer = OfferStats(
        id=f"cmp_{index}",
        value=value,
        values=[count * value for count in conversions],
        squares=[count * value**2 for count in conversions],
        delays=[sum(conversions), *[0.0] * (DELAY_BINS - 1)],
        total_clicks=0.0,
    )
    return replace(offer, **changes)


def segment_stats(name: str, cells: Cells) -> SegmentStats:
    """Return a segment with ten forecast clicks."""
    clicks = {index: clicks for index, (clicks, _) in cells.items()}
    conversions = {index: conversions for index, (_, conversions) in cells.items()}
    return SegmentStats(name, 10.0, clicks, conversions)


def pool_stats(cells: Mapping[str, Cells], values: Iterable[float] = (1.0, 1.0), **changes: Any) -> PoolStatistics:
    """Return a pool with these cells by segment, whose offers have these values per conversion."""
    rows = [row for segment in cells.values() for row in segment.values()]
    number = len(rows[0][0]) if rows else 1
    offers = []
    for index, value in enumerate(list(values)):
        own = [segment[index] for segment in cells.values() if index in segment]
        converted = [sum(row[n] for _, row in own) for n in range(number)]
        offers.append(offer_stats(index, converted, value, total_clicks=float(sum(sum(row) for row, _ in own))))
    segments = [segment_stats(name, segment) for name, segment in cells.items()]
    return replace(PoolStatistics("sml_1", NOW, hourly_buckets(number), offers, segments), **changes)


def with_offer(stats: PoolStatistics, index: int, **changes: Any) -> PoolStatistics:
    """Return the pool with one offer changed."""
    offers = list(stats.offers)
    offers[index] = replace(offers[index], **changes)
    return replace(stats, offers=offers)


def with_segment(stats: PoolStatistics, index: int = 0, **changes: Any) -> PoolStatistics:
    """Return the pool with one segment changed."""
    segments = list(stats.segments)
    segments[index] = replace(segments[index], **changes)
    return replace(stats, segments=segments)


def shares_in(result: OptimizationResult, segment: str = US) -> dict[str, float]:
    """Return the shares of a segment by campaign ID."""
    return {share.offer: share.share for share in result.segments[segment]}


def compute_shares(stats: PoolStatistics, segment: str = US) -> dict[str, float]:
    """Return the computed shares of a segment by campaign ID."""
    return shares_in(compute_weights(stats), segment)


def compute_share(stats: PoolStatistics, position: int = 0, segment: str = US) -> OfferShare:
    """Return the computed share at this position of the segment."""
    return compute_weights(stats).segments[segment][position]


def effective_counts_of(
    clicks: Iterable[Mapping[int, float]],
    conversions: Iterable[Mapping[int, float]],
    values: Iterable[float] = (1.0, 1.0),
    **changes: Any,
) -> EffectiveCounts:
    """Return counts by segment, without pending clicks and without changes."""
    rows, value_list = list(clicks), list(values)
    pending = [dict.fromkeys(row, 0.0) for row in rows]
    counts = EffectiveCounts(rows, list(conversions), pending, [0] * len(value_list), value_list, value_list)
    return replace(counts, **changes)


def a_pooled_estimate(**changes: Any) -> PooledEstimate:
    """Return one offer with 10 conversions of 1,000 clicks, whose prior is worth 2 conversions of 200 clicks."""
    estimate = PooledEstimate(Prior(2.0, 1.0, [0.01]), [10.0], [1000.0], [1.0], 0.01)
    return replace(estimate, **changes)
