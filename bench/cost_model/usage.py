"""What a million clicks use of each service: quantities, from measured facts and stated assumptions.

Formulas are in the functions' docstrings. Free tiers and volume discounts are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from bench.cost_model.assumptions import Assumptions
from bench.cost_model.measurements import Facts, Stack
from bench.merging import Load
from bench.units import IN_A_TRANSACTION, read_units, write_units
from chalicelib.settings import CLICK_RETENTION_DAYS, ROUTE_CACHE_TTL_SECONDS

MILLION = 1_000_000
GB = 1e9
HOUR, MONTH = 3_600.0, 30.4 * 86_400
LOG_MONTHS = 1.0
"""`log_retention_in_days` of `.chalice/config.json`."""

LOG_LINES = (
    "START RequestId: 00000000-0000-0000-0000-000000000000 Version: $LATEST\n",
    "END RequestId: 00000000-0000-0000-0000-000000000000\n",
    (
        "REPORT RequestId: 00000000-0000-0000-0000-000000000000\tDuration: 12.34 ms\tBilled Duration: 13 ms\t"
        "Memory Size: 1024 MB\tMax Memory Used: 128 MB\t\n"
    ),
)
"""What Lambda itself writes for each invocation; the redirect prints nothing (`LOG_CLICKS` is off)."""

REDIRECT, COUNTER, MERGER = "api_handler", "count_clicks", "merge_counters"
_QUEUES, _POLLS_A_MINUTE, _CALLS_A_MESSAGE = 3, 3, 3
_MESSAGE_POOLS = 25
_WATCHED_SECONDS, _FALLBACK_SECONDS = 5, 300


@dataclass(frozen=True, slots=True)
class Use:
    """So much of what a price is for (its name in `bench/prices.json`), by a part of the system."""

    part: str
    what: str
    quantity: float
    price: str


@dataclass(frozen=True, slots=True)
class Case:
    """What is reckoned: measured facts, the stack, assumptions, the load, and whether campaigns have click caps."""

    facts: Facts
    stack: Stack
    load: Load
    capped: bool = False
    assumed: Assumptions = field(default_factory=Assumptions)

    @property
    def seconds(self) -> float:
        """How long a million clicks take."""
        return MILLION / self.load.rate

    def share(self, function: str) -> float:
        """The share of a vCPU that the function has by its memory, at most one: our code runs on one."""
        return min(1.0, self.stack.megabytes[function] / self.assumed.vcpu_mb)

    def cpu_ms(self, function: str, microseconds: float) -> float:
        """How long the function takes for so much CPU measured here."""
        return microseconds / 1e3 * self.assumed.core_ratio / self.share(function)

    def gb_seconds(self, function: str, milliseconds: float) -> float:
        """What so many billed milliseconds of the function are charged as."""
        return milliseconds / 1e3 * self.stack.megabytes[function] / 1_024

    @property
    def cap_calls(self) -> float:
        """Calls a click makes for its campaign's cap."""
        more = self.facts.click("capped_calls_per_click") - self.facts.click("calls_per_click")
        return more if self.capped else 0.0

    @property
    def click_ms(self) -> int:
        """Billed time of a warm click: its CPU, each call's answer, Lambda's own part; whole milliseconds."""
        calls = self.facts.click("calls_per_click") + self.cap_calls
        cpu = self.cpu_ms(REDIRECT, self.facts.click("cpu_us"))
        reads = self.reads * self.assumed.read_ms
        return ceil(cpu + calls * self.assumed.write_ms + reads + self.assumed.runtime_ms)

    @property
    def processes(self) -> int:
        """Redirecting processes that are busy at once, by rate x time; reads are left out of the time."""
        calls = self.facts.click("calls_per_click") + self.cap_calls
        cpu = self.cpu_ms(REDIRECT, self.facts.click("cpu_us"))
        milliseconds = cpu + calls * self.assumed.write_ms + self.assumed.runtime_ms
        return max(1, ceil(self.load.rate * milliseconds / 1e3))

    def misses(self, keys: float) -> float:
        """Reads a click makes of something remembered for `CACHE_SECONDS`, of so many keys asked for evenly.

        A process asks for one key r times a second; each read serves the r T that come while it is believed:
        1 / (1 + r T).
        """
        rate = self.load.rate / self.processes / keys
        return 1 / (1 + rate * ROUTE_CACHE_TTL_SECONDS)

    @property
    def reads(self) -> float:
        """Reads a click makes of its link and its route."""
        return self.misses(self.assumed.links) + self.misses(self.assumed.pools)

    @property
    def counting_ms(self) -> float:
        """Billed time of counting one batch."""
        batch = self.facts.batch(self.load)
        answers = batch.runs * self.assumed.transaction_ms + (batch.requests - batch.runs) * self.assumed.read_ms
        return self.cpu_ms(COUNTER, batch.cpu_us) + answers + self.assumed.runtime_ms

    @property
    def merging_ms(self) -> float:
        """Billed time of one minute's merging; each call is taken for a query."""
        merging = self.facts.merging(self.load)
        cpu = self.cpu_ms(MERGER, merging.cpu_ms * 1e3)
        return cpu + merging.requests * self.assumed.read_ms + self.assumed.runtime_ms


