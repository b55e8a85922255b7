"""The cost of compaction at a click rate: minutes of arriving and merged blocks, in fake tables."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from bench.fake_dynamodb import Charged, FakeItem, FakeTables, patch_botocore
from bench.stream import NOON, Traffic, batch
from chalicelib.counters import cells, detail_cells, detail_compaction, learning_blocks
from chalicelib.counters.aggregator import aggregate, decode_record
from chalicelib.counters.blocks import BLOCK, CHUNK, HEAD, block_key
from chalicelib.counters.cells import Cells, cell_of_click
from chalicelib.counters.column_codec import encode
from chalicelib.counters.detail_blocks import OWN, batch_order
from chalicelib.counters.detail_cells import JOINT_LAYOUT, DetailCells, partition_of
from chalicelib.counters.detail_codec import encode_sections
from chalicelib.counters.detail_columns import split
from chalicelib.counters.merging import Kind, Task, compact
from chalicelib.counters.stream_batch import DIGEST_BYTES, take_batch
from chalicelib.settings import STREAM_BATCH_WINDOW_SECONDS
from chalicelib.tables.counters import CounterBlockRow

SHARDS = 4
"""Stream shards of a new on-demand table: one per partition."""

SHARD_CLICKS = 1_000
"""Maximum clicks per second of one partition of the table, and so of one shard."""

BATCH = 1_000
"""Maximum records of one Lambda batch."""

WARM_MINUTES, COUNTED_MINUTES = 4, 2
"""Minutes of a load that is merged every minute. From the fourth minute on, as many blocks are deleted as arrive."""

_QUARTERS_TO_NOON = 48
_QUARTER_SECONDS = 900
_MAX_QUARTER_CLICKS = 30_000
"""Clicks of a quarter whose details are computed: more add few cells, and time."""

_SAMPLES = 5
"""Number of different batches; the others repeat them under other keys."""


@dataclass(frozen=True, slots=True)
class Load:
    """A load of `rate` clicks per second, with a batch window of `window` seconds."""

    rate: float
    window: float = STREAM_BATCH_WINDOW_SECONDS

    @property
    def shards(self) -> int:
        """Number of shards of the stream."""
        return max(SHARDS, ceil(self.rate / SHARD_CLICKS))

    @property
    def batch(self) -> int:
        """Clicks of a batch: those of one shard and window, at least 1 and at most Lambda's maximum."""
        return min(BATCH, max(1, round(self.rate * self.window / self.shards)))

    @property
    def batches(self) -> float:
        """Batches per second of all shards."""
        return self.rate / self.batch

    @property
    def cycle(self) -> int:
        """Minutes from one compaction of a partition's details to the next one."""
        return ceil(detail_compaction.MIN_BLOCKS_TO_COMPACT / round(self.batches * 60))

    @property
    def warm_minutes(self) -> int:
        """Minutes before those that are counted: until as many blocks are deleted as arrive."""
        return WARM_MINUTES + 2 * (self.cycle - 1)

    @property
    def counted_minutes(self) -> int:
        """Minutes that are counted: two cycles."""
        return COUNTED_MINUTES * self.cycle


class Work(NamedTuple):
    """Work on one partition: CPU seconds, and requests."""

    seconds: float = 0.0
    requests: float = 0


@dataclass(frozen=True, slots=True)
class MergingCost:
    """Cost of compaction in the counted minutes: charges, CPU seconds and merged blocks.

    `work` is that on each partition: CPU seconds, and requests.
    """

    charged: Charged
    seconds: float
    blocks: int
    clicks: float
    minutes: int = 1
    work: Mapping[str, Work] = field(default_factory=dict)

    @property
    def busiest(self) -> Work:
        """The work of a minute on the partition with the most."""
        seconds, requests = max(self.work.values())
        return Work(seconds / self.minutes, requests / self.minutes)

    @property
    def units(self) -> float:
        """Write units per 1,000 clicks."""
        return self.charged.write_units / self.clicks * 1_000

    @property
    def reads(self) -> float:
        """Read units per 1,000 clicks."""
        return self.charged.read_units / self.clicks * 1_000

    @property
    def cpu(self) -> float:
        """Microseconds of CPU per merged block."""
        return self.seconds / max(self.blocks, 1) * 1e6


def measure_merging(load: Load, traffic: Traffic) -> MergingCost:
    """Measure compaction under the load at noon, in minutes in which as many blocks are deleted as arrive."""
    tables = FakeTables()
    samples = [_blocks_of(traffic, load.batch, seed) for seed in range(_SAMPLES)]
    batches = round(load.batches * 60)
    _fill_the_morning(tables, traffic)
    _fill_the_mornings_details(tables, traffic, round(load.rate * _QUARTER_SECONDS))
    minutes = []
    for minute in range(load.warm_minutes + load.counted_minutes):
        _arrive(tables, samples, (minute, batches))
        minutes.append(_merge(tables, NOON + timedelta(minutes=minute)))
    return _sum(minutes[load.warm_minutes :], load.rate * 60)


