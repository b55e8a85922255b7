"""The figures of one run of learning, and how the history stores them."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.model.weights import OfferShare, Reason

_FORMAT = '[%d,%.6g,%.4g,%.4g,%.4g,%.4g,%.4g,%.4g,"%s"]'
"""An offer: its place among all, share, value, low, high, payout, effective clicks, conversions to come, reason."""


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """One segment: the clicks it had and those expected until the next run, and its offers."""

    name: str
    clicks: float
    expected: float
    offers: tuple[OfferShare, ...]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `likeness` tells how far offers have money per click in common, `spread` how much segments differ.

    `changes` tells by offer since when (hours since 1970) its rate is another one.
    """

    goal: OptimizationGoal
    clicks: float
    conversions: float
    took_ms: int
    likeness: float
    spread: float
    changes: Mapping[str, float]
    segments: tuple[SegmentFigures, ...]


def packed(figures: RunRecord) -> bytes:
    """What is stored of the figures: JSON, zlib. Shares are rounded as weights are, other numbers to 4 digits.

    `ValueError` where a number is infinite or none.
    """
    places = {name: n for n, name in enumerate(sorted({each.offer for row in figures.segments for each in row.offers}))}
    document = {
        "goal": figures.goal,
        "clicks": figures.clicks,
        "conversions": figures.conversions,
        "took_ms": figures.took_ms,
        "likeness": _rounded(figures.likeness),
        "spread": _rounded(figures.spread),
        "changes": dict(figures.changes),
        "offers": list(places),
    }
    head = json.dumps(document, separators=(",", ":"), allow_nan=False)
    rows = ",".join(_row(each, places) for each in figures.segments)
    return zlib.compress(f'{head[:-1]},"segments":[{rows}]}}'.encode())


def _row(segment: SegmentFigures, places: Mapping[str, int]) -> str:
    """The segment as JSON, written at once: there are thousands of numbers."""
    for each in segment.offers:
        _check(each)
    offers = ",".join([_FORMAT % (places[each.offer], *each[1:]) for each in segment.offers])
    head = json.dumps([segment.name, segment.clicks, _rounded(segment.expected)], separators=(",", ":"))
    return f"{head[:-1]},[{offers}]]"


def _check(of: OfferShare) -> None:
    if not isfinite(sum(of[1:-1])):
        message = f"figures must be finite, not {of}"
        raise ValueError(message)


def _rounded(number: float) -> float:
    return float(f"{number:.6g}")


def unpacked(stored: bytes) -> RunRecord:
    """The figures of what `packed` stored."""
    document = json.loads(zlib.decompress(stored))
    return RunRecord(
        goal=OptimizationGoal(document["goal"]),
        clicks=document["clicks"],
        conversions=document["conversions"],
        took_ms=document["took_ms"],
        likeness=document["likeness"],
        spread=document["spread"],
        changes=document["changes"],
        segments=tuple(_segments(document["segments"], document["offers"])),
    )


def _segments(rows: Sequence[Any], names: Sequence[str]) -> Iterator[SegmentFigures]:
    for name, clicks, expected, offers in rows:
        yield SegmentFigures(name, clicks, expected, tuple(_share(row, names) for row in offers))


def _share(row: Sequence[Any], names: Sequence[str]) -> OfferShare:
    place, share, value, low, high, payout, effective, pending, reason = row
    return OfferShare(names[place], share, value, low, high, payout, effective, pending, Reason(reason))
