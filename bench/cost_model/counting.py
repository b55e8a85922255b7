"""How fast the aggregator counts the clicks of one shard, and how long it needs to catch up."""

from dataclasses import replace

from bench.cost_model.case import Case
from bench.cost_model.measurements import SATURATED


def counting_share(case: Case) -> float:
    """Return the share of time in which the aggregator of one shard is busy."""
    return case.load.rate / case.load.shards / shard_throughput(case)


def shard_throughput(case: Case) -> float:
    """Return the clicks per second that the aggregator can count from one shard, with batches of this size."""
    return case.load.batch / case.counting_ms * 1e3


def catch_up_hours(case: Case) -> float:
    """Return the hours that the aggregator needs to catch up after an outage of one hour, with full batches.

    New clicks keep arriving meanwhile. Infinite if it cannot catch up.
    """
    spare = 1 / full_share(case) - 1
    return 1 / spare if spare > 0 else float("inf")


def full_share(case: Case) -> float:
    """Return the share of time in which the aggregator of a shard is busy with full batches."""
    return case.load.rate / case.load.shards / shard_throughput(replace(case, load=SATURATED))
