from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.counters import blocks, cells
from chalicelib.counters.cells import Cell
from chalicelib.counters.rollups import items, reader, storage
from chalicelib.counters.rollups.reader import Wanted
from chalicelib.tables.counters import CounterBlockRow
from tests.counters.rollups.test_build import fail_at
from tests.rolled_up import ALL, NOW, PUBLISHERS, a_builder, a_cell, count, counted, day, read, roll_up, sums

pytestmark = pytest.mark.usefixtures("tables")

DAYS = [day(n) for n in range(5)]
LITE = frozenset({"quarter", "smartlink"})
LATER = NOW + timedelta(minutes=70)


@pytest.fixture
def read_partitions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Provide the list of partitions whose blocks were read."""
    found: list[str] = []
    live_rows = blocks.live_rows

    def noted(partition: str) -> list[CounterBlockRow]:
        found.append(partition)
        return live_rows(partition)

    monkeypatch.setattr(blocks, "live_rows", noted)
    return found


def shard(publisher: str = "pub_1") -> int:
    return cells.shard_of(publisher)


def test_blocks_of_rolled_up_days_are_not_read(read_partitions: list[str]) -> None:
    count("a", [a_cell(n) for n in range(5)])
    roll_up(DAYS[:4])
    read_partitions.clear()
    assert sums(read(DAYS), "smartlink") == {("sml_1",): 5}
    assert sorted(read_partitions) == sorted(cells.partition(DAYS[4], shard(each)) for each in PUBLISHERS)


def test_few_days_are_read_as_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    count("a", [a_cell(0)])
    monkeypatch.setattr(storage, "read_heads", None)
    assert sums(read(DAYS[:3]), "smartlink") == {("sml_1",): 1}


def test_late_day_is_read_from_its_blocks_until_it_is_rolled_up_again(read_partitions: list[str]) -> None:
    count("a", [a_cell(n) for n in range(5)])
    roll_up(DAYS)
    count("late", [a_cell(2)], NOW)
    read_partitions.clear()
    assert sums(read(DAYS), "smartlink") == {("sml_1",): 6}
    assert cells.partition(day(2), shard()) in read_partitions
    assert cells.partition(day(1), shard()) not in read_partitions
    assert roll_up(DAYS) == 0
    roll_up(DAYS, LATER)
    read_partitions.clear()
    assert sums(read(DAYS), "smartlink") == {("sml_1",): 6}
    assert cells.partition(day(2), shard()) not in read_partitions


def test_only_items_of_the_smartlink_are_read_and_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "SHARED_CELLS", 1)
    count("a", [a_cell(n, smartlink=f"sml_{each}") for n in range(5) for each in range(3)])
    roll_up(DAYS)
    decoded = read(DAYS, frozenset({"sml_1"}))
    assert sums(decoded, "smartlink") == {("sml_1",): 5}
    assert len(decoded) == 1


def test_lite_items_serve_few_dimensions() -> None:
    count("a", [a_cell(n, country=country) for n in range(5) for country in ("US", "GB")])
    roll_up(DAYS)
    assert sums(read(DAYS, dimensions=LITE), "country") == {("",): 10}
    assert sums(read(DAYS, dimensions=LITE | {"country"}), "country") == {("US",): 5, ("GB",): 5}


def test_days_outside_the_report_are_left_out_of_a_span() -> None:
    count("a", [a_cell(n) for n in range(7)])
    roll_up([*DAYS, day(5), day(6)])
    days = [day(n) for n in range(1, 6)]
    assert sums(read(days)) == counted(days)


def test_items_deleted_under_a_reader_are_replaced_by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    count("a", [a_cell(n) for n in range(5)])
    roll_up(DAYS)
    monkeypatch.setattr(storage, "read_items", lambda *_: {})
    assert sums(read(DAYS)) == counted(DAYS)


def test_generation_replaced_under_a_reader_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    count("a", [a_cell(n) for n in range(5)])
    roll_up(DAYS)
    expected, read_heads = counted(DAYS), storage.read_heads

    def and_wait(places: Any) -> Any:
        heads = read_heads(places)
        with monkeypatch.context() as patch:
            patch.setattr(storage, "read_heads", read_heads)
            count("late", [a_cell(2)], NOW)
            roll_up(DAYS, LATER)
        return heads

    monkeypatch.setattr(storage, "read_heads", and_wait)
    assert sums(read(DAYS)) == expected


def test_change_between_markers_and_heads_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    count("a", [a_cell(n) for n in range(5)])
    roll_up(DAYS)
    read_heads = storage.read_heads

    def and_wait(places: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(storage, "read_heads", read_heads)
            count("late", [a_cell(2)], NOW)
            roll_up(DAYS, LATER)
        return read_heads(places)

    monkeypatch.setattr(storage, "read_heads", and_wait)
    assert sums(read(DAYS)) == counted(DAYS)


def test_many_items_are_read_in_several_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "SHARED_CELLS", 1)
    monkeypatch.setattr(reader, "_ITEMS_PER_READ", 2)
    count("a", [a_cell(n, smartlink=f"sml_{n}", publisher=each) for n in range(5) for each in PUBLISHERS])
    roll_up(DAYS)
    assert sums(read(DAYS)) == counted(DAYS)


def test_only_the_shards_of_the_report_are_read() -> None:
    count("a", [a_cell(n, publisher=each) for n in range(5) for each in PUBLISHERS])
    roll_up(DAYS)
    pieces = reader.read(Wanted(DAYS, [shard("pub_2")], None, ALL))
    assert sums(pieces, "publisher") == {("pub_2",): 5}


@dataclass(frozen=True)
class Step:
    """A click of a publisher on a smartlink and day, or a merge that ends before one of its writes."""

    publisher: str
    smartlink: str
    day: int
    quarter: int
    merge: int | None


steps = st.builds(
    Step,
    publisher=st.sampled_from(PUBLISHERS),
    smartlink=st.sampled_from(["sml_1", "sml_2"]),
    day=st.integers(0, 5),
    quarter=st.sampled_from([0, 37, 95]),
    merge=st.none() | st.integers(0, 9),
)


@settings(max_examples=8, deadline=None)
@given(st.lists(steps, min_size=2, max_size=7))
def test_roll_ups_equal_what_was_counted_after_late_clicks_and_interrupted_merges(story: list[Step]) -> None:
    with CounterBlockRow.batch_write() as batch:
        for row in CounterBlockRow.scan():
            batch.delete(row)
    expected = Counter[Cell]()
    for n, step in enumerate(story):
        if step.merge is None:
            cell = a_cell(step.day, step.quarter, publisher=step.publisher, smartlink=step.smartlink)
            count(f"{n}", [cell], NOW + timedelta(minutes=70 * n))
            expected[cell] += step.day < len(DAYS)
        else:
            merge(step.merge, n)
        assert sums(read(DAYS)) == +expected
        of_one = Counter[tuple[object, ...]]()
        for cell, clicks in (+expected).items():
            of_one["sml_1", cell.quarter] += clicks if cell.smartlink == "sml_1" else 0
        found = sums(read(DAYS, frozenset({"sml_1"}), LITE), "smartlink", "quarter")
        assert {group: clicks for group, clicks in found.items() if group[0] == "sml_1"} == +of_one


def merge(writes: int, n: int) -> None:
    """Roll up all days 70 minutes after the step before, but only the first writes of the merger succeed."""
    now = NOW + timedelta(minutes=70 * n)
    with pytest.MonkeyPatch.context() as patch:
        fail_at(patch, writes)
        try:
            roll_up([*DAYS, day(5)], now)
            for each in PUBLISHERS:
                a_builder(now, shard(each)).delete_garbage()
        except ConnectionError:
            return
