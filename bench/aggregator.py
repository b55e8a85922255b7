"""The aggregator: clicks aggregated per second, and the DynamoDB units of counting and compaction.

Everything runs in this process. pynamodb and botocore build, sign and parse complete requests; dictionaries
(`bench/fake_dynamodb.py`) replace the network, and their CPU is not counted. The floor decodes the event's JSON and
adds each click to a dictionary.
"""

import gc
import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as numbers
from typing import Any

from bench.fake_dynamodb import FakeTables, patch_botocore
from bench.figures import ROUNDS, Figure, Floor, Part, main
from bench.merging import BATCH, Load, MergingCost, measure_merging
from bench.stream import NOON, Traffic, batch
from chalicelib.counters.aggregator import aggregate, decode_record
from chalicelib.counters.batch_claims import WIDEST
from chalicelib.counters.stream_batch import StreamRecord, hour_of, take_batch
from chalicelib.domain.timestamps import milliseconds

TIMED = (Traffic(1, 1), Traffic(10, 10), Traffic(100, 10))
COUNTED = (Traffic(1, 1), Traffic(10, 1), Traffic(100, 1), Traffic(10, 10), Traffic(100, 10), Traffic(100, 50))
TYPICAL = Traffic(100, 10)
"""The traffic of the cost model."""

_WIDEST_CLAIM = {"position": {"S": WIDEST}, "level": {"N": "99"}}
TURNS = 15
BATCHES = (1, 2, 10, 25, 100, 250, 1_000)
LOADS = (Load(10), Load(100), Load(1_000), Load(4_000), Load(10, 1), Load(100, 1), Load(1_000, 1))
"""From 4,000 clicks per second on, batches are full and only the number of shards grows. Three use a 1 s window."""


@dataclass(frozen=True, slots=True)
class Step:
    """One measured step, and the tables whose CPU is excluded."""

    work: Callable[[], object]
    tables: FakeTables

    def microseconds(self, clicks: int) -> float:
        """Run the step once and return its CPU per click. Garbage of other steps is collected before."""
        gc.collect()
        start, answered = time.process_time(), self.tables.cpu
        self.work()
        spent = time.process_time() - start - (self.tables.cpu - answered)
        return spent / clicks * 1e6


def measure() -> Part:
    """Measure CPU per click, clicks per second, and the request units of counting and compaction."""
    os.environ.update(
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106 - nothing is sent
        AWS_DEFAULT_REGION="us-east-1",
        ARCHIVE_BUCKET="smartlink-archive",
    )
    figures: list[Figure] = []
    facts: dict[str, float] = {}
    for traffic in TIMED:
        taken = measure_cpu(traffic)
        figures += _speed(traffic, taken)
        facts |= _speed_facts(traffic, taken)
    for traffic in COUNTED:
        figures.append(_units(traffic))
    facts |= _batch_facts()
    for load in LOADS:
        merged = measure_merging(load, TYPICAL)
        figures.append(_merging(load, merged))
        facts |= _merging_facts(load, merged)
    return Part("aggregator", figures, facts)


def measure_cpu(traffic: Traffic) -> dict[str, float]:
    """Return microseconds of CPU per click of the floor, of reading, folding and writing a batch, and of all (`count`).

    They are medians of alternating rounds. Writing is the round's `count` minus reading and folding.
    """
    tables, text = FakeTables(), json.dumps({"Records": batch(traffic, BATCH)})
    records, fresh = _read(text), numbers(1)
    steps = {
        "floor": Step(lambda: _add_to_dict(json.loads(text)["Records"]), tables),
        "read": Step(lambda: _read(text), tables),
        "fold": Step(lambda: _fold(records), tables),
        "count": Step(lambda: _count(text, next(fresh)), tables),
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    with patch_botocore(tables):
        for _ in range(TURNS + 1):
            for name, step in steps.items():
                taken[name].append(step.microseconds(BATCH))
    parts = zip(taken["count"], taken["read"], taken["fold"], strict=True)
    taken["write"] = [whole - read - fold for whole, read, fold in parts]
    return {name: statistics.median(each[1:]) for name, each in taken.items()}


def _add_to_dict(records: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, ...]]:
    images = (record["dynamodb"]["NewImage"] for record in records)
    return Counter((image["ro"]["S"], image["pu"]["S"], image["co"]["S"], image["de"]["S"]) for image in images)


def _read(text: str) -> list[StreamRecord]:
    return [decode_record(record) for record in json.loads(text)["Records"]]


def _fold(records: Sequence[StreamRecord]) -> None:
    while records:
        records = records[len(take_batch(records).records) :]


