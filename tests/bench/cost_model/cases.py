"""Cases with round numbers."""

from typing import Any

from bench.cost_model.case import Case
from bench.cost_model.measurements import Facts, Stack
from bench.merging import Load

CLICK = {"calls_per_click": 1.0, "capped_calls_per_click": 1.25, "item_bytes": 900.0, "cpu_us": 1_000.0}
COLD = {"cold_ms": 300.0}
POOLS = {"cpu_ms_per_pool": 60.0, "rows_bytes": 50_000.0, "weights_bytes": 500.0, "run_bytes": 20_000.0}
STACK = Stack(
    {
        "redirect": 1_769,
        "api_handler": 1_024,
        "count_clicks": 512,
        "merge_counters": 1_024,
        "merge_partitions": 1_769,
        "watch_caps": 256,
        "watch_fallbacks": 512,
        "learn_pools": 512,
    },
    learning_minutes=5,
    alarms=8,
    queues=4,
)


def _batch(clicks: int, units: float) -> dict[str, float]:
    return {
        f"batch_{clicks}_write_units": units,
        f"batch_{clicks}_read_units": 1.0,
        f"batch_{clicks}_requests": 2.0,
        f"batch_{clicks}_runs": 1.0,
        f"batch_{clicks}_cpu_us": 100.0 * clicks,
    }


def _merging(rate: int, size: int) -> dict[str, float]:
    key = f"merging_{rate}_a_second_{size}_a_batch"
    names = {"write_units": 40.0, "read_units": 10.0, "requests": 100.0, "blocks": 600.0, "cpu_ms": 500.0}
    names |= {"busiest_requests": 20.0, "busiest_cpu_ms": 60.0}
    return {f"{key}_{name}": value for name, value in names.items()}


AGGREGATOR = {
    **_batch(1, 8.0),
    **_batch(25, 50.0),
    **_batch(1_000, 100.0),
    **_merging(100, 25),
    **_merging(100, 250),
    **_merging(4_000, 1_000),
    "block_bytes": 600.0,
    "list_bytes": 7_000.0,
    "list_bytes_per_click": 14.0,
}


def some_facts(**click: float) -> Facts:
    return Facts({"click": {**CLICK, **click}, "cold_start": COLD, "aggregator": AGGREGATOR, "pools": POOLS})


def a_case(rate: float = 100, *, facts: Facts | None = None, window: float = 1.0, **changes: Any) -> Case:
    return Case(facts or some_facts(), STACK, Load(rate, window), **changes)
