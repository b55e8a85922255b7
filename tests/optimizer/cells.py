"""Learning cells as the store holds them."""

from typing import Any

from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.counters.learning_cells import COUNTS, LAYOUT, LearningCell, LearningCells

HOUR = 498_684
"""The hour, since 1970, from noon on 21 November 2026."""


def clicks(number: int, **where: Any) -> LearningCells:
    """So many clicks in the hour from noon, of a US mobile on cmp_1, unless said otherwise."""
    return {_cell(where): [number, *[0] * (len(COUNTS) - 1)]}


def conversions(number: int, payout: int = 1_500_000, revenue: int = 2_000_000, **where: Any) -> LearningCells:
    """So many conversions of such clicks, all of one payout and revenue (millionths), within five minutes."""
    counts = [0, number, payout, revenue, payout**2, revenue**2, payout * revenue]
    return {_cell({"delay": 0, **where}): [counts[0], number, *(number * each for each in counts[2:])]}


def _cell(where: dict[str, Any]) -> LearningCell:
    named = {"hour": HOUR, "span": 1, "country": "US", "device": "mobile", "campaign": "cmp_1"}
    return LearningCell(**{**named, **where})


def piece(*cells: LearningCells) -> Columns:
    """A block of these cells, which must be different ones."""
    together = {cell: counts for each in cells for cell, counts in each.items()}
    return decode_columns(encode(together, LAYOUT), LAYOUT)
