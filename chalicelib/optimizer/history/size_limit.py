"""Builds the record of a run and fits its encoded form into DynamoDB items."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.history import run_record
from chalicelib.optimizer.history.run_record import RunRecord, SegmentRecord
from chalicelib.optimizer.model.pool_statistics import PoolStatistics, SegmentStats, is_residual_segment
from chalicelib.optimizer.model.weights import OptimizationResult
from chalicelib.routing import weights_codec
from chalicelib.routing.segments import EVERYONE, fallback_segments
from chalicelib.routing.weights_codec import MAX_WEIGHTS_BYTES

MAX_RUN_BYTES = 320_000
"""With the weights and all other attributes, a history item stays below 380 KB. DynamoDB's limit is 400 KB."""


@dataclass(frozen=True, slots=True)
class EncodedRun:
    """The encoded weights to publish, and the encoded record of their run."""

    weights: bytes
    run: bytes

    @property
    def fits(self) -> bool:
        """Whether both are within their size limits."""
        return len(self.weights) <= MAX_WEIGHTS_BYTES and len(self.run) <= MAX_RUN_BYTES


def fit_to_item_size(record: RunRecord) -> EncodedRun:
    """Encode the run. Leave out the segments with the fewest clicks, which back off to wider ones, until it fits."""
    ranked = sorted(record.segments, key=lambda segment: (-segment.clicks, segment.name.count("|"), segment.name))

    def encode_first(count: int) -> EncodedRun:
        return _encode(replace(record, segments=tuple(ranked[:count])))

    whole = encode_first(len(ranked))
    if whole.fits:
        return whole
    too_many = bisect_left(range(len(ranked)), x=True, key=lambda count: not encode_first(count).fits)
    return encode_first(max(0, too_many - 1))


def _encode(record: RunRecord) -> EncodedRun:
    return EncodedRun(_encode_weights(record.segments), run_record.encode(record))


def _encode_weights(segments: Sequence[SegmentRecord]) -> bytes:
    return weights_codec.encode(
        {segment.name: {share.offer: share.share for share in segment.offers} for segment in segments}
    )


def build_run_record(
    result: OptimizationResult, stats: PoolStatistics, goal: OptimizationGoal, took_ms: int
) -> RunRecord:
    """Return the record of a run with these statistics and this result, without residual segments."""
    click_totals = _clicks_by_segment(stats.segments)
    everyone = click_totals.get(EVERYONE, (0.0, 0.0))
    rows = ((name, shares) for name, shares in result.segments.items() if shares and not is_residual_segment(name))
    return RunRecord(
        goal=goal,
        clicks=everyone[0],
        conversions=sum(sum(series) for segment in stats.segments for series in segment.conversions.values()),
        took_ms=took_ms,
        value_exponent=result.value_exponent,
        heterogeneity=result.heterogeneity,
        changes=result.changes,
        segments=tuple(
            SegmentRecord(name, *click_totals.get(name, (0.0, 0.0)), tuple(shares)) for name, shares in rows
        ),
    )


def _clicks_by_segment(segments: Iterable[SegmentStats]) -> dict[str, tuple[float, float]]:
    """Return the clicks and the forecast clicks of each segment and of its fallback segments."""
    totals: dict[str, tuple[float, float]] = {}
    for segment in segments:
        clicks = sum(map(sum, segment.clicks.values()))
        for name in fallback_segments(segment.name):
            clicks_before, forecast_before = totals.get(name, (0.0, 0.0))
            totals[name] = (clicks_before + clicks, forecast_before + segment.forecast_clicks)
    return totals
