from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.cells import COUNTS, Cell, Cells
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.reporting.aggregation import AggregationQuery, Groups, LimitExceeded, Limits, aggregate
from chalicelib.reporting.date_range import day_of, hour_of, week_of
from chalicelib.reporting.metrics import LOST_CLICKS

NOON = 1_981_200 + 48
"""The quarter hour at noon of a UTC day."""

CELLS = st.builds(
    Cell,
    quarter=st.integers(NOON - 60, NOON + 60),
    smartlink=st.sampled_from(["sml_1", "sml_2", "cmp_1", "cmp_2", ""]),
    campaign=st.sampled_from(["", "cmp_1", "cmp_2", "cmp_3"]),
    publisher=st.sampled_from(["pub_1", "pub_2"]),
    country=st.sampled_from(["", "DE", "US"]),
    sub1=st.sampled_from(["", "a", "=b"]),
    reason=st.sampled_from(["", "cap"]),
    currency=st.sampled_from(["", "USD", "EUR"]),
    arm=st.sampled_from(["", "optimized", "holdout"]),
)
PIECES = st.lists(
    st.dictionaries(CELLS, st.lists(st.integers(-3, 3), min_size=len(COUNTS), max_size=len(COUNTS)), max_size=25),
    max_size=4,
)
NAMES = (
    "hour",
    "day",
    "week",
    "month",
    "utc_day",
    "smartlink",
    "route",
    "campaign",
    "publisher",
    "country",
    "sub1",
    "reason",
    "currency",
    "arm",
)
QUERIES = st.builds(
    AggregationQuery,
    dimensions=st.lists(st.sampled_from(NAMES), unique=True, max_size=4).map(tuple),
    counts=st.lists(st.sampled_from([*COUNTS, LOST_CLICKS]), unique=True, min_size=1).map(tuple),
    first=st.integers(NOON - 70, NOON),
    end=st.integers(NOON, NOON + 70),
    filters=st.fixed_dictionaries(
        {},
        optional={
            "country": st.frozensets(st.sampled_from(["DE", "US", "FR"]), min_size=1),
            "publisher": st.just(frozenset({"pub_1"})),
        },
    ),
    timezone=st.sampled_from(["UTC", "Asia/Kathmandu", "Europe/Berlin"]),
)


def value(cell: Cell, name: str, timezone: str) -> str:
    if name == "hour":
        return hour_of(cell.quarter, timezone)
    if name == "week":
        return week_of(cell.quarter, timezone)
    if name in {"day", "utc_day", "month"}:
        day = day_of(cell.quarter, "UTC" if name == "utc_day" else timezone)
        return day[:7] if name == "month" else day
    if name == "smartlink":
        return "" if cell.smartlink.startswith("cmp_") else cell.smartlink
    field: str = getattr(cell, "smartlink" if name == "route" else name)
    return field


def aggregate_naively(pieces: Iterable[Cells], query: AggregationQuery) -> Groups:
    """The reference: sums computed cell by cell."""
    groups: Groups = {}
    for cell, counts in ((cell, counts) for piece in pieces for cell, counts in piece.items()):
        matches = all(getattr(cell, name) in wanted for name, wanted in query.filters.items())
        if matches and query.first <= cell.quarter < query.end:
            group = tuple(value(cell, name, query.timezone) for name in query.dimensions)
            totals = groups.setdefault(group, [0] * len(query.counts))
            for n, name in enumerate(query.counts):
                totals[n] += lost(cell, counts) if name == LOST_CLICKS else counts[COUNTS.index(name)]
    return groups


def lost(cell: Cell, counts: Sequence[int]) -> int:
    return counts[COUNTS.index("unique_clicks")] + counts[COUNTS.index("duplicate_clicks")] if cell.reason else 0


def without_empty(groups: Groups) -> Groups:
    """The groups without those whose sums are zero: aggregation may return some of them."""
    return {group: sums for group, sums in groups.items() if any(sums)}


def a_piece(*cells: Cell, **counts: int) -> Columns:
    """A piece in which every cell has these counts."""
    return decode_columns(encode({cell: [counts.get(name, 0) for name in COUNTS] for cell in cells}))


def a_query(*dimensions: str, counts: tuple[str, ...] = ("unique_clicks",), **wanted: str) -> AggregationQuery:
    filters = {name: frozenset({value}) for name, value in wanted.items()}
    return AggregationQuery(dimensions, counts, NOON - 100, NOON + 100, filters)


@given(PIECES, QUERIES)
def test_aggregation_equals_the_sum_cell_by_cell(pieces: list[Cells], query: AggregationQuery) -> None:
    groups = aggregate([decode_columns(encode(piece)) for piece in pieces], query)
    assert without_empty(groups) == without_empty(aggregate_naively(pieces, query))


def test_query_without_dimensions_has_one_group() -> None:
    piece = a_piece(Cell(NOON, country="US"), Cell(NOON, country="DE"), unique_clicks=3)
    assert aggregate([piece, piece], a_query()) == {(): [12]}


