import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cost_model import capacity
from bench.cost_model.capacity import LIMITS, catch_up_hours, emptied, over, ramp_seconds, tightest
from bench.cost_model.usage import Case
from tests.bench.cost_model.cases import a_case, some_facts


def needs(name: str, case: Case) -> float:
    (limit,) = [each for each in LIMITS if each.name.startswith(name)]
    return limit.needs(case)


def test_the_gateway_just_suffices_for_ten_thousand_clicks_a_second() -> None:
    names = [limit.name for limit in over(a_case(10_000))]
    assert "API Gateway, requests a second" in names
    assert "API Gateway, requests a second" not in [limit.name for limit in over(a_case(9_999))]


def test_what_does_not_suffice_comes_worst_first() -> None:
    shares = [limit.used(a_case(100_000, capped=True)) for limit in over(a_case(100_000, capped=True))]
    assert shares == sorted(shares, reverse=True)
    assert all(share >= 1 for share in shares)


def test_where_all_suffices_the_tightest_is_told() -> None:
    case = a_case(100)
    assert not over(case)
    assert tightest(case).used(case) == max(limit.used(case) for limit in LIMITS)


@pytest.mark.parametrize(("rate", "seconds"), [(100, 0), (142_000, 0), (143_000, 10), (300_000, 20)])
def test_lambda_starts_a_thousand_processes_at_once_and_as_many_every_ten_seconds(rate: int, seconds: int) -> None:
    assert ramp_seconds(a_case(rate)) == seconds


def test_a_shard_is_emptied_by_one_batch_after_another() -> None:
    case = a_case(4_000)
    cpu_ms = 100.0 * 1769 / 512
    assert case.counting_ms == pytest.approx(cpu_ms + 15 + 4 + 1)
    assert emptied(case) == pytest.approx(1_000 / (cpu_ms + 20) * 1e3)


def test_an_hours_clicks_are_caught_up_with_in_the_time_that_is_left_over() -> None:
    case = a_case(4_000)
    spare = emptied(case) - 1_000
    assert catch_up_hours(case) == pytest.approx(1_000 / spare)


def test_an_aggregator_that_is_too_slow_never_catches_up() -> None:
    aggregator = {**some_facts().by_part["aggregator"], "batch_1000_cpu_us": 1e6}
    slow = type(some_facts())({**some_facts().by_part, "aggregator": aggregator})
    assert catch_up_hours(a_case(4_000, facts=slow)) == float("inf")


def test_full_runs_write_a_block_of_two_units_to_a_partition() -> None:
    assert needs("`counters`, a shard", a_case(100_000)) == 100 * 2


def test_the_busiest_capped_campaign_writes_its_share_of_the_calls_beyond_the_put() -> None:
    assert needs("`caps`", a_case(10_000)) == 10_000 * 0.2 * 0.25


def test_each_process_reads_the_busiest_route_every_two_seconds() -> None:
    case = a_case(10_000)
    assert needs("`routes`", case) == case.processes / 2 * 1.5


@given(rate=st.sampled_from([4_000, 8_000, 50_000]))
def test_needs_grow_with_the_rate_where_batches_are_full(rate: int) -> None:
    for limit in capacity.LIMITS:
        assert limit.used(a_case(2 * rate)) >= limit.used(a_case(rate)) * 0.999
