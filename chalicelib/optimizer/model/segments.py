"""Evidence of each segment, and of the fallback segments (countries and everyone) that combine them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.optimizer.model.effective_counts import EffectiveCounts, OfferCounts
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.posterior import PooledEstimate
from chalicelib.routing.segments import fallback_segments


@dataclass(frozen=True, slots=True)
class SegmentEvidence:
    """A segment or several combined: level, forecast clicks, evidence by offer, and the offers that may take clicks."""

    name: str
    level: float
    forecast_clicks: float
    clicks: OfferCounts
    conversions: OfferCounts
    pending_clicks: OfferCounts
    eligible_offers: Collection[int]


def segments_with_fallbacks(
    stats: PoolStatistics, counts: EffectiveCounts, pooled: PooledEstimate
) -> Iterator[SegmentEvidence]:
    """Yield the segments, then their fallback segments: each country, and everyone."""
    groups: dict[str, list[SegmentEvidence]] = {}
    for number, segment in enumerate(stats.segments):
        eligible = range(len(stats.offers)) if segment.eligible_offers is None else segment.eligible_offers
        live = frozenset(index for index in eligible if stats.offers[index].is_live)
        own = (counts.clicks[number], counts.conversions[number], counts.pending_clicks[number])
        evidence = SegmentEvidence(segment.name, pooled.levels[number], segment.forecast_clicks, *own, live)
        yield evidence
        for fallback in fallback_segments(segment.name)[1:]:
            groups.setdefault(fallback, []).append(evidence)
    yield from (_combine(name, members) for name, members in groups.items())


def _combine(name: str, members: Sequence[SegmentEvidence]) -> SegmentEvidence:
    """Return the members as one segment. Its level is the mean of theirs, weighted by clicks."""
    clicks = _sum([member.clicks for member in members])
    total = sum(clicks.values())
    level = sum(member.level * sum(member.clicks.values()) for member in members) / total if total else 1.0
    return SegmentEvidence(
        name,
        level,
        sum(member.forecast_clicks for member in members),
        clicks,
        _sum([member.conversions for member in members]),
        _sum([member.pending_clicks for member in members]),
        frozenset().union(*(member.eligible_offers for member in members)),
    )


def _sum(rows: Sequence[OfferCounts]) -> OfferCounts:
    totals: dict[int, float] = {}
    for row in rows:
        for index, number in row.items():
            totals[index] = totals.get(index, 0.0) + number
    return totals
