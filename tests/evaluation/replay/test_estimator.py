from math import sqrt

import pytest

from chalicelib.evaluation.replay.estimator import (
    ReplayEstimate,
    Sample,
    effective_sample_size,
    estimate_difference,
    estimate_mean,
    weight_bound,
    weighted_mean,
)
from chalicelib.evaluation.student_t import t_critical_value

SEEN = Sample([1.0, 3.0], [0.0, 8.0], 0.0)


def test_weight_bound_is_the_root_of_the_number_of_clicks() -> None:
    assert (weight_bound(40_000), weight_bound(50)) == (200, 10)


def test_unequal_weights_lower_the_effective_sample_size() -> None:
    assert effective_sample_size([2, 2, 2]) == 3
    assert effective_sample_size([1, 3]) == 1.6
    assert effective_sample_size([0, 0]) == effective_sample_size([]) == 0


def test_mean_is_normalized_by_the_weights() -> None:
    assert weighted_mean([1, 3], [0, 8]) == 6
    assert weighted_mean([0, 0], [1, 2]) is None


def test_variance_of_the_mean_is_by_linearization() -> None:
    estimate = estimate_mean([Sample([1.0] * 100, [0.0] * 50 + [2.0] * 50, 0.0)])
    half = t_critical_value(99) * sqrt(100 * 0.01**2)
    assert estimate
    assert estimate.value == 1
    assert estimate.interval == pytest.approx((1 - half, 1 + half))


def test_few_effective_clicks_widen_the_interval() -> None:
    estimate = estimate_mean([SEEN])
    parts = [1 * (0 - 6) / 4, 3 * (8 - 6) / 4]
    assert estimate
    assert estimate.interval
    assert estimate.interval[1] - 6 == pytest.approx(t_critical_value(1) * sqrt(sum(each**2 for each in parts)))


def test_interval_includes_one_more_conversion_of_each_action() -> None:
    estimate = estimate_mean([Sample([2.0] * 10, [0.0] * 10, 5.0)])
    assert estimate
    assert estimate.interval == pytest.approx((-t_critical_value(2) * 0.5, t_critical_value(2) * 0.5))


def test_no_variance_gives_no_interval() -> None:
    assert estimate_mean([Sample([1.0] * 10, [0.0] * 10, 0.0)]) == ReplayEstimate(0, None)


def test_zero_weights_give_no_estimate() -> None:
    nothing = [Sample([0.0], [1.0], 1.0)]
    assert estimate_mean(nothing) is estimate_difference(nothing, 1.0) is None


def test_difference_without_an_edit_is_exactly_0() -> None:
    assert estimate_difference([Sample([1.0] * 4, [0.0, 0.0, 7.0, 3.0], 9.0)], 1.0) == ReplayEstimate(0, (0, 0))


def test_difference_is_paired_by_click() -> None:
    samples = [Sample([2.0, 2.0], [4.0, 0.0], 4.0), Sample([0.0, 0.0], [2.0, 0.0], 2.0)]
    estimate = estimate_difference(samples, 1.0)
    # Per click: w (r - 2) / 4 - (r - 1.5) / 4, and one more conversion of either kind: (2 / 4 - 1 / 4) 4 and -2 / 4.
    parts = [(2 * 2 - 2.5) / 4, (2 * -2 + 1.5) / 4, -0.5 / 4, 1.5 / 4, 1.0, -0.5]
    squares = sum(each**2 for each in parts)
    half = t_critical_value(1) * sqrt(squares)
    assert estimate
    assert estimate.value == 0.5
    assert estimate.interval == pytest.approx((0.5 - half, 0.5 + half))


def test_mean_that_applies_to_a_share_of_the_clicks_is_scaled() -> None:
    estimate = estimate_difference([SEEN], 0.5)
    assert estimate
    assert estimate.value == 0.5 * 6 - 4


def test_estimate_is_multiplied_with_its_interval() -> None:
    assert ReplayEstimate(4, (2, 6)).times(0.5) == ReplayEstimate(2, (1, 3))
    assert ReplayEstimate(4, None).times(0.5) == ReplayEstimate(2, None)