def _blocks_of(traffic: Traffic, size: int, seed: int) -> list[FakeItem]:
    """Return the counter rows that one batch writes."""
    tables = FakeTables()
    with patch_botocore(tables):
        aggregate(batch(traffic, size, seed), NOON)
    return [row for partition in tables.rows["counters"].values() for row in partition.values()]


def _fill_the_morning(tables: FakeTables, traffic: Traffic) -> None:
    """Write a chunk to each report partition, with the cells of every quarter of an hour since midnight."""
    whole: Cells = {}
    for n in range(traffic.cells):
        cell, _ = cell_of_click(traffic.click(n, "", int(NOON.timestamp() * 1000)).attribute_values)
        for quarter in range(cell.quarter - _QUARTERS_TO_NOON, cell.quarter):
            cells.add(whole, cell._replace(quarter=quarter), unique_clicks=1 + quarter % 50)
    with patch_botocore(tables):
        for partition, part in cells.by_partition(whole).items():
            CounterBlockRow(partition, HEAD, cells=encode(part), version=1, absorbed={}).save()


def _fill_the_mornings_details(tables: FakeTables, traffic: Traffic, clicks: int) -> None:
    """Write the detail cells of every quarter of an hour since midnight, each as a chunk: all have the same size."""
    records = [decode_record(record) for record in batch(traffic, min(clicks, _MAX_QUARTER_CLICKS))]
    joint = []
    while records:
        taken = take_batch(records)
        joint.append(encode(taken.details, JOINT_LAYOUT))
        records = records[len(taken.records) :]
    parts: dict[str, DetailCells] = {}
    for cell, counts in split(joint, lambda _, __, value: value).items():
        parts.setdefault(partition_of(NOON.date(), cells.shard_of(cell.publisher)), {})[cell] = counts
    with patch_botocore(tables):
        for partition, part in parts.items():
            CounterBlockRow(partition, HEAD, cells=encode_sections({}), version=1, absorbed={}).save()
            stored = encode_sections(part)
            for n in range(1, _QUARTERS_TO_NOON):
                CounterBlockRow(partition, f"{CHUNK}{n:04d}", cells=stored, version=1, absorbed={}).save()


def _arrive(tables: FakeTables, samples: Sequence[Sequence[FakeItem]], minute_and_batches: tuple[int, int]) -> None:
    """Write the blocks of one minute's batches, each with its own key."""
    minute, batches = minute_and_batches
    for n in range(batches):
        for position, row in enumerate(samples[n % len(samples)]):
            key = block_key(f"{minute} {n} {position}")
            if row["partition"]["S"].endswith("#d"):
                key = f"{BLOCK}{OWN}{batch_order(minute * 60_000, f'{n:024d}{position:04d}', bytes(DIGEST_BYTES))}"
            tables.put("counters", {**row, "position": {"S": key}})


def _merge(tables: FakeTables, now: datetime) -> MergingCost:
    """Run one minute's compaction, partition by partition, as `chalicelib.counters.merging` does."""
    tables.charged, work = Charged(), dict[str, Work]()
    merged = [_compact(tables, Task(Kind.REPORTS, name), now, work) for name in cells.partitions([NOON.date()])]
    learning = learning_blocks.partitions_of(block for blocks in merged for block in blocks)
    merged += [_compact(tables, Task(Kind.LEARNING, name), now, work) for name in learning]
    details = detail_cells.partitions([NOON.date()])
    merged += [_compact(tables, Task(Kind.DETAILS, name), now, work) for name in details]
    seconds = sum(each.seconds for each in work.values())
    return MergingCost(tables.charged, seconds, sum(map(len, merged)), 0, work=work)


def _compact(tables: FakeTables, task: Task, now: datetime, work: dict[str, Work]) -> list[CounterBlockRow]:
    """Compact a partition, and add what this took to `work`."""
    start, answered, requests = time.process_time(), tables.cpu, tables.charged.requests.total()
    with patch_botocore(tables):
        merged = compact(task, now)
    seconds = time.process_time() - start - (tables.cpu - answered)
    work[task.partition] = Work(seconds, tables.charged.requests.total() - requests)
    return merged


def _sum(minutes: Sequence[MergingCost], clicks: float) -> MergingCost:
    """Return the cost of the minutes, each with this number of clicks."""
    charged = Charged()
    for minute in minutes:
        charged.requests += minute.charged.requests
        charged.writes += minute.charged.writes
        for table, units in minute.charged.reads.items():
            charged.reads[table] += units
    seconds = statistics.fmean(minute.seconds for minute in minutes) * len(minutes)
    work: dict[str, Work] = {}
    for name, (spent, requests) in (each for minute in minutes for each in minute.work.items()):
        before = work.get(name, Work())
        work[name] = Work(before.seconds + spent, before.requests + requests)
    blocks = sum(minute.blocks for minute in minutes)
    return MergingCost(charged, seconds, blocks, clicks * len(minutes), len(minutes), work)
