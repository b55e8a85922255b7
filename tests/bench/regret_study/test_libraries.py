import numpy as np
import pytest
from numpy.random import default_rng

from bench.regret_study.environment import Decide, Policy
from bench.regret_study.ground_truth import Array, a_truth
from bench.regret_study.libraries import mabwiser_lints, mabwiser_pooled, mabwiser_thompson, river_thompson
from bench.regret_study.observed_counters import Book

EVERY = pytest.mark.parametrize("policy", [mabwiser_thompson, mabwiser_pooled, river_thompson, mabwiser_lints])
RATES = pytest.mark.parametrize("policy", [mabwiser_thompson, mabwiser_pooled, river_thompson])


def _after(policy: Policy, clicks: list[list[int]], conversions: list[list[int]], values: list[float]) -> Array:
    """The weights after one step in which that came."""
    truth = a_truth(np.array(values), np.full((len(clicks), len(values)), 0.001))
    book = Book(truth)
    decide: Decide = policy(book, default_rng(1))
    decide(book)
    book.add_clicks(np.array(clicks))
    book.add_at_once(np.array(conversions))
    return decide(book)


@EVERY
def test_weights_are_a_distribution_and_nothing_known_means_no_favourite(policy: Policy) -> None:
    weights = _after(policy, [[2_000, 2_000], [2_000, 2_000]], [[20, 20], [20, 20]], [1, 1])
    assert weights.sum(axis=1) == pytest.approx([1, 1])
    assert weights == pytest.approx(np.full((2, 2), 0.5), abs=0.2)


@EVERY
def test_what_earns_more_gets_more(policy: Policy) -> None:
    assert _after(policy, [[20_000, 20_000]], [[100, 1_000]], [1, 1])[0, 1] > 0.99


@RATES
def test_draws_are_multiplied_by_the_value(policy: Policy) -> None:
    assert _after(policy, [[20_000, 20_000]], [[400, 1_000]], [10, 1])[0, 0] > 0.99


def test_lints_learns_values_per_click() -> None:
    assert _after(mabwiser_lints, [[20_000, 20_000]], [[400, 1_000]], [10, 1])[0, 0] > 0.99


@pytest.mark.parametrize("policy", [mabwiser_thompson, river_thompson, mabwiser_lints])
def test_each_segment_has_a_winner_of_its_own(policy: Policy) -> None:
    clicks = [[20_000, 20_000], [20_000, 20_000]]
    weights = _after(policy, clicks, [[100, 2_000], [2_000, 100]], [1, 1])
    assert weights == pytest.approx(np.array([[0, 1], [1, 0]]), abs=0.01)


def test_pooled_learning_has_one_winner_for_all() -> None:
    clicks = [[20_000, 20_000], [200, 200]]
    weights = _after(mabwiser_pooled, clicks, [[100, 2_000], [20, 1]], [1, 1])
    assert weights == pytest.approx(np.array([[0, 1], [0, 1]]), abs=0.01)


@EVERY
def test_an_offer_that_rests_gets_nothing(policy: Policy) -> None:
    book = Book(a_truth(np.ones(3), np.full(3, 0.1)))
    book.set_live(np.array([True, False, True]))
    assert policy(book, default_rng(1))(book)[0, 1] == 0


def test_arms_of_lints_draw_each_with_its_own_luck() -> None:
    weights = _after(mabwiser_lints, [[100, 10_000, 10_000]], [[0, 0, 0]], [1, 1, 1])
    assert weights[0] == pytest.approx([0.5, 0.25, 0.25], abs=0.1)
