"""Usage of AWS services by a million clicks: quantities from measured facts and assumptions.

Formulas are in the functions' docstrings. Free tiers and volume discounts are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from bench.cost_model.case import COUNTER, GB, HOUR, MERGER, MILLION, MONTH, REDIRECT, REQUESTS_AN_OBJECT, Case
from bench.units import IN_A_TRANSACTION, read_units, write_units
from chalicelib.observability.metrics import Metric
from chalicelib.settings import DEFAULT_CLICK_DAYS, WEIGHT_HISTORY_DAYS

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
"""Log lines of Lambda itself per invocation, of all functions but the redirect."""

_POLLS_A_MINUTE, _CALLS_A_MESSAGE = 3, 3
_METRICS = len(Metric) + 1
"""Metrics of our own, and the one of the redirect's log."""

_MESSAGE_POOLS = 25
_WATCHED_SECONDS, _FALLBACK_SECONDS = 5, 300


@dataclass(frozen=True, slots=True)
class Use:
    """A quantity used by a part of the system. `price` is a name in `bench/prices.json`."""

    part: str
    what: str
    quantity: float
    price: str


def uses(case: Case) -> list[Use]:
    """Return the usage of a million clicks."""
    parts = (
        _gateway,
        _redirect,
        _clicks,
        _caps,
        _aggregator,
        _archive,
        _compaction,
        _optimizer,
        _click_storage,
        _logs,
        _scheduled_work,
    )
    return [use for part in parts for use in part(case)]


def _gateway(case: Case) -> Iterable[Use]:
    yield Use("API Gateway", "HTTP API calls", MILLION, "http_request")
    yield Use("API Gateway", "responses to visitors", MILLION * case.assumed.answer_bytes / GB, "transfer_out")


def _redirect(case: Case) -> Iterable[Use]:
    cold = case.facts.cold("cold_ms") * case.assumed.core_ratio / case.share(REDIRECT)
    started = MILLION * case.assumed.cold_share
    yield Use("redirect", "invocations", MILLION, "lambda_request")
    yield Use("redirect", f"{case.click_ms} ms each", case.gb_seconds(REDIRECT, MILLION * case.click_ms), "lambda_x86")
    yield Use("redirect", f"{started:,.0f} cold starts", case.gb_seconds(REDIRECT, started * cold), "lambda_x86")


def _clicks(case: Case) -> Iterable[Use]:
    """A put is one unit per started KB; links and routes are read with eventual consistency."""
    link_units = case.misses(case.assumed.links) * read_units(int(case.assumed.link_bytes), consistent=False)
    route_units = case.misses(case.assumed.pools) * read_units(int(case.assumed.route_bytes), consistent=False)
    units = write_units(int(case.facts.click("item_bytes"))) * case.facts.click("calls_per_click")
    yield Use("click table", "put", MILLION * units, "write_unit")
    yield Use("links and routes", "reads, cached for 2 s", MILLION * (link_units + route_units), "read_unit")


def _caps(case: Case) -> Iterable[Use]:
    if case.capped:
        watched = min(case.load.shards * case.seconds / _WATCHED_SECONDS, MILLION * case.cap_calls)
        yield Use("click caps", "updates of counters", MILLION * case.cap_calls, "write_unit")
        yield Use("click caps", "alerts: invocations", watched, "lambda_request")
        seconds = case.gb_seconds("watch_caps", watched * case.assumed.watch_ms)
        yield Use("click caps", "alerts: time", seconds, "lambda_x86")


def _aggregator(case: Case) -> Iterable[Use]:
    batch = case.facts.batch(case.load)
    batches = MILLION / case.load.batch
    name = f"batches of {case.load.batch:,}"
    yield Use("aggregator", f"invocations ({name})", batches, "lambda_request")
    yield Use("aggregator", "time", case.gb_seconds(COUNTER, batches * case.counting_ms), "lambda_x86")
    yield Use("aggregator", "writes", MILLION / batch.clicks * batch.write_units, "write_unit")
    yield Use("aggregator", "reads", MILLION / batch.clicks * batch.read_units, "read_unit")


def _archive(case: Case) -> Iterable[Use]:
    """Each transaction of the aggregator stages an object and copies it. The time of this is the aggregator's."""
    batch = case.facts.batch(case.load)
    objects = MILLION / batch.clicks * batch.runs
    stored = MILLION * case.assumed.archived_bytes / GB
    yield Use("archive", "puts and copies", objects * REQUESTS_AN_OBJECT, "object_write")
    yield Use("archive", "storage", stored * case.assumed.archive_months, "object_storage")


def _compaction(case: Case) -> Iterable[Use]:
    merging, minutes = case.facts.merging(case.load), case.seconds / 60
    yield Use("compaction", "invocations", minutes, "lambda_request")
    yield Use("compaction", "time", case.gb_seconds(MERGER, minutes * case.merging_ms), "lambda_x86")
    yield Use("compaction", "writes and deletions", MILLION / 1_000 * merging.write_units, "write_unit")
    yield Use("compaction", "reads", MILLION / 1_000 * merging.read_units, "read_unit")