def test_arms_are_summed_unless_requested() -> None:
    piece = a_piece(*(Cell(NOON, country="US", arm=arm) for arm in ("", "optimized", "holdout")), unique_clicks=3)
    assert aggregate([piece], a_query("country")) == {("US",): [9]}
    assert aggregate([piece], a_query("arm")) == {("",): [3], ("optimized",): [3], ("holdout",): [3]}


def test_cell_must_match_every_filter_and_the_range() -> None:
    cells = [
        Cell(NOON + quarter, country=country, publisher=publisher)
        for quarter in (0, 9)
        for country in ("DE", "US")
        for publisher in ("pub_1", "pub_2")
    ]
    piece = decode_columns(encode({cell: [1] * len(COUNTS) for cell in cells}))
    filters = {"country": frozenset({"DE", "FR"}), "publisher": frozenset({"pub_1"})}
    query = AggregationQuery(("country", "publisher"), ("unique_clicks",), NOON, NOON + 9, filters)
    assert aggregate([piece], query) == {("DE", "pub_1"): [1]}


def test_lost_clicks_are_those_of_people_with_a_reason() -> None:
    piece = a_piece(*(Cell(NOON, reason=reason) for reason in ("", "cap", "paused")), unique_clicks=2, bot_clicks=5)
    assert aggregate([piece], a_query(counts=("unique_clicks", LOST_CLICKS))) == {(): [6, 4]}
    assert aggregate([piece], a_query("reason", counts=(LOST_CLICKS,))) == {("cap",): [2], ("paused",): [2]}


def test_details_have_their_lost_clicks_as_a_count() -> None:
    piece = Columns(2, {"quarter": [NOON], "source": ["a", "b"]}, {"quarter": bytes(2), "source": b"\0\1"}, {})
    with_lost = replace(piece, counts={"unique_clicks": [3, 4], LOST_CLICKS: [0, 1]})
    assert aggregate([with_lost], a_query("source", counts=(LOST_CLICKS,))) == {("b",): [1]}
    without = replace(piece, counts={"unique_clicks": [3, 4]})
    assert aggregate([without], a_query("source", counts=("unique_clicks", LOST_CLICKS))) == {
        ("a",): [3, 0],
        ("b",): [4, 0],
    }


def test_lost_clicks_need_no_clicks_to_be_counted() -> None:
    assert aggregate([a_piece(Cell(NOON, reason="cap"), payout=1)], a_query(counts=(LOST_CLICKS, "payout"))) == {
        (): [0, 1]
    }


def test_query_names_the_dimensions_of_cells_that_it_uses() -> None:
    query = a_query("day", "route", "campaign", country="US")
    assert query.cell_dimensions == {"smartlink", "campaign", "country"}
    assert a_query("hour", counts=(LOST_CLICKS,)).cell_dimensions == {"reason"}


def test_group_with_a_sum_of_zero_is_omitted() -> None:
    zeros = [0] * len(COUNTS)
    cells = {Cell(NOON, country="DE", sub1="a"): [1, *zeros[1:]], Cell(NOON, country="DE", sub1="b"): [-1, *zeros[1:]]}
    other = {Cell(NOON, country="US"): [2, *zeros[1:]]}
    query = AggregationQuery(("country",), ("unique_clicks",), NOON, NOON + 1)
    assert aggregate([decode_columns(encode({**cells, **other}))], query) == {("US",): [2]}


def test_direct_link_has_no_smartlink_but_a_route() -> None:
    piece = a_piece(Cell(NOON, "cmp_1"), Cell(NOON, "cmp_2"), Cell(NOON, "sml_1"), unique_clicks=1)
    assert aggregate([piece], a_query("smartlink")) == {("",): [2], ("sml_1",): [1]}
    assert aggregate([piece], a_query("route")) == {("cmp_1",): [1], ("cmp_2",): [1], ("sml_1",): [1]}


def test_piece_without_matching_cells_or_counts_adds_nothing() -> None:
    empty = Columns(0, {}, {}, {})
    other = a_piece(Cell(NOON, country="US"), unique_clicks=1)
    assert aggregate([empty, other], a_query("country", country="FR")) == {}
    assert aggregate([other], a_query("country", counts=("poison",))) == {}


def test_reading_stops_at_the_limit_of_cells() -> None:
    read: list[int] = []

    def pieces() -> Iterator[Columns]:
        for n in range(5):
            read.append(n)
            yield a_piece(Cell(NOON, country="US"), Cell(NOON, country="DE"), unique_clicks=1)

    with pytest.raises(LimitExceeded) as raised:
        aggregate(pieces(), a_query("country"), Limits(cells=5))
    assert (str(raised.value), raised.value.unit, read) == ("more than 5 cells", "cells", [0, 1, 2])


def test_number_of_groups_is_limited() -> None:
    piece = a_piece(*(Cell(NOON, sub1=f"{n}") for n in range(4)), unique_clicks=1)
    assert len(aggregate([piece], a_query("sub1"), Limits(groups=4))) == 4
    with pytest.raises(LimitExceeded, match="more than 3 rows"):
        aggregate([piece], a_query("sub1"), Limits(groups=3))
