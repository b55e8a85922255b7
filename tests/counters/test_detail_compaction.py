from datetime import UTC, datetime, timedelta

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib import lambdas
from chalicelib.counters import blocks, cells, detail_blocks, detail_cells, detail_compaction, detail_places
from chalicelib.counters.cells import quarter_of
from chalicelib.counters.detail_cells import COUNTS, DetailCells, JointCell, partition
from chalicelib.counters.detail_codec import decode_sections
from chalicelib.counters.detail_places import OTHER
from chalicelib.counters.rollups import schedule
from chalicelib.tables.base import connection
from tests.alerts.test_fallback_alerts import TICK

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY, YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)
QUARTER = quarter_of(int(NOW.timestamp()) * 1000)
ONE = [1, *[0] * (len(COUNTS) - 1)]

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def _three_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detail_places, "MAX_VALUES", 3)


def add(at: int, source: str, days_ago: int = 0, click_day: str = "") -> None:
    """Add a block with one joint cell."""
    cell = JointCell(QUARTER - 96 * days_ago, publisher="pub_1", source=source, click_day=click_day)
    with TransactWrite(connection=connection()) as write:
        detail_blocks.add_blocks(write, detail_blocks.change_order(at, source), {cell: ONE})


def compact(min_blocks: int = 1, minutes: int = 0) -> int:
    names = detail_cells.partitions([TODAY, YESTERDAY])
    return len(detail_compaction.compact_each(names, NOW + timedelta(minutes=minutes), min_blocks))


def chunk_cells(days_ago: int = 0) -> DetailCells:
    day = NOW.date() - timedelta(days=days_ago)
    total: DetailCells = {}
    for chunk in detail_blocks.read_chunks(partition(day, "pub_1")):
        cells.add_cells(total, decode_sections(chunk))
    return total


def counted(days_ago: int = 0) -> dict[tuple[str, int], int]:
    """Return the clicks by value and `late` in the chunks of a day."""
    return {(cell.value, cell.late): counts[0] for cell, counts in chunk_cells(days_ago).items()}


def test_few_blocks_stay() -> None:
    add(1, "a")
    assert (compact(2), counted()) == (0, {})


def test_first_values_in_stream_order_keep_their_names() -> None:
    for at, source in ((3, "c"), (1, "a"), (4, "d"), (2, "b"), (5, "a")):
        add(at, source)
    assert compact() == 5
    assert counted() == {("a", 0): 2, ("b", 0): 1, ("c", 0): 1, (OTHER, 0): 1}


def test_places_are_kept_with_the_counters() -> None:
    for at, sources in enumerate(["dc", "ba", "dba"]):
        for source in sources:
            add(at, source)
        compact(minutes=at)
    assert sum(counted().values()) == 7
    names = {name for name, _ in counted()}
    assert len(names - {OTHER}) == 3
    assert {"c", "d"} < names


def test_value_keeps_its_place_when_its_counts_are_taken_back() -> None:
    for at, source in enumerate("abc"):
        add(at, source)
    taken_back = {JointCell(QUARTER, publisher="pub_1", source="a"): [-1, *ONE[1:]]}
    with TransactWrite(connection=connection()) as write:
        detail_blocks.add_blocks(write, "9", taken_back)
    compact()
    add(10, "d")
    compact()
    assert counted() == {("a", 0): 0, ("b", 0): 1, ("c", 0): 1, (OTHER, 0): 1}


def test_late_values_have_the_names_of_the_day_of_their_click_and_take_no_places() -> None:
    for at, source in enumerate("abcd"):
        add(at, source, days_ago=1)
    for at, source in enumerate("ad"):
        add(at, source, click_day=YESTERDAY.isoformat())
    assert compact(2) == 6
    assert counted() == {("a", 1): 1, (OTHER, 1): 1}
    for at, source in enumerate("xyz"):
        add(at, source)
    compact()
    assert {name for name, late in counted() if not late} == {"x", "y", "z"}


def test_day_of_a_late_value_is_compacted_whatever_the_number_of_its_blocks() -> None:
    for at, source in enumerate("ab"):
        add(at, source, days_ago=2)
    for at, source in enumerate("ba"):
        add(at, source, click_day=(TODAY - timedelta(days=2)).isoformat())
    assert len(detail_compaction.compact_each(detail_cells.partitions([TODAY]), NOW, 2)) == 2
    assert counted(2) == {("a", 0): 1, ("b", 0): 1}
    assert counted() == {("a", 1): 1, ("b", 1): 1}


def test_late_block_stays_until_its_value_has_a_name() -> None:
    add(1, "a", click_day=YESTERDAY.isoformat())
    add(2, "b", click_day=YESTERDAY.isoformat())
    add(3, "a", days_ago=1)
    assert (compact(), counted()) == (1, {})
    add(4, "b", days_ago=1)
    assert compact(minutes=1) == 3
    assert counted() == {("a", 1): 1, ("b", 1): 1}


def test_partition_is_compacted_until_no_block_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detail_compaction, "MAX_BLOCKS", 2)
    for at, source in enumerate("abcab"):
        add(at, source, days_ago=1)
    for at, source in enumerate("abc"):
        add(at, source, click_day=YESTERDAY.isoformat())
    for days_ago in (0, 1):
        name = partition(NOW.date() - timedelta(days=days_ago), "pub_1")
        detail_compaction.compact_completely(name, NOW)
        assert not [row for row in blocks.live_rows(name) if row.position.startswith(blocks.BLOCK)]
    assert counted() == {("a", 1): 1, ("b", 1): 1, ("c", 1): 1}
    assert counted(1) == {("a", 0): 2, ("b", 0): 2, ("c", 0): 1}


def test_first_chunk_is_empty_and_cells_are_in_the_second() -> None:
    add(1, "a")
    compact()
    head, chunk = detail_blocks.read_chunks(partition(TODAY, "pub_1"))
    assert (decode_sections(head), len(decode_sections(chunk))) == ({}, 1)


def test_day_of_late_values_is_compacted_once_a_call() -> None:
    day = (TODAY - timedelta(days=2)).isoformat()
    add(1, "a", click_day=day)
    add(2, "a", days_ago=1, click_day=day)
    assert (compact(), counted(), counted(1)) == (0, {}, {})


def test_schedule_merges_every_block_of_an_older_day_and_many_of_a_recent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    days = [TODAY, YESTERDAY, TODAY - timedelta(days=2)]
    monkeypatch.setattr(cells, "days_to_compact", lambda *_: days)
    monkeypatch.setattr(schedule, "roll_up", lambda _: 0)
    for days_ago in range(3):
        add(1, "a", days_ago=days_ago)
    assert lambdas.merge_counters(TICK, None)["details"] == 1
    assert [counted(days_ago) for days_ago in range(3)] == [{}, {}, {("a", 0): 1}]
