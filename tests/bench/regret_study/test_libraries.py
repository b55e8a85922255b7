import numpy as np
import pytest
from numpy.random import default_rng

from bench.regret_study.environment import Decide, Policy
from bench.regret_study.ground_truth import Array, a_truth
from bench.regret_study.libraries import mabwiser_lints, mabwiser_pooled, mabwiser_thompson, river_thompson
from bench.regret_study.observed_counters import ObservedCounters

EVERY = pytest.mark.parametrize("policy", [mabwiser_thompson, mabwiser_pooled, river_thompson, mabwiser_lints])
RATES = pytest.mark.parametrize("policy", [mabwiser_thompson, mabwiser_pooled, river_thompson])


def _after(policy: Policy, clicks: list[list[int]], conversions: list[list[int]], values: list[float]) -> Array:
    """Return the weights after one step with these clicks and conversions."""
    truth = a_truth(np.array(values), np.full((len(clicks), len(values)), 0.001))
    counters = ObservedCounters(truth)
    decide: Decide = policy(counters, default_rng(1))
    decide(counters)
    counters.add_clicks(np.array(clicks))
    counters.add_at_once(np.array(conversions))
    return decide(counters)


@EVERY
def test_weights_sum_to_one_and_are_equal_without_data(policy: Policy) -> None:
    weights = _after(policy, [[2_000, 2_000], [2_000, 2_000]], [[20, 20], [20, 20]], [1, 1])
    assert weights.sum(axis=1) == pytest.approx([1, 1])
    assert weights == pytest.approx(np.full((2, 2), 0.5), abs=0.2)


@EVERY
def test_offer_with_higher_epc_gets_more_clicks(policy: Policy) -> None:
    assert _after(policy, [[20_000, 20_000]], [[100, 1_000]], [1, 1])[0, 1] > 0.99


@RATES
def test_draws_are_multiplied_by_the_value(policy: Policy) -> None:
    assert _after(policy, [[20_000, 20_000]], [[400, 1_000]], [10, 1])[0, 0] > 0.99


def test_lints_learns_values_per_click() -> None:
    assert _after(mabwiser_lints, [[20_000, 20_000]], [[400, 1_000]], [10, 1])[0, 0] > 0.99


@pytest.mark.parametrize("policy", [mabwiser_thompson, river_thompson, mabwiser_lints])
def test_each_segment_has_its_own_winner(policy: Policy) -> None:
    clicks = [[20_000, 20_000], [20_000, 20_000]]
    weights = _after(policy, clicks, [[100, 2_000], [2_000, 100]], [1, 1])
    assert weights == pytest.approx(np.array([[0, 1], [1, 0]]), abs=0.01)


def test_pooled_learning_has_one_winner_for_all_segments() -> None:
    clicks = [[20_000, 20_000], [200, 200]]
    weights = _after(mabwiser_pooled, clicks, [[100, 2_000], [20, 1]], [1, 1])
    assert weights == pytest.approx(np.array([[0, 1], [0, 1]]), abs=0.01)


@EVERY
def test_unusable_offer_gets_no_weight(policy: Policy) -> None:
    counters = ObservedCounters(a_truth(np.ones(3), np.full(3, 0.1)))
    counters.set_live(np.array([True, False, True]))
    assert policy(counters, default_rng(1))(counters)[0, 1] == 0


def test_lints_arms_draw_independently() -> None:
    weights = _after(mabwiser_lints, [[100, 10_000, 10_000]], [[0, 0, 0]], [1, 1, 1])
    assert weights[0] == pytest.approx([0.5, 0.25, 0.25], abs=0.1)
