"""The cost of compaction at a click rate: minutes of arriving and merged blocks, in fake tables."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bench.fake_dynamodb import Charged, FakeItem, FakeTables, patch_botocore
from bench.stream import NOON, Traffic, batch
from chalicelib.counters import cells, learning_blocks
from chalicelib.counters.aggregator import aggregate
from chalicelib.counters.blocks import HEAD, block_key
from chalicelib.counters.cells import Cells, cell_of_click
from chalicelib.counters.column_codec import encode
from chalicelib.counters.compaction import compact_all
from chalicelib.settings import STREAM_BATCH_WINDOW_SECONDS
from chalicelib.tables.counters import CounterBlockRow

SHARDS = 4
"""Stream shards of a new on-demand table: one per partition."""

SHARD_CLICKS = 1_000
"""Maximum clicks per second of one partition of the table, and so of one shard."""

BATCH = 1_000
"""Maximum records of one Lambda batch."""

WARM_MINUTES, COUNTED_MINUTES = 4, 2
"""Blocks are deleted two minutes after their merge. From the fourth minute on, as many are deleted as arrive."""

_QUARTERS_TO_NOON = 48
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


@dataclass(frozen=True, slots=True)
class MergingCost:
    """Cost of compaction in the counted minutes: charges, CPU seconds and merged blocks."""

    charged: Charged
    seconds: float
    blocks: int
    clicks: float
    minutes: int = COUNTED_MINUTES

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
    minutes = []
    for minute in range(WARM_MINUTES + COUNTED_MINUTES):
        _arrive(tables, samples, (minute, batches))
        minutes.append(_merge(tables, NOON + timedelta(minutes=minute)))
    return _sum(minutes[WARM_MINUTES:], load.rate * 60 * COUNTED_MINUTES)


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


def _arrive(tables: FakeTables, samples: Sequence[Sequence[FakeItem]], minute_and_batches: tuple[int, int]) -> None:
    """Write the blocks of one minute's batches, each with its own key."""
    minute, batches = minute_and_batches
    for n in range(batches):
        for position, row in enumerate(samples[n % len(samples)]):
            tables.put("counters", {**row, "position": {"S": block_key(f"{minute} {n} {position}")}})


def _merge(tables: FakeTables, now: datetime) -> MergingCost:
    """Run one minute's compaction, as `chalicelib.lambdas.merge_counters` does."""
    tables.charged, tables.cpu = Charged(), 0.0
    start = time.process_time()
    with patch_botocore(tables):
        compacted = compact_all(cells.partitions([NOON.date()]), now)
        learned = learning_blocks.compact_smartlinks(compacted, now)
    seconds = time.process_time() - start - tables.cpu
    return MergingCost(tables.charged, seconds, len(compacted) + learned, 0)


def _sum(minutes: Sequence[MergingCost], clicks: float) -> MergingCost:
    charged = Charged()
    for minute in minutes:
        charged.requests += minute.charged.requests
        charged.writes += minute.charged.writes
        for table, units in minute.charged.reads.items():
            charged.reads[table] += units
    seconds = statistics.median(minute.seconds for minute in minutes) * len(minutes)
    return MergingCost(charged, seconds, sum(minute.blocks for minute in minutes), clicks)
