from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks, cells, learning_blocks
from chalicelib.counters.cells import Cell
from chalicelib.counters.learning_cells import LearningCell, LearningCells
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = int(NOW.timestamp()) // 3600
SECOND = timedelta(seconds=1)
FEW = 3


@pytest.fixture
def soon_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three blocks are worth a merge."""
    monkeypatch.setattr(learning_blocks, "KEEPING", replace(learning_blocks.KEEPING, merged_from=FEW))


def clicks(count: int, hour: int = HOUR) -> LearningCells:
    return {LearningCell(hour, 1, "US", "mobile", "cmp_1"): [count, *[0] * 6]}


def add(cause: str, counted: dict[str, LearningCells], now: datetime = NOW) -> None:
    with TransactWrite(connection=connection()) as write:
        learning_blocks.add_blocks(write, cause, counted, now)


def add_few(partition: str, hour: int = HOUR) -> None:
    for n in range(FEW):
        add(f"{partition} {hour} {n}", {partition: clicks(1, hour)})


def report_blocks(*smartlinks: str, epoch: int = 1) -> list[CounterBlockRow]:
    """The blocks of reports in which these were counted."""
    counted = {Cell(HOUR * 4, name, epoch): [1, *[0] * 9] for name in smartlinks}
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, f"{smartlinks} {epoch}", counted)
    return list(CounterBlockRow.query(cells.partition(NOW.date(), cells.shard_of(""))))


def total(pool_id: str = "sml_1", epoch: int = 1) -> int:
    return sum(sum(piece.counts.get("clicks", [])) for piece in learning_blocks.read(pool_id, epoch))


def standing(partition: str = "sml_1#1") -> list[str]:
    return [row.position[:2] for row in CounterBlockRow.query(partition)]


def test_a_cause_is_one_block_for_each_pool_and_epoch_and_says_when() -> None:
    add("a", {"sml_1#1": clicks(1), "sml_1#2": clicks(2), "sml_2#1": clicks(4)})
    assert [total("sml_1", 1), total("sml_1", 2), total("sml_2", 1), total("sml_2", 2)] == [1, 2, 4, 0]
    assert {row.at for row in CounterBlockRow.scan()} == {int(NOW.timestamp() * 1000)}


def test_a_pool_has_changed_since_it_had_a_block_that_is_as_new() -> None:
    add("a", {"sml_1#1": clicks(1)})
    asked = (NOW - SECOND, NOW, NOW + SECOND)
    assert [learning_blocks.changed_since("sml_1", 1, since) for since in asked] == [True, True, False]
    assert not learning_blocks.changed_since("sml_1", 2, NOW)


@pytest.mark.usefixtures("soon_merged")
def test_a_pool_has_still_changed_where_its_blocks_are_merged_and_gone() -> None:
    add("old", {"sml_1#1": clicks(1)}, NOW - timedelta(days=1))
    add_few("sml_1#1")
    met = report_blocks("sml_1")
    assert learning_blocks.merge(met, NOW) == FEW + 1
    assert learning_blocks.merge(met, NOW + timedelta(minutes=3)) == 0
    assert standing() == ["a#"]
    asked = (NOW - SECOND, NOW, NOW + SECOND)
    assert [learning_blocks.changed_since("sml_1", 1, since) for since in asked] == [True, True, False]


@pytest.mark.usefixtures("soon_merged")
def test_what_is_merged_into_a_later_chunk_has_changed_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.counters.compaction.CHUNK_BYTES", 10)
    met = report_blocks("sml_1")
    add_few("sml_1#1")
    learning_blocks.merge(met, NOW)
    later = NOW + timedelta(hours=1)
    for n in range(FEW):
        add(f"later {n}", {"sml_1#1": clicks(1)}, later)
    learning_blocks.merge(met, later)
    learning_blocks.merge(met, later + timedelta(minutes=3))
    assert standing() == ["a#", "a#"]
    asked = (later - SECOND, later, later + SECOND)
    assert [learning_blocks.changed_since("sml_1", 1, since) for since in asked] == [True, True, False]


@pytest.mark.usefixtures("soon_merged")
def test_the_smartlinks_of_the_merged_reports_are_merged_and_no_others() -> None:
    for name in ("sml_1#1", "sml_1#2", "sml_2#1"):
        add_few(name)
    assert learning_blocks.merge(report_blocks("sml_1", "cmp_1"), NOW) == FEW
    assert [standing("sml_1#1")[0], standing("sml_1#2")[0], standing("sml_2#1")[0]] == ["a#", "b#", "b#"]
    assert learning_blocks.merge(report_blocks("sml_1", epoch=2), NOW) == FEW
    assert learning_blocks.merge([], NOW) == 0


@pytest.mark.usefixtures("soon_merged")
def test_merged_clicks_become_coarse_and_add_up() -> None:
    add_few("sml_1#1", HOUR - 10 * 24)
    add_few("sml_1#1", HOUR - 10 * 24 + 1)
    add_few("sml_1#1", HOUR - 61 * 24)
    add_few("sml_1#1")
    assert total() == 4 * FEW
    assert learning_blocks.merge(report_blocks("sml_1"), NOW) == 4 * FEW
    (piece,) = learning_blocks.read("sml_1", 1)
    found = zip(*(piece.codes[name] for name in ("hour", "span")), piece.counts["clicks"], strict=True)
    buckets = [(piece.values["hour"][hour], piece.values["span"][span], count) for hour, span, count in found]
    assert buckets == [(HOUR - 12 - 10 * 24, 24, 2 * FEW), (HOUR, 1, FEW)]
