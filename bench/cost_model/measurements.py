"""What the other benches measured, as the cost and capacity models take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from json import loads

from bench.figures import ROOT, kept
from bench.merging import Load

WANTED: Mapping[str, tuple[str, ...]] = {
    "click": ("calls_per_click", "capped_calls_per_click", "item_bytes", "cpu_us"),
    "cold_start": ("cold_ms",),
    "aggregator": ("batch_1000_write_units", "block_bytes", "list_bytes"),
    "pools": ("cpu_ms_per_pool", "rows_bytes", "weights_bytes", "run_bytes"),
}
"""The facts that each part must have kept."""

SATURATED = Load(4_000)
"""Where batches are full: beyond, there are more of them."""


class Missing(Exception):  # noqa: N818 - named for the fact
    """A bench has not been run, or did not keep what is needed; says which to run first."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the aggregator takes for one batch: units, calls, transactions, and microseconds of CPU."""

    clicks: int
    write_units: float
    read_units: float
    requests: float
    runs: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Merging:
    """What the merger takes: units per 1,000 clicks; calls, blocks and milliseconds of CPU per minute."""

    write_units: float
    read_units: float
    requests: float
    blocks: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Facts:
    """The kept facts by part and name."""

    by_part: Mapping[str, Mapping[str, float]]

    def click(self, name: str) -> float:
        """A fact of the warm click."""
        return self.by_part["click"][name]

    def cold(self, name: str) -> float:
        """A fact of the cold start."""
        return self.by_part["cold_start"][name]

    def aggregator(self, name: str) -> float:
        """A fact of the aggregator."""
        return self.by_part["aggregator"][name]

    def pools(self, name: str) -> float:
        """A fact of learning."""
        return self.by_part["pools"][name]

    def batch(self, load: Load) -> Batch:
        """The largest batch that was measured and is no larger than the load's: a little dearer than its own."""
        sizes = sorted(int(name.split("_")[1]) for name in self.by_part["aggregator"] if _is_a_batch(name))
        clicks = max(size for size in sizes if size <= load.batch)
        names = ("write_units", "read_units", "requests", "runs", "cpu_us")
        return Batch(clicks, *(self.aggregator(f"batch_{clicks}_{name}") for name in names))

    def merging(self, load: Load) -> Merging:
        """The merging at the load as measured; beyond full batches, of as many more blocks. KeyError for another."""
        more = max(1.0, load.rate / SATURATED.rate)
        measured = SATURATED if more > 1 else load
        key = f"merging_{measured.rate:.0f}_a_second_{measured.batch}_a_batch"
        of_clicks = [self.aggregator(f"{key}_{name}") for name in ("write_units", "read_units")]
        return Merging(
            *of_clicks, *(more * self.aggregator(f"{key}_{name}") for name in ("requests", "blocks", "cpu_ms"))
        )


def _is_a_batch(name: str) -> bool:
    return name.startswith("batch_") and name.endswith("_runs")


def facts() -> Facts:
    """What was kept; `Missing` says which bench to run first."""
    return Facts({part: _of(part, names) for part, names in WANTED.items()})


def _of(part: str, names: tuple[str, ...]) -> Mapping[str, float]:
    try:
        found = kept(part).facts
    except FileNotFoundError as error:
        message = f"bench/results/{part}.json is missing: run `python -m bench.{part}` first"
        raise Missing(message) from error
    lacking = [name for name in names if name not in found]
    if lacking:
        message = f"bench/results/{part}.json lacks {', '.join(lacking)}: run `python -m bench.{part}` again"
        raise Missing(message)
    return found


@dataclass(frozen=True, slots=True)
class Stack:
    """What the stack's own configuration says: megabytes by function, minutes between rounds of learning."""

    megabytes: Mapping[str, int]
    learning_minutes: int
    alarms: int


def stack() -> Stack:
    """The configuration in `.chalice/`."""
    config = loads((ROOT / ".chalice" / "config.json").read_text())
    resources = loads((ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    megabytes = {name: each["lambda_memory_size"] for name, each in config["lambda_functions"].items()}
    alarms = sum(each.get("Type") == "AWS::CloudWatch::Alarm" for each in resources.values())
    return Stack(megabytes, int(config["environment_variables"]["LEARNING_MINUTES"]), alarms)