def uses(case: Case) -> list[Use]:
    """All that a million clicks use."""
    parts = (_gateway, _redirect, _clicks, _caps, _aggregator, _merger, _learning, _keeping, _logs, _around)
    return [use for part in parts for use in part(case)]


def _gateway(case: Case) -> Iterable[Use]:
    yield Use("API Gateway", "REST API calls", MILLION, "rest_request")
    yield Use("API Gateway", "answers to visitors", MILLION * case.assumed.answer_bytes / GB, "transfer_out")


def _redirect(case: Case) -> Iterable[Use]:
    cold = case.facts.cold("cold_ms") * case.assumed.core_ratio / case.share(REDIRECT)
    started = MILLION * case.assumed.cold_share
    yield Use("redirect", "invocations", MILLION, "lambda_request")
    yield Use("redirect", f"{case.click_ms} ms each", case.gb_seconds(REDIRECT, MILLION * case.click_ms), "lambda_x86")
    yield Use("redirect", f"{started:,.0f} cold starts", case.gb_seconds(REDIRECT, started * cold), "lambda_x86")


def _clicks(case: Case) -> Iterable[Use]:
    """The put is one unit for each KB begun; a link and a route are read with eventual consistency."""
    of_link = case.misses(case.assumed.links) * read_units(int(case.assumed.link_bytes), consistent=False)
    of_route = case.misses(case.assumed.pools) * read_units(int(case.assumed.route_bytes), consistent=False)
    units = write_units(int(case.facts.click("item_bytes"))) * case.facts.click("calls_per_click")
    yield Use("click in its table", "the put", MILLION * units, "write_unit")
    yield Use("links and routes", "reads, remembered for 2 s", MILLION * (of_link + of_route), "read_unit")


def _caps(case: Case) -> Iterable[Use]:
    if case.capped:
        watched = min(case.load.shards * case.seconds / _WATCHED_SECONDS, MILLION * case.cap_calls)
        yield Use("click caps", "updates of counters", MILLION * case.cap_calls, "write_unit")
        yield Use("click caps", "watching: invocations", watched, "lambda_request")
        seconds = case.gb_seconds("watch_caps", watched * case.assumed.watch_ms)
        yield Use("click caps", "watching: time", seconds, "lambda_x86")


def _aggregator(case: Case) -> Iterable[Use]:
    batch = case.facts.batch(case.load)
    batches = MILLION / case.load.batch
    name = f"batches of {case.load.batch:,}"
    yield Use("aggregator", f"invocations ({name})", batches, "lambda_request")
    yield Use("aggregator", "time", case.gb_seconds(COUNTER, batches * case.counting_ms), "lambda_x86")
    yield Use("aggregator", "writes", MILLION / batch.clicks * batch.write_units, "write_unit")
    yield Use("aggregator", "reads", MILLION / batch.clicks * batch.read_units, "read_unit")


