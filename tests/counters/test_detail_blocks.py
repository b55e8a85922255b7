from collections.abc import Sequence

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells, detail_blocks, detail_cells
from chalicelib.counters.column_codec import decode, encode
from chalicelib.counters.detail_blocks import DetailRows
from chalicelib.counters.detail_cells import COUNTS, JOINT_LAYOUT, JointCell
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow

QUARTER = 20_000 * 96
PARTITION = detail_cells.partition(cells.day_of(QUARTER), "pub_1")
OWN = JointCell(QUARTER, publisher="pub_1", browser="safari")
LATE = OWN._replace(click_day="2024-09-30")


def add(order: str, *joint: JointCell) -> None:
    with TransactWrite(connection=connection()) as write:
        detail_blocks.add_blocks(write, order, dict.fromkeys(joint, [1] * len(COUNTS)))


def found(blocks: Sequence[bytes]) -> list[list[JointCell]]:
    return [list(decode(block, JOINT_LAYOUT)) for block in blocks]


def test_batches_sort_by_time_and_then_by_sequence_number() -> None:
    orders = [
        detail_blocks.batch_order(999, "5", b"z"),
        detail_blocks.batch_order(1_000, "9", b"y"),
        detail_blocks.batch_order(1_000, "10", b"a"),
        detail_blocks.batch_order(1_000, "10", b"b"),
        detail_blocks.batch_order(1_001, "1", b"a"),
    ]
    assert orders == sorted(orders)


def test_changes_sort_by_time_among_batches_and_differ_by_cause() -> None:
    orders = [detail_blocks.batch_order(999, "5", b"z"), detail_blocks.change_order(1_000, "cnv_1@1")]
    assert orders == sorted(orders)
    assert detail_blocks.change_order(1_000, "cnv_1@2") != orders[1]


@pytest.mark.usefixtures("tables")
def test_late_cells_are_in_blocks_of_their_own() -> None:
    add("1", OWN, LATE)
    assert {row.partition for row in CounterBlockRow.scan()} == {PARTITION}
    rows = detail_blocks.read_partition(PARTITION)
    assert (rows.chunks, found(rows.own), found(rows.late)) == ([], [[OWN]], [[LATE]])


@pytest.mark.usefixtures("tables")
def test_blocks_are_read_in_stream_order_without_absorbed_ones() -> None:
    for order in ("3", "1", "2"):
        add(order, OWN._replace(sub2=order))
    CounterBlockRow(PARTITION, "a#0001", cells=encode({}), absorbed={"o#1": 0}).save()
    (rows,) = detail_blocks.read([PARTITION])
    assert [cell.sub2 for (cell,) in found(rows.own)] == ["2", "3"]
    assert rows.chunks == detail_blocks.read_chunks(PARTITION) == [encode({})]


@pytest.mark.usefixtures("tables")
def test_empty_partition_has_no_rows() -> None:
    assert list(detail_blocks.read([])) == []
    assert list(detail_blocks.read([PARTITION])) == [DetailRows([], [], [])]
