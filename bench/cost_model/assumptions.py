"""Assumed parameters, which were not measured, each with an explanation. The cost page lists them."""

from dataclasses import dataclass, field, fields
from typing import Any


def _assumed(value: float, unit: str, why: str) -> Any:  # noqa: ANN401 - a field's default
    return field(default=value, metadata={"unit": unit, "why": why})


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Parameters of the cost model and the capacity model."""

    vcpu_mb: float = _assumed(
        1_769, "MB", "memory at which a Lambda has one full vCPU; less memory has a proportional share"
    )
    core_ratio: float = _assumed(1, "x", "CPU time on a full vCPU of Lambda, relative to the measured machine")
    runtime_ms: float = _assumed(1, "ms", "Lambda's overhead in an invocation's billed time")
    write_ms: float = _assumed(5, "ms", "latency of one DynamoDB put or update, from a Lambda in the region")
    read_ms: float = _assumed(4, "ms", "latency of one DynamoDB read or query")
    transaction_ms: float = _assumed(15, "ms", "latency of one DynamoDB transaction")
    cold_share: float = _assumed(0.001, "of clicks", "clicks with a cold start; fewer in steady traffic")
    links: float = _assumed(100, "", "publisher links; clicks are spread evenly over them")
    link_bytes: float = _assumed(200, "bytes", "size of a link's item")
    route_bytes: float = _assumed(
        12_000, "bytes", "size of a route's item: 20 offers and learned weights of 50 segments"
    )
    pools: float = _assumed(
        10, "", "smartlinks, all optimized; clicks are spread evenly over them, as in the aggregator benchmark"
    )
    busiest: float = _assumed(
        0.2, "of clicks", "share of the busiest smartlink, and of the busiest capped campaign, in the capacity model"
    )
    answer_bytes: float = _assumed(
        900, "bytes", "the 302 response to the visitor, with API Gateway's headers, over TLS"
    )
    overhead_bytes: float = _assumed(100, "bytes", "DynamoDB's storage overhead per item")
    log_event_bytes: float = _assumed(26, "bytes", "CloudWatch's overhead per log line")
    metrics_bytes: float = _assumed(
        700, "bytes", "the log lines with the metrics of a batch, with CloudWatch's overhead"
    )
    log_compression: float = _assumed(0.15, "x", "size of a stored log relative to its text")
    fallbacks_ms: float = _assumed(
        1_000, "ms", "one run of `watch_fallbacks` over the last hour's counters, every 5 minutes"
    )
    watch_ms: float = _assumed(20, "ms", "one batch of `watch_caps`, at most one per shard in 5 seconds")
    object_ms: float = _assumed(40, "ms", "latency of one S3 put or copy, from a Lambda in the region")
    archived_bytes: float = _assumed(91, "bytes", "a click in the archive, compressed, as measured on the local stack")
    archive_months: float = _assumed(12, "months", "time for which the archive is kept, in this model")
    claim_bytes: float = _assumed(210, "bytes", "the item of a claim on a batch")
    conversion_units: float = _assumed(24, "units", "writes of one conversion without caps, as its test counts them")
    conversion_ms: float = _assumed(60, "ms", "one postback in the API function: its CPU, four reads, one transaction")
    pollers: float = _assumed(5, "", "Lambda pollers per queue; each polls an empty queue three times per minute")
    key_calls: float = _assumed(12, "an hour", "key requests of one function for one table: one in five minutes")
    tables_used: float = _assumed(40, "", "pairs of a function and a table that it uses constantly")

    def named(self) -> list[tuple[str, float, str, str]]:
        """Return name, value, unit and explanation of each parameter."""
        return [
            (item.name, getattr(self, item.name), item.metadata["unit"], item.metadata["why"]) for item in fields(self)
        ]
