from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from chalicelib.counters import cells
from chalicelib.counters.cells import COUNTS, SHARDS, Cell, Cells, cell_of_click
from chalicelib.domain import money
from tests.strategies import counter_cells

CLICK: dict[str, Any] = {
    "click_id": "01",
    "at": 1_795_000_000_000,
    "route_id": "sml_1",
    "epoch": 2,
    "publisher_id": "pub_1",
    "outcome": "offer",
    "campaign_id": "cmp_1",
    "country": "US",
    "device": "mobile",
    "os": "ios",
    "sub_ids": {"sub1": "news", "sub2": "x"},
    "refusals": "-w",
}
CELL = Cell(1_994_444, "sml_1", 2, "cmp_1", "pub_1", "US", "mobile", "ios", "news")


def test_click_is_counted_in_the_cell_of_all_its_dimensions() -> None:
    assert cell_of_click(CLICK) == (CELL, "unique_clicks")


@pytest.mark.parametrize(
    ("arm", "expected"),
    [("weighted", ""), ("optimized", "optimized"), ("holdout", "holdout"), (None, "")],
)
def test_click_is_counted_in_its_arm_if_weights_are_learned(arm: str | None, expected: str) -> None:
    assert cell_of_click({**CLICK, "arm": arm})[0] == CELL._replace(arm=expected)


def test_unknown_dimensions_of_a_click_are_empty() -> None:
    click = {**CLICK, "country": None, "campaign_id": None, "sub_ids": None, "outcome": "fallback", "refusals": "cd"}
    assert cell_of_click(click) == (CELL._replace(country="", campaign="", sub1="", reason="device"), "unique_clicks")


@pytest.mark.parametrize(
    ("flags", "count"),
    [
        pytest.param({"is_bot": True}, "bot_clicks", id="bot"),
        pytest.param({"is_duplicate": True}, "duplicate_clicks", id="duplicate"),
        pytest.param({"is_bot": True, "is_duplicate": True}, "bot_clicks", id="duplicate of a bot"),
    ],
)
def test_unique_duplicate_and_bot_clicks_have_separate_counts(flags: dict[str, bool], count: str) -> None:
    assert cell_of_click({**CLICK, **flags})[1] == count


@pytest.mark.parametrize("name", ["at", "route_id", "epoch", "publisher_id", "outcome", "device", "os"])
def test_record_without_a_required_field_raises(name: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        cell_of_click({key: value for key, value in CLICK.items() if key != name})
    with pytest.raises((KeyError, TypeError, ValueError)):
        cell_of_click({**CLICK, name: None})


@given(counter_cells(), counter_cells())
def test_adding_cells_adds_every_count(some: Cells, others: Cells) -> None:
    total = {cell: list(counts) for cell, counts in some.items()}
    cells.add_cells(total, others)
    zeros = [0] * len(COUNTS)
    for cell in {*some, *others}:
        sums = [a + b for a, b in zip(some.get(cell, zeros), others.get(cell, zeros), strict=True)]
        assert total[cell] == sums


def test_counts_are_added_by_name() -> None:
    counted: Cells = {}
    cells.add(counted, CELL, unique_clicks=1)
    cells.add(counted, CELL, unique_clicks=1, payout=money.millionths("1.37"))
    assert counted == {CELL: [2, 0, 0, 0, 1_370_000, *[0] * (len(COUNTS) - 5)]}


@given(counter_cells())
def test_each_cell_is_in_one_partition_of_its_day_and_publisher(counted: Cells) -> None:
    parts = cells.by_partition(counted)
    assert {cell: counts for part in parts.values() for cell, counts in part.items()} == counted
    for name, part in parts.items():
        for cell in part:
            assert name in cells.partitions([cells.day_of(cell.quarter)], cell.publisher)


def test_day_has_a_partition_per_shard_and_a_publisher_one_of_them() -> None:
    day = date(2026, 11, 21)
    partitions = cells.partitions([day])
    assert partitions == [f"2026-11-21#{n}" for n in range(SHARDS)]
    assert set(cells.partitions([day], "pub_1")) < set(partitions)


def test_day_of_a_quarter_is_in_utc() -> None:
    assert cells.day_of(cells.quarter_of(1_795_000_000_000)) == datetime.fromtimestamp(1_795_000_000, UTC).date()


def test_every_older_day_is_compacted_in_turn() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    start = noon.timestamp()
    days = [cells.days_to_compact(datetime.fromtimestamp(start + 60 * minute, UTC), 400) for minute in range(400)]
    assert all(each[:2] == [date(2026, 11, 21), date(2026, 11, 20)] for each in days)
    assert {each[2] for each in days} == {noon.date() - timedelta(days=age) for age in range(2, 402)}


def test_money_is_counted_in_millionths() -> None:
    assert money.millionths("999999999999.999999") == 999_999_999_999_999_999
