import pytest

from bench.cost_model.counting import catch_up_hours, shard_throughput
from tests.bench.cost_model.cases import a_case, some_facts


def test_shard_throughput_is_batch_size_over_batch_time() -> None:
    case = a_case(4_000)
    cpu_ms = 100.0 * 1769 / 512
    put_and_copy = 2 * 40
    assert case.counting_ms == pytest.approx(cpu_ms + 15 + put_and_copy + 4 + 1)
    assert shard_throughput(case) == pytest.approx(1_000 / (cpu_ms + 100) * 1e3)


def test_catch_up_uses_the_spare_throughput() -> None:
    case = a_case(4_000)
    spare = shard_throughput(case) - 1_000
    assert catch_up_hours(case) == pytest.approx(1_000 / spare)


def test_aggregator_that_is_too_slow_never_catches_up() -> None:
    aggregator = {**some_facts().by_part["aggregator"], "batch_1000_cpu_us": 1e6}
    slow = type(some_facts())({**some_facts().by_part, "aggregator": aggregator})
    assert catch_up_hours(a_case(4_000, facts=slow)) == float("inf")
