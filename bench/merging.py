"""What the merger costs at a rate of clicks: whole minutes of blocks arriving and being merged, on the stand-in."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bench.fake_dynamodb import Charged, FakeItem, FakeTables, answering
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
"""Stream shards of a table as on-demand tables begin: one for each of its partitions."""

SHARD_CLICKS = 1_000
"""Clicks a second that one partition of the table, and so one shard, takes."""

BATCH = 1_000
"""Records that Lambda hands over at most."""

WARM_MINUTES, COUNTED_MINUTES = 4, 2
"""Blocks are deleted two minutes after their merge: from the fourth minute on, as many go as come."""

_QUARTERS_TO_NOON = 48
_SAMPLES = 5
"""Different batches; the others are these over again, under names of their own."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many clicks a second, each shard's gathered for at most `window` seconds."""

    rate: float
    window: float = STREAM_BATCH_WINDOW_SECONDS

    @property
    def shards(self) -> int:
        """How many shards the stream has."""
        return max(SHARDS, ceil(self.rate / SHARD_CLICKS))

    @property
    def batch(self) -> int:
        """How many clicks a batch holds: what a shard gathers, as many as Lambda hands over, or one."""
        return min(BATCH, max(1, round(self.rate * self.window / self.shards)))

    @property
    def batches(self) -> float:
        """Batches a second, of all shards."""
        return self.rate / self.batch


@dataclass(frozen=True, slots=True)
class Merged:
    """Of the counted minutes: what was charged for merging, its CPU seconds, and how many blocks it took."""

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
        """Microseconds of CPU per block that was merged."""
        return self.seconds / max(self.blocks, 1) * 1e6


def merged_at(load: Load, traffic: Traffic) -> Merged:
    """The merger under the load, at noon, in the minutes when as many blocks are deleted as come."""
    tables = FakeTables()
    samples = [_blocks_of(traffic, load.batch, seed) for seed in range(_SAMPLES)]
    batches = round(load.batches * 60)
    _fill_the_morning(tables, traffic)
    found = []
    for minute in range(WARM_MINUTES + COUNTED_MINUTES):
        _arrive(tables, samples, (minute, batches))
        found.append(_merge(tables, NOON + timedelta(minutes=minute)))
    return _sum(found[WARM_MINUTES:], load.rate * 60 * COUNTED_MINUTES)


def _blocks_of(traffic: Traffic, size: int, seed: int) -> list[FakeItem]:
    """The rows of counters that one batch writes."""
    tables = FakeTables()
    with answering(tables):
        aggregate(batch(traffic, size, seed), NOON)
    return [row for held in tables.rows["counters"].values() for row in held.values()]


def _fill_the_morning(tables: FakeTables, traffic: Traffic) -> None:
    """A chunk in each report partition with the cells of every quarter since midnight."""
    whole: Cells = {}
    for n in range(traffic.cells):
        cell, _ = cell_of_click(traffic.click(n, "", int(NOON.timestamp() * 1000)).attribute_values)
        for quarter in range(cell.quarter - _QUARTERS_TO_NOON, cell.quarter):
            cells.add(whole, cell._replace(quarter=quarter), unique_clicks=1 + quarter % 50)
    with answering(tables):
        for partition, part in cells.by_partition(whole).items():
            CounterBlockRow(partition, HEAD, cells=encode(part), version=1, absorbed={}).save()


def _arrive(tables: FakeTables, samples: Sequence[Sequence[FakeItem]], when: tuple[int, int]) -> None:
    """Lets the batches of a minute write their blocks, each under a name of its own."""
    minute, batches = when
    for n in range(batches):
        for place, row in enumerate(samples[n % len(samples)]):
            tables.put("counters", {**row, "position": {"S": block_key(f"{minute} {n} {place}")}})


def _merge(tables: FakeTables, now: datetime) -> Merged:
    """One minute's merge, as `chalicelib.lambdas.merge_counters` makes it."""
    tables.charged, tables.cpu = Charged(), 0.0
    began = time.process_time()
    with answering(tables):
        taken = compact_all(cells.partitions([NOON.date()]), now)
        learned = learning_blocks.merge(taken, now)
    seconds = time.process_time() - began - tables.cpu
    return Merged(tables.charged, seconds, len(taken) + learned, 0)


def _sum(minutes: Sequence[Merged], clicks: float) -> Merged:
    charged = Charged()
    for each in minutes:
        charged.requests += each.charged.requests
        charged.writes += each.charged.writes
        for table, units in each.charged.reads.items():
            charged.reads[table] += units
    seconds = statistics.median(each.seconds for each in minutes) * len(minutes)
    return Merged(charged, seconds, sum(each.blocks for each in minutes), clicks)
