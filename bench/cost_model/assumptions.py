"""What was not measured here and is assumed instead, each with its reason; printed with every sum made of it."""

from dataclasses import dataclass, field, fields
from typing import Any


def _assumed(value: float, unit: str, why: str) -> Any:  # noqa: ANN401 - a field's default
    return field(default=value, metadata={"unit": unit, "why": why})


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The parameters of both models."""

    vcpu_mb: float = _assumed(
        1_769, "MB", "memory at which a Lambda has one whole vCPU; below, as large a share of one"
    )
    core_ratio: float = _assumed(1, "x", "CPU time on a whole vCPU of Lambda, in that of the machine measured on")
    runtime_ms: float = _assumed(1, "ms", "Lambda's own part of an invocation's billed time")
    write_ms: float = _assumed(5, "ms", "DynamoDB's answer to one put or update, from a Lambda in the region")
    read_ms: float = _assumed(4, "ms", "DynamoDB's answer to one read or query")
    transaction_ms: float = _assumed(15, "ms", "DynamoDB's answer to one transaction")
    cold_share: float = _assumed(0.001, "of clicks", "clicks that wait for a new process; fewer in steady traffic")
    links: float = _assumed(100, "", "publisher links that share the clicks evenly")
    link_bytes: float = _assumed(200, "bytes", "a link's item")
    route_bytes: float = _assumed(12_000, "bytes", "a route's item: 20 offers and learned weights of 50 segments")
    pools: float = _assumed(
        10, "", "smartlinks that share the clicks evenly, all optimized; as in the aggregator's bench"
    )
    busiest: float = _assumed(
        0.2, "of clicks", "of the busiest smartlink, and of the busiest capped campaign, for what limits"
    )
    answer_bytes: float = _assumed(
        900, "bytes", "the 302 as the visitor gets it, with API Gateway's own headers, over TLS"
    )
    overhead_bytes: float = _assumed(100, "bytes", "what DynamoDB stores of an item beside its size")
    log_event_bytes: float = _assumed(26, "bytes", "what CloudWatch counts of a log line beside its text")
    log_compression: float = _assumed(0.15, "x", "size of a stored log in that of the text")
    fallbacks_ms: float = _assumed(
        1_000, "ms", "one look of `watch_fallbacks` at the last hour's counters, every 5 minutes"
    )
    watch_ms: float = _assumed(20, "ms", "one batch of `watch_caps`, at most one per shard in 5 seconds")
    pollers: float = _assumed(5, "", "of Lambda's on each queue; each asks three times a minute while it is empty")
    key_calls: float = _assumed(12, "an hour", "requests for a table's key by one function: one in five minutes")
    tables_used: float = _assumed(40, "", "pairs of a function and a table that it keeps using")

    def named(self) -> list[tuple[str, float, str, str]]:
        """Name, value, unit and reason of each."""
        return [
            (each.name, getattr(self, each.name), each.metadata["unit"], each.metadata["why"]) for each in fields(self)
        ]
