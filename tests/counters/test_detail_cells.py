from datetime import date
from typing import Any

import pytest

from chalicelib.counters import cells, detail_cells
from chalicelib.counters.cells import Cell
from chalicelib.counters.detail_cells import COUNTS, DETAILS, DetailCell, JointCell

CLICK = {"browser": "safari", "network": None, "sub_ids": {"sub1": "jan", "sub3": "x"}}
NONE = ("",) * len(DETAILS)


def test_joint_cell_has_every_detail_dimension_in_order_at_its_end() -> None:
    assert JointCell._fields[-len(DETAILS) :] == DETAILS
    assert DetailCell._fields[2:-1] == JointCell._fields[: -len(DETAILS) - 1]


def test_details_are_no_dimensions_of_report_cells() -> None:
    assert not set(DETAILS) & set(Cell._fields)


def test_values_of_a_click_are_its_fields_and_sub_ids() -> None:
    values = detail_cells.values_of_click(CLICK)
    assert detail_cells.known_values(values) == {"browser": "safari", "sub3": "x"}


def test_click_without_sub_ids_has_no_values_of_them() -> None:
    assert detail_cells.values_of_click({"sub_ids": None}) == NONE


@pytest.mark.parametrize("click", [{"source": 5}, {"sub_ids": {"sub2": ["x"]}}])
def test_value_that_is_no_string_is_an_error(click: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        detail_cells.values_of_click(click)


def test_values_of_a_conversion_are_those_of_its_click() -> None:
    values = detail_cells.values_of_click(CLICK)
    assert detail_cells.values_of_conversion({"details": detail_cells.known_values(values)}) == values
    assert detail_cells.values_of_conversion({}) == NONE


def test_cell_without_values_has_no_joint_cell() -> None:
    assert detail_cells.joint_cell(Cell(1), NONE) is None


def test_counts_of_a_joint_cell_are_added_by_name() -> None:
    joint: detail_cells.JointCells = {}
    for _ in range(2):
        detail_cells.add(joint, JointCell(1), unique_clicks=1, lost_clicks=1)
    assert joint == {JointCell(1): [2, *[0] * (len(COUNTS) - 2), 2]}


def test_details_have_a_partition_for_each_day_and_shard() -> None:
    day = date(2026, 11, 21)
    assert detail_cells.partitions([day]) == [f"2026-11-21#{shard}#d" for shard in range(cells.SHARDS)]
    assert detail_cells.partition(day, "pub_1") == detail_cells.partition_of(day, cells.shard_of("pub_1"))
    assert detail_cells.partition("2026-11-21", "pub_1") == detail_cells.partition(day, "pub_1")


def test_cells_are_grouped_by_partition_and_by_whether_they_are_late() -> None:
    quarter = 20_000 * 96
    joint = [JointCell(quarter, publisher="pub_1"), JointCell(quarter, publisher="pub_1", click_day="2024-10-03")]
    parts = detail_cells.by_partition({cell: [1] for cell in joint})
    name = detail_cells.partition(cells.day_of(quarter), "pub_1")
    assert parts == {(name, False): {joint[0]: [1]}, (name, True): {joint[1]: [1]}}
