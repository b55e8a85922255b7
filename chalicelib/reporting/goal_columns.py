"""Separates the counts of clicks, which have no goal, from those of conversions."""

from dataclasses import replace

from chalicelib.counters.column_codec import Columns
from chalicelib.domain.goal import DEFAULT_GOAL

CLICK_COUNTS = {"unique_clicks", "duplicate_clicks", "bot_clicks", "lost_clicks", "poison"}


def split_by_goal(piece: Columns) -> tuple[Columns, Columns]:
    """Return the piece with the counts of clicks only, and with those of conversions only.

    Conversions that were counted before cells had goals reached the goal `default`. One cell can hold both: the
    compaction merges cells of the same dimensions.
    """
    clicks = {name: column for name, column in piece.counts.items() if name in CLICK_COUNTS}
    conversions = {name: column for name, column in piece.counts.items() if name not in CLICK_COUNTS}
    goals = [goal or DEFAULT_GOAL for goal in piece.values["goal"]]
    return replace(piece, counts=clicks), replace(piece, values={**piece.values, "goal": goals}, counts=conversions)
