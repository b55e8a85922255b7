"""The capacity model: the share of each AWS quota and limit that a click rate needs, and how to raise it.

Limits are AWS's defaults in a Region such as us-east-1, from the pages in `SOURCES`. New accounts start lower.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from bench.cost_model.case import Case
from bench.cost_model.counting import counting_share, shard_throughput
from bench.units import IN_A_TRANSACTION, read_units, write_units
from chalicelib.clicks import id_lists
from chalicelib.counters.cells import SHARDS
from chalicelib.counters.merging import MESSAGES_AT_A_TIME
from chalicelib.counters.stream_batch import MAX_RECORDS
from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS

GATEWAY_RATE = 10_000
CONCURRENCY = 1_000
REQUESTS_OF_ONE = 10
SCALE_UP, SCALE_UP_SECONDS = 1_000, 10
TABLE_WRITES = 40_000
NEW_TABLE_WRITES = 4_000
KEY_WRITES, KEY_READS = 1_000, 3_000
_MINUTE_MS = 60_000
MOST = 0.7
"""Share of a limit up to which there is room for peaks."""

SOURCES = (
    "API Gateway quotas: account-level throttle rate",
    "Lambda quotas: concurrent executions; ten requests per second for each; 1,000 more every 10 seconds",
    "DynamoDB quotas: table-level write throughput (on demand); 1,000 write and 3,000 read units per second of one key",
    "DynamoDB Streams: one shard per partition, at most two readers of a shard",
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A quota of AWS or a limit of our design: its amount, the amount a case needs, and how to raise it."""

    name: str
    unit: str
    has: Callable[[Case], float]
    needs: Callable[[Case], float]
    how_to_raise: str
    is_quota: bool = False

    def used(self, case: Case) -> float:
        """Return the share that the case needs. From 1 on the limit is exceeded."""
        return self.needs(case) / self.has(case)


def busy(case: Case) -> float:
    """Return the number of busy processes: those of the redirect, and one per shard that is being counted."""
    return case.processes + case.load.shards * counting_share(case)


def ramp_seconds(case: Case) -> float:
    """Return the seconds until Lambda has started enough redirect processes: 1,000 at once, then 1,000 per 10 s."""
    return (ceil(case.processes / SCALE_UP) - 1) * SCALE_UP_SECONDS


def _runs(case: Case) -> float:
    """Return the aggregator's transactions per second."""
    return case.load.batches * case.facts.batch(case.load).runs


def _block_writes(case: Case) -> float:
    """Return the write units per second of one partition of `counters`.

    Each stream batch writes one block to each report partition that it touches (all of them with a hundred
    publishers), and one to the partition of each smartlink with clicks for the optimizer.
    """
    size = int(case.facts.aggregator("block_bytes"))
    return _runs(case) * write_units(size, transactional=True)


def _list_writes(case: Case) -> float:
    """Return the write units per second of one shard of the busiest smartlink's click lists."""
    share = case.assumed.busiest * min(1.0, case.load.batch / MAX_RECORDS)
    size = int(case.facts.aggregator("list_bytes") * share)
    return _runs(case) * write_units(size, transactional=True) / id_lists.SHARDS


def _counting_writes(case: Case) -> float:
    """Return the write units per second of `counters`: report and learning blocks, and compaction."""
    blocks = _runs(case) * IN_A_TRANSACTION * (SHARDS + case.assumed.pools)
    return blocks + case.load.rate / 1_000 * case.facts.merging(case.load).write_units


def _claim_reads(case: Case) -> float:
    """Return the read units per second of the claims of an hour, if the numbers of all shards are interleaved.

    An attempt reads the row `widest`, and the claims of all shards since its first record: while the batch was filled
    and counted.
    """
    seconds = case.load.batch * case.load.shards / case.load.rate + case.counting_ms / 1e3
    size = int(_runs(case) * seconds * case.assumed.claim_bytes)
    return _runs(case) * (1 + read_units(size, consistent=True))


def _cap_writes(case: Case) -> float:
    cap_calls = case.facts.click("capped_calls_per_click") - case.facts.click("calls_per_click")
    return case.load.rate * case.assumed.busiest * cap_calls


def _route_reads(case: Case) -> float:
    """Return the read units per second of one route: one read per process in two seconds."""
    return case.processes / ROUTE_CACHE_TTL_SECONDS * read_units(int(case.assumed.route_bytes), consistent=False)


