"""Measurements of the other benchmarks, as input of the cost and capacity models."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from json import loads

from bench.figures import ROOT, load_part
from bench.merging import Load

WANTED: Mapping[str, tuple[str, ...]] = {
    "click": ("calls_per_click", "capped_calls_per_click", "item_bytes", "cpu_us"),
    "cold_start": ("cold_ms",),
    "aggregator": ("batch_1000_write_units", "block_bytes", "list_bytes"),
    "pools": ("cpu_ms_per_pool", "rows_bytes", "weights_bytes", "run_bytes"),
}
"""The facts that each part must have saved."""

SATURATED = Load(4_000)
"""The load from which on batches are full; at higher loads there are more batches."""


class MissingResult(Exception):  # noqa: N818 - named for the fact
    """A benchmark was not run, or its saved results lack a fact. The message names the benchmark to run."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Cost of counting one batch: units, calls, transactions, and microseconds of CPU."""

    clicks: int
    write_units: float
    read_units: float
    requests: float
    runs: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Merging:
    """Cost of compaction: units per 1,000 clicks; calls, blocks and milliseconds of CPU per minute.

    `busiest_requests` and `busiest_cpu_ms` are those of the partition with the most work.
    """

    write_units: float
    read_units: float
    requests: float
    blocks: float
    cpu_ms: float
    busiest_requests: float
    busiest_cpu_ms: float


@dataclass(frozen=True, slots=True)
class Facts:
    """The saved facts by part and name."""

    by_part: Mapping[str, Mapping[str, float]]

    def click(self, name: str) -> float:
        """Return a fact of the warm click."""
        return self.by_part["click"][name]

    def cold(self, name: str) -> float:
        """Return a fact of the cold start."""
        return self.by_part["cold_start"][name]

    def aggregator(self, name: str) -> float:
        """Return a fact of the aggregator."""
        return self.by_part["aggregator"][name]

    def pools(self, name: str) -> float:
        """Return a fact of the optimizer."""
        return self.by_part["pools"][name]

    def batch(self, load: Load) -> Batch:
        """Return the largest measured batch that is not larger than the load's. It slightly overestimates the cost."""
        sizes = sorted(int(name.split("_")[1]) for name in self.by_part["aggregator"] if _is_batch_fact(name))
        clicks = max(size for size in sizes if size <= load.batch)
        names = ("write_units", "read_units", "requests", "runs", "cpu_us")
        return Batch(clicks, *(self.aggregator(f"batch_{clicks}_{name}") for name in names))

    def merging(self, load: Load) -> Merging:
        """Return compaction at a measured load, extrapolated beyond full batches. Raise KeyError for other loads."""
        factor = max(1.0, load.rate / SATURATED.rate)
        measured = SATURATED if factor > 1 else load
        key = f"merging_{measured.rate:.0f}_a_second_{measured.batch}_a_batch"
        units = [self.aggregator(f"{key}_{name}") for name in ("write_units", "read_units")]
        a_minute = ("requests", "blocks", "cpu_ms", "busiest_requests", "busiest_cpu_ms")
        return Merging(*units, *(factor * self.aggregator(f"{key}_{name}") for name in a_minute))


def _is_batch_fact(name: str) -> bool:
    return name.startswith("batch_") and name.endswith("_runs")


def facts() -> Facts:
    """Return the saved facts. Raise MissingResult if a benchmark must run first."""
    return Facts({part: _facts_of(part, names) for part, names in WANTED.items()})


def _facts_of(part: str, names: tuple[str, ...]) -> Mapping[str, float]:
    try:
        saved = load_part(part).facts
    except FileNotFoundError as error:
        message = f"bench/results/{part}.json is missing: run `python -m bench.{part}` first"
        raise MissingResult(message) from error
    missing = [name for name in names if name not in saved]
    if missing:
        message = f"bench/results/{part}.json lacks {', '.join(missing)}: run `python -m bench.{part}` again"
        raise MissingResult(message)
    return saved


@dataclass(frozen=True, slots=True)
class Stack:
    """Configuration of the stack: memory by function, minutes between optimizer runs, numbers of alarms and queues.

    `queues` are those that a function polls.
    """

    megabytes: Mapping[str, int]
    learning_minutes: int
    alarms: int
    queues: int


def stack() -> Stack:
    """Return the configuration in `.chalice/`, and the number of alarms of the runbook, which a test compares."""
    config = loads((ROOT / ".chalice" / "config.json").read_text())
    megabytes = {name: function["lambda_memory_size"] for name, function in config["lambda_functions"].items()}
    alarms = re.search(r"(\d+) alarms cost", (ROOT / "docs" / "runbook.md").read_text())
    assert alarms  # noqa: S101 - `tests/deploy/template/test_alarms.py` compares the sentence with the template
    return Stack(megabytes, int(config["environment_variables"]["LEARNING_MINUTES"]), int(alarms[1]), _queues())


def _queues() -> int:
    """Return the number of queues with a function: those with dead letters."""
    resources = loads((ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    return sum("RedrivePolicy" in resource.get("Properties", {}) for resource in resources.values())