def _optimizer(case: Case) -> Iterable[Use]:
    """Every smartlink is optimized in every round. A run writes route and history row in one transaction."""
    rounds = case.seconds / (60 * case.stack.learning_minutes)
    runs, messages = rounds * case.assumed.pools, rounds * ceil(case.assumed.pools / _MESSAGE_POOLS)
    cpu = case.cpu_ms("learn_pools", case.facts.pools("cpu_ms_per_pool") * 1e3)
    run_ms = cpu + 5 * case.assumed.read_ms + case.assumed.transaction_ms
    yield Use("optimizer", "invocations", rounds + messages, "lambda_request")
    yield Use("optimizer", "time", case.gb_seconds("learn_pools", runs * run_ms), "lambda_x86")
    yield Use("optimizer", "writes", runs * IN_A_TRANSACTION * _run_write_units(case), "write_unit")
    yield Use("optimizer", "reads", runs * _run_read_units(case), "read_unit")
    yield Use("optimizer", "messages", _CALLS_A_MESSAGE * messages, "queue_request")
    history = _months_of(runs * _history_bytes(case), WEIGHT_HISTORY_DAYS)
    yield Use("optimizer", f"history for {WEIGHT_HISTORY_DAYS} days", history, "table_storage")


def _history_bytes(case: Case) -> float:
    return case.facts.pools("run_bytes") + case.facts.pools("weights_bytes") + case.assumed.overhead_bytes


def _run_write_units(case: Case) -> int:
    return write_units(int(_history_bytes(case))) + write_units(int(case.assumed.route_bytes))


def _run_read_units(case: Case) -> float:
    size = case.facts.pools("rows_bytes") + _history_bytes(case) + case.assumed.route_bytes
    return read_units(int(size), consistent=True)


def _months_of(size: float, days: int) -> float:
    """Return the GB-months of `size` bytes that are stored for these days."""
    return size / GB * days * 86_400 / MONTH


def click_storage(case: Case) -> Use:
    """Return the storage of the clicks themselves.

    `clicks` has no point-in-time recovery (decision 53): the archive has every counted click.
    """
    stored = _months_of(MILLION * (case.facts.click("item_bytes") + case.assumed.overhead_bytes), DEFAULT_CLICK_DAYS)
    return Use("click storage", f"clicks for {DEFAULT_CLICK_DAYS} days", stored, "table_storage")


def _click_storage(case: Case) -> Iterable[Use]:
    """A click and its entry in the click list of the day. Merged blocks have only a few bytes per cell."""
    listed = _months_of(MILLION * case.facts.aggregator("list_bytes_per_click"), DEFAULT_CLICK_DAYS)
    yield click_storage(case)
    yield Use("click storage", f"click lists for {DEFAULT_CLICK_DAYS} days", listed, "table_storage")
    yield Use("click storage", "point-in-time recovery of the click lists", listed, "recovery_storage")


def _logs(case: Case) -> Iterable[Use]:
    """Lines of the aggregator: Lambda's own, and one with metrics. Other functions log little, the redirect nothing."""
    batches = MILLION / case.load.batch
    own, metrics = batches * log_bytes(case) / GB, batches * case.assumed.metrics_bytes / GB
    kept = (own + metrics) * case.assumed.log_compression * LOG_MONTHS
    yield Use("logs", "Lambda's own lines", own, "log_ingested")
    yield Use("logs", "lines with metrics", metrics, "log_ingested")
    yield Use("logs", "kept for 30 days", kept, "log_storage")


def log_bytes(case: Case) -> float:
    """Return the bytes of Lambda's own log lines of one invocation."""
    return sum(len(line.encode()) + case.assumed.log_event_bytes for line in LOG_LINES)


def _scheduled_work(case: Case) -> Iterable[Use]:
    """Scheduled work, which does not depend on clicks, during the time of a million clicks."""
    polls = case.stack.queues * case.assumed.pollers * _POLLS_A_MINUTE * case.seconds / 60
    checks = case.seconds / _FALLBACK_SECONDS
    ticks = case.seconds / 60 + checks + case.seconds / (60 * case.stack.learning_minutes)
    keys = case.assumed.tables_used * case.assumed.key_calls * case.seconds / HOUR
    yield Use("scheduled work", "polls of empty queues", polls, "queue_request")
    yield Use("scheduled work", "schedules", ticks, "schedule")
    check_time = case.gb_seconds("watch_fallbacks", checks * case.assumed.fallbacks_ms)
    yield Use("scheduled work", "fallback alert checks", check_time, "lambda_x86")
    yield Use("scheduled work", "alarms", case.stack.alarms * case.seconds / MONTH, "alarm")
    yield Use("scheduled work", "metrics of our own", _METRICS * case.seconds / MONTH, "metric")
    yield Use("scheduled work", "requests for table keys", keys, "key_request")
