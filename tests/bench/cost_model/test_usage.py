from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cost_model.assumptions import Assumptions
from bench.cost_model.case import MILLION, Case
from bench.cost_model.usage import LOG_LINES, uses
from chalicelib.observability.metrics import Metric
from tests.bench.cost_model.cases import a_case, some_facts


def used(case: Case) -> dict[tuple[str, str], float]:
    """Return quantities by part and price."""
    quantities: dict[tuple[str, str], float] = {}
    for use in uses(case):
        quantities[use.part, use.price] = quantities.get((use.part, use.price), 0.0) + use.quantity
    return quantities


def test_click_costs_one_write_unit_per_started_kilobyte() -> None:
    assert used(a_case())["click table", "write_unit"] == MILLION
    larger = a_case(facts=some_facts(item_bytes=1_025.0))
    assert used(larger)["click table", "write_unit"] == 2 * MILLION


def test_caps_cost_the_additional_calls() -> None:
    assert used(a_case(capped=True))["click caps", "write_unit"] == MILLION / 4
    assert not [use for use in uses(a_case()) if use.part == "click caps"]


def test_billed_time_is_cpu_by_vcpu_share_plus_latencies_plus_overhead() -> None:
    steady = a_case(100_000, assumed=replace(Assumptions(), links=1, pools=1))
    assert steady.click_ms == 1 + 5 + 1 + 1  # the last for the reads, which are hardly any
    half = replace(steady, stack=replace(steady.stack, megabytes={**steady.stack.megabytes, "redirect": 885}))
    assert half.click_ms == 2 + 5 + 1 + 1


def test_more_memory_than_one_vcpu_is_not_faster() -> None:
    case = a_case()
    more = replace(case, stack=replace(case.stack, megabytes={**case.stack.megabytes, "redirect": 4_000}))
    assert more.click_ms == case.click_ms


def test_processes_are_rate_times_time() -> None:
    assert a_case(100).processes == 1
    assert a_case(10_000).processes == 70


def test_key_used_once_per_cache_ttl_is_read_by_every_other_click() -> None:
    assert a_case(100).misses(keys=200) == 0.5


@given(rate=st.floats(1, 1e6), keys=st.floats(1, 1e6))
def test_no_click_reads_a_key_more_than_once(rate: float, keys: float) -> None:
    assert 0 < a_case(rate).misses(keys) <= 1


def test_aggregator_usage_is_that_of_the_largest_fitting_measured_batch() -> None:
    assert used(a_case(100))["aggregator", "write_unit"] == MILLION / 25 * 50
    assert used(a_case(100))["aggregator", "lambda_request"] == MILLION / 25
    wider = used(a_case(100, window=10))
    assert wider["aggregator", "write_unit"] == MILLION / 25 * 50
    assert wider["aggregator", "lambda_request"] == MILLION / 250


def test_higher_rate_means_more_full_batches() -> None:
    (low, high) = (a_case(4_000), a_case(40_000))
    assert used(low)["aggregator", "write_unit"] == used(high)["aggregator", "write_unit"] == MILLION / 1_000 * 100
    assert high.merging_ms > 9 * low.merging_ms


def test_each_transaction_of_the_aggregator_puts_and_copies_an_object() -> None:
    assert used(a_case(100))["archive", "object_write"] == 2 * MILLION / 25
    assert used(a_case())["archive", "object_storage"] == pytest.approx(91 * MILLION / 1e9 * 12)


def test_click_is_stored_for_90_days_with_overhead_and_list_entry() -> None:
    months = (900 + 100 + 14) * MILLION / 1e9 * 90 / 30.4
    assert used(a_case())["click storage", "table_storage"] == pytest.approx(months)
    # The archive replaces point-in-time recovery of the clicks, not of their lists.
    assert used(a_case())["click storage", "recovery_storage"] == pytest.approx(14 * MILLION / 1e9 * 90 / 30.4)


def test_log_has_the_lambda_lines_and_metrics_of_each_invocation_of_the_aggregator_and_none_of_the_redirect() -> None:
    size = sum(len(line) for line in LOG_LINES) + 3 * 26 + 700
    assert used(a_case())["logs", "log_ingested"] == pytest.approx(MILLION / 25 * size / 1e9)


def test_scheduled_work_is_spread_over_the_clicks() -> None:
    slow, fast = used(a_case(4_000)), used(a_case(40_000))
    for price in ("queue_request", "schedule", "alarm", "metric", "key_request", "lambda_x86"):
        assert slow["scheduled work", price] == pytest.approx(10 * fast["scheduled work", price])


def test_each_metric_of_our_own_is_paid_by_time() -> None:
    months = used(a_case(100))["scheduled work", "metric"]
    assert months == pytest.approx((len(Metric) + 1) * 10_000 / (30.4 * 86_400))


@given(cpu=st.floats(1, 1e5), more=st.floats(0, 1e5))
def test_more_cpu_never_costs_less(cpu: float, more: float) -> None:
    one, other = (used(a_case(facts=some_facts(cpu_us=each))) for each in (cpu, cpu + more))
    assert one["redirect", "lambda_x86"] <= other["redirect", "lambda_x86"]


@given(capped=st.booleans(), rate=st.sampled_from([100, 4_000, 10_000, 100_000]))
def test_quantities_are_not_negative(rate: int, *, capped: bool) -> None:
    assert all(use.quantity >= 0 for use in uses(a_case(rate, capped=capped)))
