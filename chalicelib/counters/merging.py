"""Merging: the compaction of each partition of counters is a task, done at once if there is time, otherwise queued."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import assert_never

from chalicelib import sqs
from chalicelib.counters import cells, detail_cells, detail_compaction, learning_blocks
from chalicelib.counters.compaction import compact_all, uncompacted_blocks
from chalicelib.settings import COUNTER_DAYS, merging_queue
from chalicelib.tables.counters import CounterBlockRow

_log = logging.getLogger("smartlink")

SECONDS = 20
"""Time after which one run of the schedule compacts no further partition, but queues it."""

MAX_TASKS_A_MESSAGE = 10
MESSAGES_AT_A_TIME = 20
"""Messages that are processed at a time: the maximum concurrency of `merge_partitions`."""


def time_limit(seconds: int) -> Callable[[], bool]:
    """Return a function that returns whether less than this time has passed since now."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return lambda: datetime.now(UTC) < until


class Kind(StrEnum):
    """Kind of the cells in a partition."""

    REPORTS = "reports"
    LEARNING = "learning"
    DETAILS = "details"


@dataclass(frozen=True, slots=True)
class Task:
    """The compaction of one partition. Of an `old` one all details are merged, even if there are few blocks."""

    kind: Kind
    partition: str
    old: bool = False


@dataclass(slots=True)
class _Run:
    """One run of the schedule: the number of merged blocks by kind, and the tasks that are left."""

    now: datetime
    has_time: Callable[[], bool]
    merged: Counter[Kind] = field(default_factory=Counter)
    left: list[Task] = field(default_factory=list)

    def compact(self, task: Task) -> list[CounterBlockRow]:
        """Do the task and return the merged blocks. It is left if there is no time, or if it fails."""
        try:
            blocks = compact(task, self.now) if self.has_time() else None
        except Exception as error:  # noqa: BLE001 - a damaged partition must not stop the others
            _log.warning("partition %s was not compacted and is queued: %r", task.partition, error)
            blocks = None
        if blocks is None:
            self.left.append(task)
        self.merged[task.kind] += len(blocks or ())
        return blocks or []


def merge_days(now: datetime, has_time: Callable[[], bool]) -> tuple[dict[str, int], Sequence[date]]:
    """Compact the days that are due at `now`; return the numbers of merged blocks and queued tasks, and the days.

    The learning counters are compacted for the smartlinks in the merged blocks. On the oldest day and in queued
    partitions some blocks are read for it, also if they are too few to be merged, so that compaction visits every
    smartlink eventually.
    """
    days, run = cells.days_to_compact(now, COUNTER_DAYS), _Run(now, has_time)
    blocks = [block for name in cells.partitions(days) for block in run.compact(Task(Kind.REPORTS, name))]
    unread = {*cells.partitions(days[-1:]), *(task.partition for task in run.left)}
    for name in sorted(set(_learning_partitions([*blocks, *uncompacted_blocks(sorted(unread))]))):
        run.compact(Task(Kind.LEARNING, name))
    for day in days:
        for name in detail_cells.partitions([day]):
            run.compact(Task(Kind.DETAILS, name, old=day == days[-1]))
    for message in messages(run.left):
        sqs.send(merging_queue(), encode(message))
    merged = run.merged
    counts = {"merged": merged[Kind.REPORTS], "learned": merged[Kind.LEARNING], "details": merged[Kind.DETAILS]}
    return {**counts, "queued": len(run.left)}, days


def _learning_partitions(blocks: Iterable[CounterBlockRow]) -> Iterator[str]:
    """Yield the learning partitions of the smartlinks in report blocks, without those of damaged blocks."""
    for block in blocks:
        try:
            yield from learning_blocks.partitions_of([block])
        except Exception as error:  # noqa: BLE001 - a damaged block must not stop the others
            _log.warning("block %s of partition %s cannot be read: %r", block.position, block.partition, error)


def compact(task: Task, now: datetime) -> list[CounterBlockRow]:
    """Compact a partition and return the merged blocks. Others may do so at the same time: one of them writes."""
    match task.kind:
        case Kind.REPORTS:
            return compact_all([task.partition], now)
        case Kind.LEARNING:
            return learning_blocks.compact_each([task.partition], now)
        case Kind.DETAILS:
            min_blocks = 1 if task.old else detail_compaction.MIN_BLOCKS_TO_COMPACT
            return detail_compaction.compact_each([task.partition], now, min_blocks)
        case _:
            assert_never(task.kind)


def process_message(body: str, now: datetime) -> None:
    """Do the tasks of a message. Raise ValueError or TypeError if it is none, and the errors of AWS."""
    for task in decode(body):
        compact(task, now)


def messages(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Yield the tasks of each message: one, or several smartlinks if there are more than are compacted at a time."""
    learning = [task for task in tasks if task.kind is Kind.LEARNING]
    yield from ([task] for task in tasks if task.kind is not Kind.LEARNING)
    size = min(max(1, ceil(len(learning) / MESSAGES_AT_A_TIME)), MAX_TASKS_A_MESSAGE)
    yield from (learning[first : first + size] for first in range(0, len(learning), size))


def encode(tasks: Sequence[Task]) -> str:
    """Encode tasks as a queue body."""
    return json.dumps([[task.kind, task.partition, task.old] for task in tasks], separators=(",", ":"))


def decode(body: str) -> list[Task]:
    """Decode a queue body. Raise ValueError or TypeError if it is none."""
    return [Task(Kind(kind), str(partition), bool(old)) for kind, partition, old in json.loads(body)]
