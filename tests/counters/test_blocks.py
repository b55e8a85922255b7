from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks, cells, compaction
from chalicelib.counters.cells import COUNTS, Cell, Cells
from chalicelib.counters.column_codec import encode
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = int(NOW.timestamp()) // 900
PARTITION = cells.partition(NOW.date(), cells.shard_of("pub_1"))
ZEROS = [0] * (len(COUNTS) - 1)


def counted(n: int, **dimensions: Any) -> Cells:
    return {Cell(QUARTER, publisher="pub_1", **dimensions): [n, *ZEROS]}


def add(cause: str, added: Cells, now: datetime = NOW, until: int | None = None) -> None:
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, cause, added, now, until)


def total() -> int:
    return sum(sum(block.counts.get("unique_clicks", [])) for block in blocks.read([PARTITION]))


def test_cause_has_one_row_in_each_of_its_partitions() -> None:
    yesterday = {Cell(QUARTER - 96, publisher="pub_1"): [5, *ZEROS]}
    add("a", {**counted(1, country="US"), **counted(2, country="GB"), **yesterday})
    assert total() == 3
    days = {row.partition.partition("#")[0] for row in CounterBlockRow.scan()}
    assert (len(list(CounterBlockRow.scan())), days) == (2, {"2026-11-20", "2026-11-21"})


def test_no_partitions_and_empty_partitions_have_no_blocks() -> None:
    assert list(blocks.read([])) == []
    assert list(blocks.read([PARTITION])) == []


def test_stored_block_is_decoded() -> None:
    add("a", counted(3, country="US"))
    (block,) = blocks.read([PARTITION])
    assert block.values["country"] == ["US"]
    assert encode(counted(3, country="US")) == next(iter(CounterBlockRow.query(PARTITION))).cells


def test_absorbed_blocks_and_chunks_are_not_read() -> None:
    for position, n, absorbed in (("a#0000", 7, ["a#0001", "0f"]), ("a#0001", 3, ["1f"]), ("b#0f", 1, None)):
        names = absorbed and dict.fromkeys(absorbed, 0)
        CounterBlockRow(PARTITION, position, cells=encode(counted(n)), absorbed=names).save()
    assert total() == 7


def test_block_of_a_day_that_may_be_rolled_up_has_a_marker() -> None:
    add("a", counted(1), NOW + timedelta(days=1))
    assert [row.partition for row in CounterBlockRow.scan()] == [PARTITION]
    add("b", counted(1), NOW + timedelta(days=2))
    (marker,) = CounterBlockRow.query("m#2026-11")
    name = blocks.block_key("b").removeprefix(blocks.BLOCK)
    assert marker.position == f"!2026-11-21#{cells.shard_of('pub_1')}#{name}"
    assert total() == 2


def test_fingerprint_changes_with_each_block_and_each_compaction() -> None:
    found = {blocks.fingerprint(blocks.live_rows(PARTITION))}
    for n in range(16):
        add(f"{n}", counted(1))
        found.add(blocks.fingerprint(blocks.live_rows(PARTITION)))
    compaction.compact(PARTITION, NOW)
    found.add(blocks.fingerprint(blocks.live_rows(PARTITION)))
    assert len(found) == 18


def test_fingerprint_of_several_partitions_says_which_has_which_blocks() -> None:
    add("a", counted(1))
    rows = blocks.live_rows(PARTITION)
    found = {blocks.fingerprint(*each) for each in ([rows], [rows, []], [[], rows], [rows, rows])}
    assert len(found) == 4


def test_clicks_are_counted_until_the_newest_block_of_the_stream() -> None:
    assert blocks.counted_until([PARTITION]) is None
    add("a", counted(1), until=1_000)
    add("b", counted(1), until=3_000)
    add("conversion", counted(1))
    assert blocks.counted_until([PARTITION, "2026-11-20#0"]) == 3_000
    assert blocks.counted_until([]) is None
