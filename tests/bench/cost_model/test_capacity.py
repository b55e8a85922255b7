from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cost_model import capacity
from bench.cost_model.capacity import LIMITS, exceeded, ramp_seconds, tightest
from bench.cost_model.case import Case
from bench.cost_model.measurements import facts, stack
from bench.merging import Load
from tests.bench.cost_model.cases import a_case


def needs(name: str, case: Case) -> float:
    (limit,) = [limit for limit in LIMITS if limit.name.startswith(name)]
    return limit.needs(case)


def test_api_gateway_is_at_its_limit_at_10000_clicks_per_second() -> None:
    names = [limit.name for limit in exceeded(a_case(10_000))]
    assert "API Gateway, requests per second" in names
    assert "API Gateway, requests per second" not in [limit.name for limit in exceeded(a_case(9_999))]


def test_exceeded_limits_are_sorted_worst_first() -> None:
    shares = [limit.used(a_case(100_000, capped=True)) for limit in exceeded(a_case(100_000, capped=True))]
    assert shares == sorted(shares, reverse=True)
    assert all(share >= 1 for share in shares)


def test_tightest_limit_has_the_largest_share() -> None:
    case = a_case(100)
    assert not exceeded(case)
    assert tightest(case).used(case) == max(limit.used(case) for limit in LIMITS)


@pytest.mark.parametrize(("rate", "seconds"), [(100, 0), (142_000, 0), (143_000, 10), (300_000, 20)])
def test_lambda_starts_1000_processes_at_once_and_1000_every_10_seconds(rate: int, seconds: int) -> None:
    assert ramp_seconds(a_case(rate)) == seconds


def test_full_batch_writes_a_block_of_two_units_per_partition() -> None:
    assert needs("`counters`, a shard", a_case(100_000)) == 100 * 2


def test_busiest_capped_campaign_writes_its_share_of_additional_calls() -> None:
    assert needs("`caps`", a_case(10_000)) == 10_000 * 0.2 * 0.25


def test_each_process_reads_the_busiest_route_every_2_seconds() -> None:
    case = a_case(10_000)
    assert needs("`routes`", case) == case.processes / 2 * 1.5


@given(rate=st.sampled_from([4_000, 8_000, 50_000]))
def test_needs_increase_with_the_rate_if_batches_are_full(rate: int) -> None:
    for limit in capacity.LIMITS:
        assert limit.used(a_case(2 * rate)) >= limit.used(a_case(rate)) * 0.999


def test_attempt_reads_the_claims_of_all_shards_since_its_first_record() -> None:
    case = a_case(100_000)
    claims = 100 * (1 + case.counting_ms / 1e3)
    assert needs("`batch_claims`, reads", case) == 100 * (1 + ceil(claims * 210 / 4_096)) == 900
    assert needs("`batch_claims`, writes", case) == 100


def test_click_lists_of_the_busiest_smartlink_are_spread_over_two_shards() -> None:
    units = 2 * 2
    assert needs("`click_lists`", a_case(100_000)) == 100 * units / 2


def test_partition_is_compacted_by_one_process_and_all_of_them_by_twenty() -> None:
    case = a_case(4_000)
    share = 1024 / 1769
    assert needs("compaction of the busiest", case) == pytest.approx(60 + 20 * 4 + 1)
    (all_partitions,) = [limit for limit in LIMITS if limit.name.startswith("compaction of all")]
    assert all_partitions.used(case) == pytest.approx((500 / share + 100 * 4 + 1) / 1_200_000)


def test_limits_of_our_own_design_are_below_seventy_percent_at_100000_clicks_per_second() -> None:
    case = Case(facts(), stack(), Load(100_000), capped=True)
    shares = {limit.name: limit.used(case) for limit in LIMITS if not limit.is_quota}
    assert {name: share for name, share in shares.items() if share > capacity.MOST} == {}
