"""Those whom weights are made for: each segment, and the wider ones that it backs off to."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.optimizer.model.effective_counts import BucketCells, EffectiveCounts
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.posterior import PooledEstimate
from chalicelib.routing.segments import fallback_segments


@dataclass(frozen=True, slots=True)
class SegmentEvidence:
    """A segment, or several together: level, clicks to expect until the next run, evidence, and who may take them."""

    name: str
    level: float
    expected: float
    clicks: BucketCells
    conversions: BucketCells
    waiting: BucketCells
    open: Collection[int]


def segments_with_fallbacks(
    stats: PoolStatistics, found: EffectiveCounts, known: PooledEstimate
) -> Iterator[SegmentEvidence]:
    """The segments, then what they back off to: each country, and everyone."""
    groups: dict[str, list[SegmentEvidence]] = {}
    for place, segment in enumerate(stats.segments):
        taken = range(len(stats.offers)) if segment.eligible_offers is None else segment.eligible_offers
        live = frozenset(each for each in taken if stats.offers[each].live)
        cells = (found.clicks[place], found.conversions[place], found.waiting[place])
        one = SegmentEvidence(segment.name, known.levels[place], segment.forecast_clicks, *cells, live)
        yield one
        for wider in fallback_segments(segment.name)[1:]:
            groups.setdefault(wider, []).append(one)
    yield from (_together(name, members) for name, members in groups.items())


def _together(name: str, members: Sequence[SegmentEvidence]) -> SegmentEvidence:
    """The audience of them all; its level is the mean of theirs by clicks."""
    clicks = _sum([each.clicks for each in members])
    seen = sum(clicks.values())
    level = sum(each.level * sum(each.clicks.values()) for each in members) / seen if seen else 1.0
    return SegmentEvidence(
        name,
        level,
        sum(each.expected for each in members),
        clicks,
        _sum([each.conversions for each in members]),
        _sum([each.waiting for each in members]),
        frozenset().union(*(each.open for each in members)),
    )


def _sum(rows: Sequence[BucketCells]) -> BucketCells:
    found: dict[int, float] = {}
    for row in rows:
        for place, number in row.items():
            found[place] = found.get(place, 0.0) + number
    return found