def _count(text: str, turn: int) -> None:
    """Count the event as the handler does, with new sequence numbers."""
    records = json.loads(text)["Records"]
    for record in records:
        record["dynamodb"]["SequenceNumber"] = f"{turn}{record['dynamodb']['SequenceNumber']}"
    aggregate(records, NOON)


def _speed(traffic: Traffic, taken: Mapping[str, float]) -> list[Figure]:
    floor = Floor("decode the event, add into a dict", taken["floor"])
    names = {"read": "read the records of", "fold": "fold", "write": "write", "count": "read, fold and write"}
    cpu = {label: taken[name] for name, label in names.items()}
    return [
        *(
            Figure(f"{label} 1,000 clicks ({traffic.name}), CPU per click", us, "µs", floor)
            for label, us in cpu.items()
        ),
        Figure(f"clicks folded ({traffic.name})", 1e6 / taken["fold"], "a second of CPU"),
        Figure(f"clicks read, folded and written ({traffic.name})", 1e6 / taken["count"], "a second of CPU"),
    ]


def _speed_facts(traffic: Traffic, taken: Mapping[str, float]) -> dict[str, float]:
    key = f"{traffic.cells}_cells_{traffic.pools}_pools"
    return {f"fold_us_{key}": taken["fold"], f"count_us_{key}": taken["count"]}


def tables_after_batch(traffic: Traffic, clicks: int) -> FakeTables:
    """Return the tables after counting one batch of `clicks` clicks, which is not the first one of its hour."""
    tables = FakeTables()
    tables.put("batch_claims", {"partition": {"S": hour_of(milliseconds(NOON))}, **_WIDEST_CLAIM})
    with patch_botocore(tables):
        aggregate(batch(traffic, clicks), NOON)
    return tables


def _units(traffic: Traffic) -> Figure:
    units = tables_after_batch(traffic, BATCH).charged.write_units
    return Figure(f"write units for a batch of 1,000 clicks ({traffic.name}), counted", units, "units")


def _batch_facts() -> dict[str, float]:
    """Return the cost of one batch of each size of the typical traffic, and the sizes of its rows."""
    facts: dict[str, float] = {}
    for clicks in BATCHES:
        tables = tables_after_batch(TYPICAL, clicks)
        charged = tables.charged
        facts[f"batch_{clicks}_write_units"] = charged.write_units
        facts[f"batch_{clicks}_read_units"] = charged.read_units
        facts[f"batch_{clicks}_requests"] = charged.requests.total()
        facts[f"batch_{clicks}_runs"] = charged.requests["TransactWriteItems"]
        facts[f"batch_{clicks}_cpu_us"] = _batch_cpu(clicks)
    return facts | _row_facts()


def _batch_cpu(clicks: int) -> float:
    """Return microseconds of CPU for counting one batch of `clicks` clicks, the median of rounds."""
    tables, text, fresh = FakeTables(), json.dumps({"Records": batch(TYPICAL, clicks)}), numbers(1)
    step = Step(lambda: _count(text, next(fresh)), tables)
    with patch_botocore(tables):
        return statistics.median(step.microseconds(1) for _ in range(ROUNDS))


def _row_facts() -> dict[str, float]:
    """Return the bytes of the largest block, and of the click lists of a batch of one smartlink."""
    lists = tables_after_batch(Traffic(TYPICAL.cells, 1), BATCH)
    largest = max(tables_after_batch(TYPICAL, BATCH).sizes("counters") + lists.sizes("counters"))
    return {
        "block_bytes": largest,
        "list_bytes": max(lists.sizes("click_lists")),
        "list_bytes_per_click": sum(lists.sizes("click_lists")) / BATCH,
    }


def _merging(load: Load, merged: MergingCost) -> Figure:
    name = (
        f"write units of merging per 1,000 clicks at {load.rate:,} clicks/s ({TYPICAL.name}), batches of {load.batch:,}"
    )
    return Figure(name, merged.units, "units")


def _merging_facts(load: Load, merged: MergingCost) -> dict[str, float]:
    key = f"merging_{load.rate:.0f}_a_second_{load.batch}_a_batch"
    return {
        f"{key}_write_units": merged.units,
        f"{key}_read_units": merged.reads,
        f"{key}_requests": merged.charged.requests.total() / merged.minutes,
        f"{key}_blocks": merged.blocks / merged.minutes,
        f"{key}_cpu_ms": merged.seconds / merged.minutes * 1e3,
        f"{key}_busiest_requests": merged.busiest.requests,
        f"{key}_busiest_cpu_ms": merged.busiest.seconds * 1e3,
    }


if __name__ == "__main__":
    main(measure)
