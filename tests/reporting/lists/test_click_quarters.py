from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clicks.id_lists import first_id
from chalicelib.counters import cells
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.domain.timestamps import milliseconds
from chalicelib.reporting import cell_reader
from chalicelib.reporting.cell_reader import CellQuery
from chalicelib.reporting.lists import click_quarters
from chalicelib.reporting.lists.click_quarters import Quarter, quarters_of
from chalicelib.reporting.lists.click_search import ClickSearch

UNTIL = datetime(2026, 11, 21, 12, tzinfo=UTC)
LAST = cells.quarter_of(milliseconds(UNTIL)) - 1
SEARCH = ClickSearch(UNTIL - timedelta(days=30), UNTIL, first_id(UNTIL), {})


class Counters:
    """Counters in memory, with what was read of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *counted: Cell, **counts: int) -> None:
        self.cells: Cells = {}
        self.read: list[tuple[date, int, str | None]] = []
        self.smartlinks: list[frozenset[str] | None] = []
        for cell in counted:
            cells.add(self.cells, cell, **(counts or {"unique_clicks": 1}))
        monkeypatch.setattr(cell_reader, "read", self.read_cells)

    def read_cells(self, query: CellQuery) -> Iterator[Columns]:
        days = query.period.days
        self.read.append((days[-1], len(days), query.publisher_id))
        self.smartlinks.append(query.smartlinks)
        query.reads.partitions += len(days)
        for cell, counts in self.cells.items():
            if cells.day_of(cell.quarter) in days:
                yield decode_columns(encode({cell: counts}))


def a_cell(age: int = 0, smartlink: str = "sml_1", **changes: Any) -> Cell:
    """Return a cell of a quarter this many quarters before the last one of the range."""
    return Cell(LAST - age, smartlink, **{"campaign": "cmp_1", "publisher": "pub_1", **changes})


def found(search: ClickSearch = SEARCH) -> list[tuple[int, list[str]]]:
    """Return the age and the routes of each quarter."""
    return [(LAST - each.number, list(each.route_ids)) for each in quarters_of(search)]


def filtered(**filters: tuple[str, ...]) -> ClickSearch:
    return replace(SEARCH, filters=filters)


def test_quarters_are_read_newest_first_with_their_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    Counters(monkeypatch, a_cell(500), a_cell(1), a_cell(1, "sml_2"), a_cell(1, country="US"))
    assert found() == [(1, ["sml_1", "sml_2"]), (500, ["sml_1"])]


def test_cells_outside_of_the_range_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    Counters(monkeypatch, a_cell(-1), a_cell(0), a_cell(30 * 96 - 1), a_cell(30 * 96))
    assert [age for age, _ in found()] == [0, 30 * 96 - 1]


@pytest.mark.parametrize(
    "count", ["unique_clicks", "duplicate_clicks", "bot_clicks"], ids=["unique", "duplicates", "bots"]
)
def test_every_kind_of_click_counts(monkeypatch: pytest.MonkeyPatch, count: str) -> None:
    Counters(monkeypatch, a_cell(), **{count: 1})
    assert found() == [(0, ["sml_1"])]


def test_cells_of_conversions_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    Counters(monkeypatch, a_cell(), conversions=1)
    assert found() == []


@pytest.mark.parametrize(
    ("filters", "routes"),
    [
        pytest.param({"smartlink_id": ("sml_1", "sml_3")}, ["sml_1", "sml_3"], id="smartlink"),
        pytest.param({"campaign_id": ("cmp_2",)}, ["sml_2"], id="campaign"),
        pytest.param({"publisher_id": ("pub_2",)}, ["sml_3"], id="publisher"),
        pytest.param({"publisher_id": ("pub_2",), "campaign_id": ("cmp_2",)}, [], id="publisher and campaign"),
        pytest.param({"outcome": ("offer",)}, ["sml_1", "sml_2", "sml_3"], id="paid"),
        pytest.param({"outcome": ("paused",)}, ["sml_4"], id="paused"),
        pytest.param({"outcome": ("no_offer", "fallback")}, ["sml_5"], id="lost"),
        pytest.param({"outcome": ("paused", "fail_url")}, ["sml_4", "sml_5"], id="paused or lost"),
        pytest.param({"source": ("x",)}, ["sml_1", "sml_2", "sml_3", "sml_4", "sml_5"], id="no dimension"),
    ],
)
def test_cells_are_filtered(
    monkeypatch: pytest.MonkeyPatch, filters: dict[str, tuple[str, ...]], routes: list[str]
) -> None:
    Counters(
        monkeypatch,
        a_cell(),
        a_cell(smartlink="sml_2", campaign="cmp_2"),
        a_cell(smartlink="sml_3", publisher="pub_2"),
        a_cell(smartlink="sml_4", reason="paused", campaign=""),
        a_cell(smartlink="sml_5", reason="country", campaign=""),
    )
    assert [each for _, route_ids in found(filtered(**filters)) for each in route_ids] == routes


def test_days_are_read_only_until_enough_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    counters = Counters(monkeypatch, a_cell())
    assert next(quarters_of(SEARCH)).number == LAST
    assert counters.read == [(UNTIL.date(), 1, None)]


def test_each_read_has_twice_the_days(monkeypatch: pytest.MonkeyPatch) -> None:
    counters = Counters(monkeypatch)
    assert found(filtered(publisher_id=("pub_1",))) == []
    assert [(count, publisher) for _, count, publisher in counters.read] == [(n, "pub_1") for n in (1, 2, 4, 8, 16)]


def test_several_publishers_are_read_from_all_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    counters = Counters(monkeypatch, a_cell(publisher="pub_2"))
    assert found(filtered(publisher_id=("pub_1", "pub_2"))) == [(0, ["sml_1"])]
    assert {publisher for *_, publisher in counters.read} == {None}


def test_only_roll_ups_of_the_smartlinks_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    counters = Counters(monkeypatch)
    assert found(filtered(smartlink_id=("sml_1", "sml_2"))) == found() == []
    assert set(counters.smartlinks) == {frozenset({"sml_1", "sml_2"}), None}


def test_reading_ends_after_the_maximum_of_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    Counters(monkeypatch, a_cell(), a_cell(100))
    monkeypatch.setattr(click_quarters, "MAX_PARTITIONS", 0)
    first, second = quarters_of(SEARCH)
    assert (first.number, second) == (LAST, Quarter(rest=first_id(datetime(2026, 11, 21, tzinfo=UTC))))
    assert [age for age, _ in found(SEARCH.after(second.rest))][:1] == [100]


@given(
    counted=st.lists(st.tuples(st.integers(0, 30 * 96 - 1), st.sampled_from(["sml_1", "sml_2"])), max_size=8),
    partitions=st.integers(0, 40),
    maximum=st.integers(1, 3),
)
def test_quarters_of_all_calls_are_those_with_clicks(
    counted: list[tuple[int, str]], partitions: int, maximum: int
) -> None:
    expected, listed, search = sorted({(age, name) for age, name in counted}), [], SEARCH
    with pytest.MonkeyPatch.context() as patch:
        Counters(patch, *(a_cell(age, name) for age, name in counted))
        patch.setattr(click_quarters, "MAX_PARTITIONS", partitions)
        patch.setattr(click_quarters, "MAX_CELLS", maximum)
        for _ in range(40):
            cursor = None
            for quarter in quarters_of(search):
                listed += [(LAST - quarter.number, each) for each in quarter.route_ids]
                cursor = quarter.rest
            if cursor is None:
                break
            search = search.after(cursor)
    assert (listed, cursor) == (expected, None)