def _click_writes(case: Case) -> float:
    return case.load.rate * write_units(int(case.facts.click("item_bytes")))


LIMITS = (
    Limit(
        "API Gateway, requests per second",
        "per second",
        lambda _: GATEWAY_RATE,
        lambda case: case.load.rate,
        "request a higher quota “Throttle rate” of API Gateway (account, Region), and burst limit",
        is_quota=True,
    ),
    Limit(
        "Lambda, busy processes",
        "processes",
        lambda _: CONCURRENCY,
        busy,
        "request a higher quota “Concurrent executions” of Lambda",
        is_quota=True,
    ),
    Limit(
        "Lambda, requests per second",
        "per second",
        lambda _: CONCURRENCY * REQUESTS_OF_ONE,
        lambda case: case.load.rate,
        "request a higher quota “Concurrent executions” of Lambda: each allows ten requests per second",
        is_quota=True,
    ),
    Limit(
        "table `clicks`, writes on a new table",
        "units per second",
        lambda _: NEW_TABLE_WRITES,
        _click_writes,
        "set the table's warm throughput before the first peak; it also grows within minutes",
        is_quota=True,
    ),
    Limit(
        "table `clicks`, writes",
        "units per second",
        lambda _: TABLE_WRITES,
        _click_writes,
        "request a higher quota “Table-level write throughput limit” of DynamoDB",
        is_quota=True,
    ),
    Limit(
        "table `counters`, writes",
        "units per second",
        lambda _: TABLE_WRITES,
        _counting_writes,
        "request a higher quota “Table-level write throughput limit” of DynamoDB",
        is_quota=True,
    ),
    Limit(
        "`counters`, a shard of a day's reports, a smartlink's learning",
        "units per second",
        lambda _: KEY_WRITES,
        _block_writes,
        "increase `SHARDS` in `counters/cells.py`: more partitions, each with fewer cells of a batch",
    ),
    Limit(
        "`click_lists`, the busiest smartlink's day",
        "units per second",
        lambda _: KEY_WRITES,
        _list_writes,
        "increase `SHARDS` in `clicks/id_lists.py`; the sort key grows with time, so DynamoDB cannot split a shard",
    ),
    Limit(
        "`batch_claims`, writes of the present hour",
        "units per second",
        lambda _: KEY_WRITES,
        _runs,
        "increase `MAX_RECORDS` in `counters/stream_batch.py` and the batch size of `count_clicks`: each has a claim",
    ),
    Limit(
        "`batch_claims`, reads of the present hour",
        "units per second",
        lambda _: KEY_READS,
        _claim_reads,
        "as for its writes; reads grow with the square of the number of batches",
    ),
    Limit(
        "`caps`, the busiest capped campaign",
        "units per second",
        lambda _: KEY_WRITES,
        _cap_writes,
        "use larger leases (`caps/leases.py`) or several campaigns",
    ),
    Limit(
        "`routes`, the busiest route",
        "units per second",
        lambda _: KEY_READS,
        _route_reads,
        "increase `ROUTE_CACHE_TTL_SECONDS`",
    ),
    Limit(
        "aggregator of one shard",
        "clicks per second",
        shard_throughput,
        lambda case: case.load.rate / case.load.shards,
        "increase the memory of `count_clicks` (its share of a vCPU) or the batch window",
    ),
    Limit(
        "compaction of the busiest partition, work of one minute",
        "ms",
        lambda _: _MINUTE_MS,
        lambda case: case.busiest_merging_ms,
        "increase `SHARDS` in `counters/cells.py`: each partition has fewer cells; `merge_partitions` has a whole vCPU",
    ),
    Limit(
        "compaction of all partitions, work of one minute",
        "ms",
        lambda _: _MINUTE_MS * MESSAGES_AT_A_TIME,
        lambda case: case.merging_ms,
        "increase the maximum concurrency of `merge_partitions`",
    ),
)


def exceeded(case: Case) -> list[Limit]:
    """Return the limits that are reached or exceeded, the worst first."""
    return sorted((limit for limit in LIMITS if limit.used(case) >= 1), key=lambda limit: -limit.used(case))


def tightest(case: Case) -> Limit:
    """Return the limit with the largest needed share."""
    return max(LIMITS, key=lambda limit: limit.used(case))
