"""What limits at a rate of clicks: how much of each quota and limit is needed, and what to raise.

Limits are AWS's defaults in a Region such as us-east-1, by the pages named in `SOURCES`; new accounts begin with less.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

from bench.cost_model.measurements import SATURATED
from bench.cost_model.usage import Case
from bench.units import IN_A_TRANSACTION, read_units, write_units
from chalicelib.counters.cells import SHARDS
from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS

GATEWAY_RATE = 10_000
CONCURRENCY = 1_000
REQUESTS_OF_ONE = 10
SCALE_UP, SCALE_UP_SECONDS = 1_000, 10
TABLE_WRITES = 40_000
NEW_TABLE_WRITES = 4_000
KEY_WRITES, KEY_READS = 1_000, 3_000
_MINUTE_MS = 60_000

SOURCES = (
    "API Gateway quotas: account-level throttle rate",
    "Lambda quotas: concurrent executions; ten synchronous requests a second for each; 1,000 more in 10 seconds",
    "DynamoDB quotas: table-level write throughput (on demand); 1,000 write and 3,000 read units a second of one key",
    "DynamoDB Streams: one shard for each partition, at most two readers of a shard",
)


@dataclass(frozen=True, slots=True)
class Limit:
    """Something of which there is only so much: what is needed of it in a case, and how to have more."""

    name: str
    unit: str
    has: Callable[[Case], float]
    needs: Callable[[Case], float]
    more: str

    def used(self, case: Case) -> float:
        """The share of it that the case needs; from 1 on it does not suffice."""
        return self.needs(case) / self.has(case)


def busy(case: Case) -> float:
    """Processes that are busy at once: those that redirect, and one for each shard that is counted."""
    return case.processes + case.load.shards * counting_share(case)


def counting_share(case: Case) -> float:
    """How much of its time the aggregator of one shard is at work."""
    return case.load.rate / case.load.shards / emptied(case)


def emptied(case: Case) -> float:
    """Clicks a second that the aggregator takes from one shard, one batch after another, of batches this large."""
    return case.load.batch / case.counting_ms * 1e3


def ramp_seconds(case: Case) -> float:
    """Until as many redirecting processes are there as are needed, from none: 1,000 at once, more every 10 seconds."""
    return (ceil(case.processes / SCALE_UP) - 1) * SCALE_UP_SECONDS


def catch_up_hours(case: Case) -> float:
    """Until the aggregator has counted what an hour's stop of it left behind, with full batches; endless if it cannot.

    While it catches up, the clicks of the day go on coming.
    """
    spare = 1 / full_share(case) - 1
    return 1 / spare if spare > 0 else float("inf")


def full_share(case: Case) -> float:
    """How much of its time the aggregator of a shard needs with full batches."""
    return case.load.rate / case.load.shards / emptied(replace(case, load=SATURATED))


def _runs(case: Case) -> float:
    """Transactions of the aggregator a second."""
    return case.load.batches * case.facts.batch(case.load).runs


def _block_writes(case: Case) -> float:
    """Each run writes one block into each partition that it touches; with a hundred publishers, into all.

    Likewise into the partition of each smartlink that it has learnable clicks of.
    """
    size = int(case.facts.aggregator("block_bytes"))
    return _runs(case) * write_units(size, transactional=True)


def _list_writes(case: Case) -> float:
    """A full run's list of one smartlink, as much of it as is the busiest's."""
    share = case.assumed.busiest * min(1.0, case.load.batch / 500)
    return _runs(case) * write_units(int(case.facts.aggregator("list_bytes") * share), transactional=True)


def _counting_writes(case: Case) -> float:
    """Of the table `counters`: blocks of reports and of learning, and the merger's writes."""
    blocks = _runs(case) * IN_A_TRANSACTION * (SHARDS + case.assumed.pools)
    return blocks + case.load.rate / 1_000 * case.facts.merging(case.load).write_units


def _cap_writes(case: Case) -> float:
    more = case.facts.click("capped_calls_per_click") - case.facts.click("calls_per_click")
    return case.load.rate * case.assumed.busiest * more


def _route_reads(case: Case) -> float:
    """One read by each process in two seconds."""
    return case.processes / ROUTE_CACHE_TTL_SECONDS * read_units(int(case.assumed.route_bytes), consistent=False)


def _click_writes(case: Case) -> float:
    return case.load.rate * write_units(int(case.facts.click("item_bytes")))


LIMITS = (
    Limit(
        "API Gateway, requests a second",
        "a second",
        lambda _: GATEWAY_RATE,
        lambda case: case.load.rate,
        "quota “Throttle rate” of API Gateway (account, Region), and its burst",
    ),
    Limit(
        "Lambda, processes busy at once",
        "processes",
        lambda _: CONCURRENCY,
        busy,
        "quota “Concurrent executions” of Lambda",
    ),
    Limit(
        "Lambda, requests a second",
        "a second",
        lambda _: CONCURRENCY * REQUESTS_OF_ONE,
        lambda case: case.load.rate,
        "quota “Concurrent executions” of Lambda: ten requests a second come with each",
    ),
    Limit(
        "table `clicks`, writes on a new table",
        "units a second",
        lambda _: NEW_TABLE_WRITES,
        _click_writes,
        "no quota: set the table's warm throughput before the first peak; it grows by itself within minutes",
    ),
    Limit(
        "table `clicks`, writes",
        "units a second",
        lambda _: TABLE_WRITES,
        _click_writes,
        "quota “Table-level write throughput limit” of DynamoDB",
    ),
    Limit(
        "table `counters`, writes",
        "units a second",
        lambda _: TABLE_WRITES,
        _counting_writes,
        "quota “Table-level write throughput limit” of DynamoDB",
    ),
    Limit(
        "`counters`, a shard of a day's reports, a smartlink's learning",
        "units a second",
        lambda _: KEY_WRITES,
        _block_writes,
        "no quota: `SHARDS` in `counters/cells.py`; DynamoDB splits such a key by itself, blocks lie evenly",
    ),
    Limit(
        "`click_lists`, the busiest smartlink's day",
        "units a second",
        lambda _: KEY_WRITES,
        _list_writes,
        "no quota: a shard in the key of `click_lists`; its sort key grows with time, so DynamoDB cannot split it",
    ),
    Limit(
        "`caps`, the busiest capped campaign",
        "units a second",
        lambda _: KEY_WRITES,
        _cap_writes,
        "no quota: larger leases (`caps/leases.py`), or several campaigns",
    ),
    Limit(
        "`routes`, the busiest route",
        "units a second",
        lambda _: KEY_READS,
        _route_reads,
        "no quota: a longer `CACHE_SECONDS`",
    ),
    Limit(
        "aggregator of one shard",
        "clicks a second",
        emptied,
        lambda case: case.load.rate / case.load.shards,
        "no quota: memory of `count_clicks` (its share of a vCPU), or a longer batching window",
    ),
    Limit(
        "merger, one minute's work",
        "ms",
        lambda _: _MINUTE_MS,
        lambda case: case.merging_ms,
        "no quota: memory of `merge_counters`, or one invocation for each partition",
    ),
)


def over(case: Case) -> list[Limit]:
    """The limits that do not suffice, or only just, the worst first."""
    return sorted((limit for limit in LIMITS if limit.used(case) >= 1), key=lambda limit: -limit.used(case))


def tightest(case: Case) -> Limit:
    """The limit of which the largest share is needed."""
    return max(LIMITS, key=lambda limit: limit.used(case))
