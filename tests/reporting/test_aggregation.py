from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.cells import COUNTS, Cell, Cells
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.reporting.aggregation import AggregationQuery, Groups, LimitExceeded, Limits, aggregate
from chalicelib.reporting.date_range import day_of, hour_of

NOON = 1_981_200 + 48
"""The quarter at noon of a UTC day."""

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
NAMES = ("hour", "day", "smartlink", "route", "campaign", "publisher", "country", "sub1", "reason", "currency", "arm")
PLANS = st.builds(
    AggregationQuery,
    dimensions=st.lists(st.sampled_from(NAMES), unique=True, max_size=4).map(tuple),
    counts=st.lists(st.sampled_from(COUNTS), unique=True, min_size=1).map(tuple),
    first=st.integers(NOON - 70, NOON),
    past=st.integers(NOON, NOON + 70),
    filters=st.fixed_dictionaries(
        {}, optional={"country": st.sampled_from(["DE", "US", "FR"]), "publisher": st.just("pub_1")}
    ),
    timezone=st.sampled_from(["UTC", "Asia/Kathmandu", "Europe/Berlin"]),
)


def value(cell: Cell, name: str, timezone: str) -> str:
    if name == "hour":
        return hour_of(cell.quarter, timezone)
    if name == "day":
        return day_of(cell.quarter, timezone)
    if name == "smartlink":
        return "" if cell.smartlink.startswith("cmp_") else cell.smartlink
    found: str = getattr(cell, "smartlink" if name == "route" else name)
    return found


def naive(pieces: Iterable[Cells], plan: AggregationQuery) -> Groups:
    """Cell by cell, as anybody would write it."""
    groups: Groups = {}
    for cell, counts in ((cell, counts) for piece in pieces for cell, counts in piece.items()):
        wanted = all(getattr(cell, name) == given for name, given in plan.filters.items())
        if wanted and plan.first <= cell.quarter < plan.end:
            group = tuple(value(cell, name, plan.timezone) for name in plan.dimensions)
            held = groups.setdefault(group, [0] * len(plan.counts))
            for n, name in enumerate(plan.counts):
                held[n] += counts[COUNTS.index(name)]
    return groups


def filled(groups: Groups) -> Groups:
    """Without groups that come to nothing: a fold may hold some of them, and a report shows none."""
    return {group: sums for group, sums in groups.items() if any(sums)}


def a_piece(*cells: Cell, **counts: int) -> Columns:
    """A piece in which each of the cells has these counts."""
    return decode_columns(encode({cell: [counts.get(name, 0) for name in COUNTS] for cell in cells}))


def a_plan(*dimensions: str, counts: tuple[str, ...] = ("unique_clicks",), **filters: str) -> AggregationQuery:
    return AggregationQuery(dimensions, counts, NOON - 100, NOON + 100, filters)


@given(PIECES, PLANS)
def test_a_fold_is_the_sum_cell_by_cell(pieces: list[Cells], plan: AggregationQuery) -> None:
    assert filled(aggregate([decode_columns(encode(piece)) for piece in pieces], plan)) == filled(naive(pieces, plan))


def test_no_dimension_is_one_group_of_everything() -> None:
    piece = a_piece(Cell(NOON, country="US"), Cell(NOON, country="DE"), unique_clicks=3)
    assert aggregate([piece, piece], a_plan()) == {(): [12]}


def test_arms_are_added_up_unless_they_are_asked_for() -> None:
    piece = a_piece(*(Cell(NOON, country="US", arm=arm) for arm in ("", "optimized", "holdout")), unique_clicks=3)
    assert aggregate([piece], a_plan("country")) == {("US",): [9]}
    assert aggregate([piece], a_plan("arm")) == {("",): [3], ("optimized",): [3], ("holdout",): [3]}


def test_a_cell_counts_only_where_it_passes_every_filter_and_the_range() -> None:
    cells = [
        Cell(NOON + quarter, country=country, publisher=publisher)
        for quarter in (0, 9)
        for country in ("DE", "US")
        for publisher in ("pub_1", "pub_2")
    ]
    piece = decode_columns(encode({cell: [1] * len(COUNTS) for cell in cells}))
    filters = {"country": "DE", "publisher": "pub_1"}
    plan = AggregationQuery(("country", "publisher"), ("unique_clicks",), NOON, NOON + 9, filters)
    assert aggregate([piece], plan) == {("DE", "pub_1"): [1]}


def test_a_group_in_which_everything_was_taken_back_is_none() -> None:
    zeros = [0] * len(COUNTS)
    cells = {Cell(NOON, country="DE", sub1="a"): [1, *zeros[1:]], Cell(NOON, country="DE", sub1="b"): [-1, *zeros[1:]]}
    other = {Cell(NOON, country="US"): [2, *zeros[1:]]}
    plan = AggregationQuery(("country",), ("unique_clicks",), NOON, NOON + 1)
    assert aggregate([decode_columns(encode({**cells, **other}))], plan) == {("US",): [2]}


def test_direct_links_belong_to_no_smartlink_but_each_to_a_route() -> None:
    piece = a_piece(Cell(NOON, "cmp_1"), Cell(NOON, "cmp_2"), Cell(NOON, "sml_1"), unique_clicks=1)
    assert aggregate([piece], a_plan("smartlink")) == {("",): [2], ("sml_1",): [1]}
    assert aggregate([piece], a_plan("route")) == {("cmp_1",): [1], ("cmp_2",): [1], ("sml_1",): [1]}


def test_a_piece_without_cells_or_without_what_is_wanted_adds_nothing() -> None:
    empty = Columns(0, {}, {}, {})
    other = a_piece(Cell(NOON, country="US"), unique_clicks=1)
    assert aggregate([empty, other], a_plan("country", country="FR")) == {}
    assert aggregate([other], a_plan("country", counts=("poison",))) == {}


def test_cells_are_counted_as_they_come_and_reading_stops_at_the_limit() -> None:
    read: list[int] = []

    def pieces() -> Iterator[Columns]:
        for n in range(5):
            read.append(n)
            yield a_piece(Cell(NOON, country="US"), Cell(NOON, country="DE"), unique_clicks=1)

    with pytest.raises(LimitExceeded) as refused:
        aggregate(pieces(), a_plan("country"), Limits(cells=5))
    assert (str(refused.value), refused.value.what, read) == ("more than 5 cells", "cells", [0, 1, 2])


def test_groups_are_counted_too() -> None:
    piece = a_piece(*(Cell(NOON, sub1=f"{n}") for n in range(4)), unique_clicks=1)
    assert len(aggregate([piece], a_plan("sub1"), Limits(groups=4))) == 4
    with pytest.raises(LimitExceeded, match="more than 3 rows"):
        aggregate([piece], a_plan("sub1"), Limits(groups=3))
