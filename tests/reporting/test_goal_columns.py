from chalicelib.counters.cells import COUNTS, Cell, Cells
from chalicelib.counters.column_codec import decode_columns, encode
from chalicelib.reporting.aggregation import AggregationQuery, Groups, aggregate
from chalicelib.reporting.goal_columns import CLICK_COUNTS, split_by_goal

SALE, OLD = Cell(1, goal="sale"), Cell(1, currency="USD")
"""A cell of conversions of a goal, and one of an earlier release, which the compaction merged with clicks."""


def counts(**named: int) -> list[int]:
    return [named.get(name, 0) for name in COUNTS]


CELLS: Cells = {
    SALE: counts(conversions=2, payout=5),
    OLD: counts(unique_clicks=7, bot_clicks=1, conversions=3, arrived_conversions=4),
}


def sums(dimensions: tuple[str, ...], **wanted: str) -> Groups:
    filters = {name: frozenset({value}) for name, value in wanted.items()}
    query = AggregationQuery(dimensions, ("unique_clicks", "conversions", "payout"), 0, 10, filters)
    return aggregate([decode_columns(encode(CELLS))], query)


def test_clicks_and_conversions_are_apart() -> None:
    clicks, conversions = split_by_goal(decode_columns(encode(CELLS)))
    assert set(clicks.counts) == {"unique_clicks", "bot_clicks"}
    assert set(conversions.counts) == {"conversions", "payout", "arrived_conversions"}
    assert sorted(conversions.values["goal"]) == ["default", "sale"]
    assert {*COUNTS, "lost_clicks"} > CLICK_COUNTS


def test_conversions_without_a_goal_reached_the_default_one() -> None:
    assert sums(("goal",)) == {("",): [7, 0, 0], ("default",): [0, 3, 0], ("sale",): [0, 2, 5]}


def test_conversions_of_the_default_goal_before_and_after_are_summed() -> None:
    both: Cells = {OLD: counts(conversions=3), Cell(1, currency="USD", goal="default"): counts(conversions=-1)}
    query = AggregationQuery(("goal",), ("conversions",), 0, 10)
    assert aggregate([decode_columns(encode(both))], query) == {("default",): [2]}


def test_filter_by_goal_ignores_other_conversions_and_no_clicks() -> None:
    assert sums((), goal="sale") == {(): [7, 2, 5]}
    assert sums((), goal="default") == {(): [7, 3, 0]}
    assert sums(("goal",), goal="sale") == {("",): [7, 0, 0], ("sale",): [0, 2, 5]}


def test_empty_piece_has_no_groups() -> None:
    query = AggregationQuery(("goal",), ("conversions",), 0, 10)
    assert aggregate([decode_columns(encode({}))], query) == {}
