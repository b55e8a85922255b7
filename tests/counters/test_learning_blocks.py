from collections.abc import Iterable
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
def low_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compact from three blocks on."""
    monkeypatch.setattr(
        learning_blocks, "COMPACTION_POLICY", replace(learning_blocks.COMPACTION_POLICY, min_blocks=FEW)
    )


def clicks(count: int, hour: int = HOUR) -> LearningCells:
    return {LearningCell(hour, 1, "US", "mobile", "cmp_1"): [count, *[0] * 6]}


def add(cause: str, counted: dict[str, LearningCells], now: datetime = NOW) -> None:
    with TransactWrite(connection=connection()) as write:
        learning_blocks.add_blocks(write, cause, counted, now)


def add_few(partition: str, hour: int = HOUR) -> None:
    for n in range(FEW):
        add(f"{partition} {hour} {n}", {partition: clicks(1, hour)})


def report_blocks(*smartlinks: str, epoch: int = 1) -> list[CounterBlockRow]:
    """Return the report blocks in which these smartlinks were counted."""
    counted = {Cell(HOUR * 4, name, epoch): [1, *[0] * (len(cells.COUNTS) - 1)] for name in smartlinks}
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, f"{smartlinks} {epoch}", counted, NOW)
    return list(CounterBlockRow.query(cells.partition(NOW.date(), cells.shard_of(""))))


def total(pool_id: str = "sml_1", epoch: int = 1) -> int:
    return sum(sum(block.counts.get("clicks", [])) for block in learning_blocks.read(pool_id, epoch))


def key_prefixes(partition: str = "sml_1#1") -> list[str]:
    return [row.position[:2] for row in CounterBlockRow.query(partition)]


def test_cause_has_one_block_per_smartlink_and_epoch_with_its_time() -> None:
    add("a", {"sml_1#1": clicks(1), "sml_1#2": clicks(2), "sml_2#1": clicks(4)})
    assert [total("sml_1", 1), total("sml_1", 2), total("sml_2", 1), total("sml_2", 2)] == [1, 2, 4, 0]
    assert {row.at for row in CounterBlockRow.scan()} == {int(NOW.timestamp() * 1000)}


def compact_smartlinks(reports: Iterable[CounterBlockRow], now: datetime) -> int:
    return len(learning_blocks.compact_each(learning_blocks.partitions_of(reports), now))


def test_smartlink_has_changed_since_the_time_of_its_last_block() -> None:
    add("a", {"sml_1#1": clicks(1)})
    times = (NOW - SECOND, NOW, NOW + SECOND)
    assert [learning_blocks.changed_since("sml_1", 1, since) for since in times] == [True, True, False]
    assert not learning_blocks.changed_since("sml_1", 2, NOW)


@pytest.mark.usefixtures("low_threshold")
def test_smartlink_has_changed_after_its_blocks_were_merged_and_deleted() -> None:
    add("old", {"sml_1#1": clicks(1)}, NOW - timedelta(days=1))
    add_few("sml_1#1")
    reports = report_blocks("sml_1")
    assert compact_smartlinks(reports, NOW) == FEW + 1
    assert compact_smartlinks(reports, NOW + timedelta(minutes=3)) == 0
    assert key_prefixes() == ["a#"]
    times = (NOW - SECOND, NOW, NOW + SECOND)
    assert [learning_blocks.changed_since("sml_1", 1, since) for since in times] == [True, True, False]


@pytest.mark.usefixtures("low_threshold")
def test_blocks_merged_into_a_later_chunk_have_changed_the_smartlink(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.counters.compaction.CHUNK_BYTES", 10)
    reports = report_blocks("sml_1")
    add_few("sml_1#1")
    compact_smartlinks(reports, NOW)
    later = NOW + timedelta(hours=1)
    for n in range(FEW):
        add(f"later {n}", {"sml_1#1": clicks(1)}, later)
    compact_smartlinks(reports, later)
    compact_smartlinks(reports, later + timedelta(minutes=3))
    assert key_prefixes() == ["a#", "a#"]
    times = (later - SECOND, later, later + SECOND)
    assert [learning_blocks.changed_since("sml_1", 1, since) for since in times] == [True, True, False]


@pytest.mark.usefixtures("low_threshold")
def test_only_the_smartlinks_of_the_report_blocks_are_compacted() -> None:
    for name in ("sml_1#1", "sml_1#2", "sml_2#1"):
        add_few(name)
    assert compact_smartlinks(report_blocks("sml_1", "cmp_1"), NOW) == FEW
    assert [key_prefixes("sml_1#1")[0], key_prefixes("sml_1#2")[0], key_prefixes("sml_2#1")[0]] == ["a#", "b#", "b#"]
    assert compact_smartlinks(report_blocks("sml_1", epoch=2), NOW) == FEW
    assert compact_smartlinks([], NOW) == 0


@pytest.mark.usefixtures("low_threshold")
def test_merged_clicks_are_downsampled_and_add_up() -> None:
    add_few("sml_1#1", HOUR - 10 * 24)
    add_few("sml_1#1", HOUR - 10 * 24 + 1)
    add_few("sml_1#1", HOUR - 61 * 24)
    add_few("sml_1#1")
    assert total() == 4 * FEW
    assert compact_smartlinks(report_blocks("sml_1"), NOW) == 4 * FEW
    (block,) = learning_blocks.read("sml_1", 1)
    rows = zip(*(block.codes[name] for name in ("hour", "span")), block.counts["clicks"], strict=True)
    buckets = [(block.values["hour"][hour], block.values["span"][span], count) for hour, span, count in rows]
    assert buckets == [(HOUR - 12 - 10 * 24, 24, 2 * FEW), (HOUR, 1, FEW)]
