"""Input of the cost and capacity models, and the times that follow from it."""

from dataclasses import dataclass, field
from math import ceil

from bench.cost_model.assumptions import Assumptions
from bench.cost_model.measurements import Facts, Stack
from bench.merging import Load
from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS

MILLION, GB = 1_000_000, 1e9
HOUR, MONTH = 3_600.0, 30.4 * 86_400
REDIRECT, API, COUNTER, MERGER = "redirect", "api_handler", "count_clicks", "merge_counters"
REQUESTS_AN_OBJECT = 2
"""An object of the archive is put and copied."""


@dataclass(frozen=True, slots=True)
class Case:
    """Input of the models: measured facts, stack, load, whether campaigns have click caps, and assumptions."""

    facts: Facts
    stack: Stack
    load: Load
    capped: bool = False
    assumed: Assumptions = field(default_factory=Assumptions)

    @property
    def seconds(self) -> float:
        """Duration of a million clicks in seconds."""
        return MILLION / self.load.rate

    def share(self, function: str) -> float:
        """Return the function's share of a vCPU by its memory, at most 1: our code is single-threaded."""
        return min(1.0, self.stack.megabytes[function] / self.assumed.vcpu_mb)

    def cpu_ms(self, function: str, microseconds: float) -> float:
        """Return the function's milliseconds for CPU time measured on this machine."""
        return microseconds / 1e3 * self.assumed.core_ratio / self.share(function)

    def gb_seconds(self, function: str, milliseconds: float) -> float:
        """Return the GB-seconds of billed milliseconds of the function."""
        return milliseconds / 1e3 * self.stack.megabytes[function] / 1_024

    @property
    def cap_calls(self) -> float:
        """Calls per click for the campaign's cap."""
        extra = self.facts.click("capped_calls_per_click") - self.facts.click("calls_per_click")
        return extra if self.capped else 0.0

    @property
    def click_ms(self) -> int:
        """Billed time of a warm click in whole milliseconds: CPU, latency of the calls, Lambda's overhead."""
        calls = self.facts.click("calls_per_click") + self.cap_calls
        cpu = self.cpu_ms(REDIRECT, self.facts.click("cpu_us"))
        reads = self.reads * self.assumed.read_ms
        return ceil(cpu + calls * self.assumed.write_ms + reads + self.assumed.runtime_ms)

    @property
    def processes(self) -> int:
        """Number of busy redirect processes: rate x time, without the time of reads."""
        calls = self.facts.click("calls_per_click") + self.cap_calls
        cpu = self.cpu_ms(REDIRECT, self.facts.click("cpu_us"))
        milliseconds = cpu + calls * self.assumed.write_ms + self.assumed.runtime_ms
        return max(1, ceil(self.load.rate * milliseconds / 1e3))

    def misses(self, keys: float) -> float:
        """Return the reads per click of a value cached for `ROUTE_CACHE_TTL_SECONDS`, with `keys` equally used keys.

        A process uses one key r times per second. Each read also serves the r T uses while it is cached: 1 / (1 + r T).
        """
        rate = self.load.rate / self.processes / keys
        return 1 / (1 + rate * ROUTE_CACHE_TTL_SECONDS)

    @property
    def reads(self) -> float:
        """Reads per click of link and route."""
        return self.misses(self.assumed.links) + self.misses(self.assumed.pools)

    @property
    def counting_ms(self) -> float:
        """Billed time of counting one batch."""
        batch = self.facts.batch(self.load)
        latency = batch.runs * self.assumed.transaction_ms + (batch.requests - batch.runs) * self.assumed.read_ms
        latency += batch.runs * REQUESTS_AN_OBJECT * self.assumed.object_ms
        return self.cpu_ms(COUNTER, batch.cpu_us) + latency + self.assumed.runtime_ms

    @property
    def merging_ms(self) -> float:
        """Billed time of one minute's compaction. Each call counts as a query."""
        merging = self.facts.merging(self.load)
        cpu = self.cpu_ms(MERGER, merging.cpu_ms * 1e3)
        return cpu + merging.requests * self.assumed.read_ms + self.assumed.runtime_ms
