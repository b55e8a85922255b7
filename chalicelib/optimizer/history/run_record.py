"""Record of one optimization run, and its codec in the history."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.model.weights import OfferShare, Reason

FORMAT = 1
"""The format that is written. Records without a number are of the first release, which has this shape."""

_OFFER_TEMPLATE = '[%d,%.6g,%.4g,%.4g,%.4g,%.4g,%.4g,%.4g,"%s"]'
"""An offer: index in `offers`, share, value, low, high, payout, effective clicks, pending conversions, reason."""


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """One segment: its clicks, the clicks expected until the next run, and the shares of its offers."""

    name: str
    clicks: float
    forecast_clicks: float
    offers: tuple[OfferShare, ...]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `value_exponent` and `heterogeneity` are those of `OptimizationResult`.

    `changes` holds, by campaign ID, the hour (since 1970) of the last change of an offer's conversion rate.
    """

    goal: OptimizationGoal
    clicks: float
    conversions: float
    took_ms: int
    value_exponent: float
    heterogeneity: float
    changes: Mapping[str, float]
    segments: tuple[SegmentRecord, ...]


def encode(record: RunRecord) -> bytes:
    """Encode the record as JSON compressed by zlib. Shares have 6 digits, like weights; other figures have 4.

    Raise ValueError for a number that is not finite.
    """
    offer_ids = {share.offer for segment in record.segments for share in segment.offers}
    indexes = {offer_id: index for index, offer_id in enumerate(sorted(offer_ids))}
    document = {
        "format": FORMAT,
        "goal": record.goal,
        "clicks": record.clicks,
        "conversions": record.conversions,
        "took_ms": record.took_ms,
        "likeness": _rounded(record.value_exponent),
        "spread": _rounded(record.heterogeneity),
        "changes": dict(record.changes),
        "offers": list(indexes),
    }
    head = json.dumps(document, separators=(",", ":"), allow_nan=False)
    rows = ",".join(_encode_segment(segment, indexes) for segment in record.segments)
    return zlib.compress(f'{head[:-1]},"segments":[{rows}]}}'.encode())


def _encode_segment(segment: SegmentRecord, indexes: Mapping[str, int]) -> str:
    """Encode the segment as JSON, by one format per offer: a run has thousands of numbers."""
    for share in segment.offers:
        _require_finite(share)
    offers = ",".join([_OFFER_TEMPLATE % (indexes[share.offer], *share[1:]) for share in segment.offers])
    head = json.dumps([segment.name, segment.clicks, _rounded(segment.forecast_clicks)], separators=(",", ":"))
    return f"{head[:-1]},[{offers}]]"


def _require_finite(share: OfferShare) -> None:
    if not isfinite(sum(share[1:-1])):
        message = f"Figures must be finite, not {share}."
        raise ValueError(message)


def _rounded(number: float) -> float:
    return float(f"{number:.6g}")


def decode(stored: bytes) -> RunRecord:
    """Decode a record that `encode` returned."""
    document = json.loads(zlib.decompress(stored))
    return RunRecord(
        goal=OptimizationGoal(document["goal"]),
        clicks=document["clicks"],
        conversions=document["conversions"],
        took_ms=document["took_ms"],
        value_exponent=document["likeness"],
        heterogeneity=document["spread"],
        changes=document["changes"],
        segments=tuple(_decode_segments(document["segments"], document["offers"])),
    )


def _decode_segments(rows: Sequence[Any], offer_ids: Sequence[str]) -> Iterator[SegmentRecord]:
    for name, clicks, forecast_clicks, offers in rows:
        yield SegmentRecord(name, clicks, forecast_clicks, tuple(_decode_share(row, offer_ids) for row in offers))


def _decode_share(row: Sequence[Any], offer_ids: Sequence[str]) -> OfferShare:
    index, share, value, low, high, payout, effective_clicks, pending_conversions, reason = row
    return OfferShare(
        offer_ids[index], share, value, low, high, payout, effective_clicks, pending_conversions, Reason(reason)
    )
