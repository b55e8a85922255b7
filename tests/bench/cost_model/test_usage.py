from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cost_model.assumptions import Assumptions
from bench.cost_model.usage import LOG_LINES, MILLION, Case, uses
from tests.bench.cost_model.cases import a_case, some_facts


def used(case: Case) -> dict[tuple[str, str], float]:
    """Quantities by part and price."""
    found: dict[tuple[str, str], float] = {}
    for use in uses(case):
        found[use.part, use.price] = found.get((use.part, use.price), 0.0) + use.quantity
    return found


def test_a_click_costs_one_put_of_a_unit_for_each_kilobyte_begun() -> None:
    assert used(a_case())["click in its table", "write_unit"] == MILLION
    larger = a_case(facts=some_facts(item_bytes=1_025.0))
    assert used(larger)["click in its table", "write_unit"] == 2 * MILLION


def test_caps_cost_the_calls_that_were_counted_beyond_the_put() -> None:
    assert used(a_case(capped=True))["click caps", "write_unit"] == MILLION / 4
    assert not [use for use in uses(a_case()) if use.part == "click caps"]


def test_the_billed_time_is_cpu_by_the_share_of_a_vcpu_and_the_answers_and_the_rest_of_lambda() -> None:
    steady = a_case(100_000, assumed=replace(Assumptions(), links=1, pools=1))
    assert steady.click_ms == 1 + 5 + 1 + 1  # the last for the reads, which are hardly any
    half = replace(steady, stack=replace(steady.stack, megabytes={**steady.stack.megabytes, "api_handler": 885}))
    assert half.click_ms == 2 + 5 + 1 + 1


def test_more_memory_than_a_vcpu_needs_makes_our_code_no_faster() -> None:
    case = a_case()
    more = replace(case, stack=replace(case.stack, megabytes={**case.stack.megabytes, "api_handler": 4_000}))
    assert more.click_ms == case.click_ms


def test_processes_are_rate_times_time() -> None:
    assert a_case(100).processes == 1
    assert a_case(10_000).processes == 70


def test_of_a_key_asked_for_once_in_the_time_it_is_remembered_every_other_click_reads() -> None:
    assert a_case(100).misses(keys=200) == 0.5


@given(rate=st.floats(1, 1e6), keys=st.floats(1, 1e6))
def test_no_click_reads_a_key_more_than_once(rate: float, keys: float) -> None:
    assert 0 < a_case(rate).misses(keys) <= 1


def test_the_aggregator_takes_what_the_largest_measured_batch_within_the_load_takes() -> None:
    assert used(a_case(100))["aggregator", "write_unit"] == MILLION / 25 * 50
    assert used(a_case(100))["aggregator", "lambda_request"] == MILLION / 25
    wider = used(a_case(100, window=10))
    assert wider["aggregator", "write_unit"] == MILLION / 25 * 50
    assert wider["aggregator", "lambda_request"] == MILLION / 250


def test_full_batches_stay_full_at_a_higher_rate_and_there_are_more_of_them() -> None:
    (low, high) = (a_case(4_000), a_case(40_000))
    assert used(low)["aggregator", "write_unit"] == used(high)["aggregator", "write_unit"] == MILLION / 1_000 * 100
    assert high.merging_ms > 9 * low.merging_ms


def test_a_click_is_kept_for_400_days_with_what_the_table_adds_and_its_place_in_a_list() -> None:
    months = (900 + 100 + 14) * MILLION / 1e9 * 400 / 30.4
    assert used(a_case())["keeping clicks", "table_storage"] == pytest.approx(months)
    assert used(a_case())["keeping clicks", "recovery_storage"] == pytest.approx(months)


def test_the_log_has_lambdas_three_lines_for_each_invocation() -> None:
    size = sum(len(line) for line in LOG_LINES) + 3 * 26
    assert used(a_case())["logs", "log_ingested"] == pytest.approx((MILLION + MILLION / 25) * size / 1e9)


def test_what_the_clock_makes_is_shared_by_the_clicks_of_its_time() -> None:
    slow, fast = used(a_case(4_000)), used(a_case(40_000))
    for price in ("queue_request", "schedule", "alarm", "key_request", "lambda_x86"):
        assert slow["clockwork", price] == pytest.approx(10 * fast["clockwork", price])


@given(cpu=st.floats(1, 1e5), more=st.floats(0, 1e5))
def test_a_click_of_more_cpu_never_costs_less(cpu: float, more: float) -> None:
    one, other = (used(a_case(facts=some_facts(cpu_us=each))) for each in (cpu, cpu + more))
    assert one["redirect", "lambda_x86"] <= other["redirect", "lambda_x86"]


@given(capped=st.booleans(), rate=st.sampled_from([100, 4_000, 10_000, 100_000]))
def test_nothing_is_used_less_than_not_at_all(rate: int, *, capped: bool) -> None:
    assert all(use.quantity >= 0 for use in uses(a_case(rate, capped=capped)))
