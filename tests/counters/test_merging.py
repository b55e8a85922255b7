from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib import sqs
from chalicelib.counters import blocks, cells, detail_blocks, detail_cells, learning_blocks, merging
from chalicelib.counters.cells import COUNTS, Cell
from chalicelib.counters.detail_cells import JointCell
from chalicelib.counters.learning_cells import LearningCell
from chalicelib.counters.merging import Kind, Task, decode, encode, merge_days, messages, process_message
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow

pytestmark = pytest.mark.usefixtures("tables", "queue")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = int(NOW.timestamp()) // 900
SHARD = cells.shard_of("pub_1")
REPORTS = cells.partition(NOW.date(), SHARD)
DETAILS = detail_cells.partition(NOW.date(), "pub_1")
LEARNING = "sml_1#1"


@pytest.fixture
def queue() -> Iterator[None]:
    """Provide the queue of the settings, empty."""
    sqs.client.cache_clear()
    sqs.client().create_queue(QueueName="merging")
    yield
    sqs.client.cache_clear()


def queued() -> list[list[Task]]:
    """Return the tasks of each message in the queue."""
    from moto.sqs.models import sqs_backends

    stored: list[Any] = sqs_backends["123456789012"]["us-east-1"].queues["merging"]._messages
    return [decode(message.body) for message in stored]


def add_clicks(count: int) -> None:
    """Write blocks of each kind of cells, as the aggregator does."""
    for n in range(count):
        with TransactWrite(connection=connection()) as write:
            cell = Cell(QUARTER, "sml_1", 1, publisher="pub_1")
            blocks.append_blocks(write, f"{n}", {cell: [1, *[0] * (len(COUNTS) - 1)]}, NOW)
            joint = JointCell(QUARTER, "sml_1", publisher="pub_1", browser="chrome")
            detail_blocks.add_blocks(write, f"{n:020d}", {joint: [1] * len(detail_cells.COUNTS)})
            learned = LearningCell(QUARTER // 4, 1, "US", "mobile", "cmp_1")
            learning_blocks.add_blocks(write, f"{n}", {LEARNING: {learned: [1, *[0] * 6]}}, NOW)


def always() -> bool:
    return True


def never() -> bool:
    return False


def times(count: int) -> Callable[[], bool]:
    """Return a function that is true this number of times."""
    left = iter([True] * count)
    return lambda: next(left, False)


def counted(partition: str) -> int:
    """Return the number of blocks of a partition that are not in a chunk."""
    return sum(row.position.startswith("b#") for row in blocks.live_rows(partition))


def test_run_with_time_compacts_all_partitions_and_queues_nothing() -> None:
    add_clicks(200)
    merged, days = merge_days(NOW, always)
    assert merged == {"merged": 200, "learned": 200, "details": 200, "queued": 0}
    assert days == cells.days_to_compact(NOW, 400)
    assert (queued(), counted(REPORTS), counted(LEARNING), counted(DETAILS)) == ([], 0, 0, 0)


def test_run_without_time_queues_every_partition_in_a_message() -> None:
    add_clicks(200)
    merged, days = merge_days(NOW, never)
    names = [*cells.partitions(days), *detail_cells.partitions(days), LEARNING]
    assert merged == {"merged": 0, "learned": 0, "details": 0, "queued": len(names)}
    assert [[task.partition for task in tasks] for tasks in queued()] == [[name] for name in names]
    assert [task.partition for (task,) in queued() if task.old] == detail_cells.partitions(days[-1:])


def test_messages_compact_what_the_schedule_left() -> None:
    add_clicks(200)
    merge_days(NOW, times(3))
    for tasks in queued():
        process_message(encode(tasks), NOW)
    assert [counted(name) for name in (REPORTS, LEARNING, DETAILS)] == [0, 0, 0]
    for tasks in queued():
        process_message(encode(tasks), NOW)
    assert sum(row.counts["unique_clicks"][0] for row in blocks.read([REPORTS])) == 200


def test_details_of_the_oldest_day_are_merged_even_if_they_are_few() -> None:
    add_clicks(1)
    process_message(encode([Task(Kind.DETAILS, DETAILS)]), NOW)
    assert counted(DETAILS) == 1
    process_message(encode([Task(Kind.DETAILS, DETAILS, old=True)]), NOW)
    assert counted(DETAILS) == 0


def test_partition_that_fails_is_queued_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    compact = merging.compact

    def damaged(task: Task, now: datetime) -> Any:
        if task.partition == REPORTS:
            message = "damaged"
            raise ValueError(message)
        return compact(task, now)

    add_clicks(200)
    monkeypatch.setattr(merging, "compact", damaged)
    merged, _ = merge_days(NOW, always)
    assert merged == {"merged": 0, "learned": 200, "details": 200, "queued": 1}
    assert queued() == [[Task(Kind.REPORTS, REPORTS)]]
    assert f"partition {REPORTS} was not compacted and is queued: ValueError('damaged')" in caplog.text
    with pytest.raises(ValueError, match="damaged"):
        process_message(encode([Task(Kind.REPORTS, REPORTS)]), NOW)


def test_block_that_cannot_be_read_stops_neither_its_schedule_nor_its_smartlinks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    add_clicks(200)
    CounterBlockRow(REPORTS, "b#0", cells=b"damaged").save()
    merged, _ = merge_days(NOW, always)
    assert merged == {"merged": 0, "learned": 200, "details": 200, "queued": 1}
    assert queued() == [[Task(Kind.REPORTS, REPORTS)]]
    assert f"block b#0 of partition {REPORTS} cannot be read: error('Error -3" in caplog.text


@pytest.mark.parametrize(("smartlinks", "sizes"), [(0, []), (20, [1] * 20), (50, [3] * 16 + [2]), (1_000, [10] * 100)])
def test_smartlinks_share_messages_if_there_are_many(smartlinks: int, sizes: list[int]) -> None:
    learning = [Task(Kind.LEARNING, f"sml_{n}#1") for n in range(smartlinks)]
    first, *others = messages([Task(Kind.REPORTS, REPORTS), *learning])
    assert first == [Task(Kind.REPORTS, REPORTS)]
    assert [len(tasks) for tasks in others] == sizes
    assert [task for tasks in others for task in tasks] == learning


@pytest.mark.parametrize("body", ["", "not json", "{}[]", '["a"]', '[["other", "sml_1#1", false]]', "5"])
def test_body_that_is_no_message_is_an_error(body: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        process_message(body, NOW)


def test_message_that_arrives_late_or_twice_changes_no_count() -> None:
    add_clicks(20)
    body = encode([Task(Kind.REPORTS, REPORTS)])
    for minutes in (0, 0, 5, 5):
        process_message(body, NOW + timedelta(minutes=minutes))
        assert sum(sum(block.counts["unique_clicks"]) for block in blocks.read([REPORTS])) == 20