def _merger(case: Case) -> Iterable[Use]:
    merging, minutes = case.facts.merging(case.load), case.seconds / 60
    yield Use("merger", "invocations", minutes, "lambda_request")
    yield Use("merger", "time", case.gb_seconds(MERGER, minutes * case.merging_ms), "lambda_x86")
    yield Use("merger", "writes and deletions", MILLION / 1_000 * merging.write_units, "write_unit")
    yield Use("merger", "reads", MILLION / 1_000 * merging.read_units, "read_unit")


def _learning(case: Case) -> Iterable[Use]:
    """Every pool is learned of in every round; a run writes the route and its row of history in one transaction."""
    rounds = case.seconds / (60 * case.stack.learning_minutes)
    runs, messages = rounds * case.assumed.pools, rounds * ceil(case.assumed.pools / _MESSAGE_POOLS)
    cpu = case.cpu_ms("learn_pools", case.facts.pools("cpu_ms_per_pool") * 1e3)
    each = cpu + 5 * case.assumed.read_ms + case.assumed.transaction_ms
    yield Use("learning", "invocations", rounds + messages, "lambda_request")
    yield Use("learning", "time", case.gb_seconds("learn_pools", runs * each), "lambda_x86")
    yield Use("learning", "writes", runs * IN_A_TRANSACTION * _learned_units(case), "write_unit")
    yield Use("learning", "reads", runs * _read_for_learning(case), "read_unit")
    yield Use("learning", "messages", _CALLS_A_MESSAGE * messages, "queue_request")
    yield Use("learning", "history for 400 days", _months_of(runs * _history_bytes(case)), "table_storage")


def _history_bytes(case: Case) -> float:
    return case.facts.pools("run_bytes") + case.facts.pools("weights_bytes") + case.assumed.overhead_bytes


def _learned_units(case: Case) -> int:
    return write_units(int(_history_bytes(case))) + write_units(int(case.assumed.route_bytes))


def _read_for_learning(case: Case) -> float:
    kept = case.facts.pools("rows_bytes") + _history_bytes(case) + case.assumed.route_bytes
    return read_units(int(kept), consistent=True)


def _months_of(size: float) -> float:
    """GB-months of so many bytes that are kept as long as a click."""
    return size / GB * CLICK_RETENTION_DAYS * 86_400 / MONTH


def _keeping(case: Case) -> Iterable[Use]:
    """A click and its place in the list of its smartlink's day; blocks, merged, are a few bytes a cell."""
    each = case.facts.click("item_bytes") + case.assumed.overhead_bytes + case.facts.aggregator("list_bytes_per_click")
    kept = _months_of(MILLION * each)
    yield Use("keeping clicks", f"for {CLICK_RETENTION_DAYS} days", kept, "table_storage")
    yield Use("keeping clicks", "point-in-time recovery", kept, "recovery_storage")


def _logs(case: Case) -> Iterable[Use]:
    """Every invocation's own lines; those of other functions are few."""
    each = sum(len(line.encode()) + case.assumed.log_event_bytes for line in LOG_LINES)
    invocations = MILLION + MILLION / case.load.batch
    size = invocations * each / GB
    yield Use("logs", "Lambda's own lines", size, "log_ingested")
    yield Use("logs", "kept for 30 days", size * case.assumed.log_compression * LOG_MONTHS, "log_storage")


def _around(case: Case) -> Iterable[Use]:
    """What the clock makes, whether clicks come or not: a million clicks' time of it."""
    polls = _QUEUES * case.assumed.pollers * _POLLS_A_MINUTE * case.seconds / 60
    looks = case.seconds / _FALLBACK_SECONDS
    ticks = case.seconds / 60 + looks + case.seconds / (60 * case.stack.learning_minutes)
    keys = case.assumed.tables_used * case.assumed.key_calls * case.seconds / HOUR
    yield Use("clockwork", "empty queues polled", polls, "queue_request")
    yield Use("clockwork", "schedules", ticks, "schedule")
    yield Use("clockwork", "looks at fallbacks", _look_gb_seconds(case, looks), "lambda_x86")
    yield Use("clockwork", "alarms", case.stack.alarms * case.seconds / MONTH, "alarm")
    yield Use("clockwork", "tables' keys", keys, "key_request")


def _look_gb_seconds(case: Case, looks: float) -> float:
    return case.gb_seconds("watch_fallbacks", looks * case.assumed.fallbacks_ms)
