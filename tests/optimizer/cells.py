"""Builders of learning cells and encoded blocks."""

from typing import Any

from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.counters.learning_cells import COUNTS, LAYOUT, LearningCell, LearningCells

HOUR = 498_684
"""Noon on 21 November 2026, in hours since 1970."""


def clicks(number: int, **dimensions: Any) -> LearningCells:
    """Return clicks in the hour from noon, by default of US mobile visitors on cmp_1."""
    return {_cell(dimensions): [number, *[0] * (len(COUNTS) - 1)]}


def conversions(number: int, payout: int = 1_500_000, revenue: int = 2_000_000, **dimensions: Any) -> LearningCells:
    """Return conversions of such clicks within five minutes, all of one payout and revenue (millionths)."""
    sums = [payout, revenue, payout**2, revenue**2, payout * revenue]
    return {_cell({"delay": 0, **dimensions}): [0, number, *(number * value for value in sums)]}


def _cell(dimensions: dict[str, Any]) -> LearningCell:
    defaults = {"hour": HOUR, "span": 1, "country": "US", "device": "mobile", "campaign": "cmp_1"}
    return LearningCell(**{**defaults, **dimensions})


def piece(*cells: LearningCells) -> Columns:
    """Return a block of these cells, which must be distinct."""
    combined = {cell: counts for part in cells for cell, counts in part.items()}
    return decode_columns(encode(combined, LAYOUT), LAYOUT)
