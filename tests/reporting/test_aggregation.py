from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.cells import COUNTS, Cell, Cells
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.reporting.aggregation import AggregationQuery, Groups, LimitExceeded, Limits, aggregate
from chalicelib.reporting.date_range import day_of, hour_of

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
    counts=st.lists(st.sampled_from(COUNTS), unique=True, min_size=1).map(tuple),
    first=st.integers(NOON - 70, NOON),
    end=st.integers(NOON, NOON + 70),
    filters=st.fixed_dictionaries(
        {}, optional={"country": st.sampled_from(["DE", "US", "FR"]), "publisher": st.just("pub_1")}
    ),
    timezone=st.sampled_from(["UTC", "Asia/Kathmandu", "Europe/Berlin"]),
)


def value(cell: Cell, name: str, timezone: str) -> str:
    if name == "hour":
        return hour_of(cell.quarter, timezone)
    if name in {"day", "utc_day"}:
        return day_of(cell.quarter, timezone if name == "day" else "UTC")
    if name == "smartlink":
        return "" if cell.smartlink.startswith("cmp_") else cell.smartlink
    field: str = getattr(cell, "smartlink" if name == "route" else name)
    return field


def aggregate_naively(pieces: Iterable[Cells], query: AggregationQuery) -> Groups:
    """The reference: sums computed cell by cell."""
    groups: Groups = {}
    for cell, counts in ((cell, counts) for piece in pieces for cell, counts in piece.items()):
        matches = all(getattr(cell, name) == filtered for name, filtered in query.filters.items())
        if matches and query.first <= cell.quarter < query.end:
            group = tuple(value(cell, name, query.timezone) for name in query.dimensions)
            totals = groups.setdefault(group, [0] * len(query.counts))
            for n, name in enumerate(query.counts):
                totals[n] += counts[COUNTS.index(name)]
    return groups


def without_empty(groups: Groups) -> Groups:
    """The groups without those whose sums are zero: aggregation may return some of them."""
    return {group: sums for group, sums in groups.items() if any(sums)}


def a_piece(*cells: Cell, **counts: int) -> Columns:
    """A piece in which every cell has these counts."""
    return decode_columns(encode({cell: [counts.get(name, 0) for name in COUNTS] for cell in cells}))


def a_query(*dimensions: str, counts: tuple[str, ...] = ("unique_clicks",), **filters: str) -> AggregationQuery:
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
    filters = {"country": "DE", "publisher": "pub_1"}
    query = AggregationQuery(("country", "publisher"), ("unique_clicks",), NOON, NOON + 9, filters)
    assert aggregate([piece], query) == {("DE", "pub_1"): [1]}


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
