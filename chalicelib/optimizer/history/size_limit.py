"""What was learned → what is published and kept of it, no larger than its tables take."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.history import run_record
from chalicelib.optimizer.history.run_record import RunRecord, SegmentFigures
from chalicelib.optimizer.model.pool_statistics import PoolStatistics, SegmentStats, is_residual_segment
from chalicelib.optimizer.model.weights import OptimizationResult
from chalicelib.routing import weights_codec
from chalicelib.routing.segments import EVERYONE, fallback_segments
from chalicelib.routing.weights_codec import MAX_WEIGHTS_BYTES

MAX_RUN_BYTES = 320_000
"""With the weights and all else a row of the history stays under 380 KB; DynamoDB takes 400."""


@dataclass(frozen=True, slots=True)
class EncodedRun:
    """The weights to publish, packed, and the figures behind them, packed."""

    weights: bytes
    run: bytes

    @property
    def fits(self) -> bool:
        """Whether the tables take both."""
        return len(self.weights) <= MAX_WEIGHTS_BYTES and len(self.run) <= MAX_RUN_BYTES


def fit_to_item_size(found: RunRecord) -> EncodedRun:
    """Both packed, without as many segments of the fewest clicks as do not fit: they back off to wider ones."""
    ranked = sorted(found.segments, key=lambda each: (-each.clicks, each.name.count("|"), each.name))

    def first(size: int) -> EncodedRun:
        return _packed(replace(found, segments=tuple(ranked[:size])))

    whole = first(len(ranked))
    if whole.fits:
        return whole
    too_many = bisect_left(range(len(ranked)), x=True, key=lambda size: not first(size).fits)
    return first(max(0, too_many - 1))


def _packed(found: RunRecord) -> EncodedRun:
    return EncodedRun(_weights(found.segments), run_record.packed(found))


def _weights(segments: Sequence[SegmentFigures]) -> bytes:
    return weights_codec.packed(
        {segment.name: {each.offer: each.share for each in segment.offers} for segment in segments}
    )


def build_run_record(
    learned: OptimizationResult, stats: PoolStatistics, goal: OptimizationGoal, took_ms: int
) -> RunRecord:
    """The figures of a run that learned this from these; segments that no visitor can be in are left out."""
    counted = _counted(stats.segments)
    everyone = counted.get(EVERYONE, (0.0, 0.0))
    rows = ((name, shares) for name, shares in learned.segments.items() if shares and not is_residual_segment(name))
    return RunRecord(
        goal=goal,
        clicks=everyone[0],
        conversions=sum(sum(series) for each in stats.segments for series in each.conversions.values()),
        took_ms=took_ms,
        likeness=learned.likeness,
        spread=learned.spread,
        changes=learned.changes,
        segments=tuple(SegmentFigures(name, *counted.get(name, (0.0, 0.0)), tuple(shares)) for name, shares in rows),
    )


def _counted(segments: Iterable[SegmentStats]) -> dict[str, tuple[float, float]]:
    """The clicks and the expected ones of each segment and of the wider ones that it backs off to."""
    found: dict[str, tuple[float, float]] = {}
    for each in segments:
        clicks = sum(map(sum, each.clicks.values()))
        for name in fallback_segments(each.name):
            before = found.get(name, (0.0, 0.0))
            found[name] = (before[0] + clicks, before[1] + each.forecast_clicks)
    return found
