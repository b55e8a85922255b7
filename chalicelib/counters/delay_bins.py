"""Bins for the delay from a click to its conversion, narrow at first, then wider."""

from bisect import bisect_right
from math import inf

DELAY_EDGES = (0.0, 1 / 12, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 36.0, 48.0, 72.0, 96.0, 120.0, 168.0, 240.0, inf)
"""The edges of the bins, in hours; a delay on an edge is in the bin that starts there."""

HOUR_MS = 3_600_000
_INNER_EDGES_MS = tuple(round(edge * HOUR_MS) for edge in DELAY_EDGES[1:-1])


def delay_bin(milliseconds: int) -> int:
    """Return the index of the bin of a delay; a negative delay, caused by unequal clocks, is in the first bin."""
    return bisect_right(_INNER_EDGES_MS, milliseconds)
