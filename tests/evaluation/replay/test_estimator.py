from math import sqrt

import pytest

from chalicelib.evaluation.replay.estimator import (
    ReplayEstimate,
    Sample,
    difference,
    effective_sample_size,
    mean,
    weight_bound,
    weighted_mean,
)
from chalicelib.evaluation.student_t import t_critical_value

SEEN = Sample([1.0, 3.0], [0.0, 8.0], 0.0)


def test_a_click_may_weigh_as_much_as_the_root_of_their_number() -> None:
    assert (weight_bound(40_000), weight_bound(50)) == (200, 10)


def test_unequal_weights_tell_less_than_their_number() -> None:
    assert effective_sample_size([2, 2, 2]) == 3
    assert effective_sample_size([1, 3]) == 1.6
    assert effective_sample_size([0, 0]) == effective_sample_size([]) == 0


def test_a_mean_is_weighted_and_normalized_by_the_weights() -> None:
    assert weighted_mean([1, 3], [0, 8]) == 6
    assert weighted_mean([0, 0], [1, 2]) is None


def test_its_variance_is_that_of_its_linearized_parts() -> None:
    found = mean([Sample([1.0] * 100, [0.0] * 50 + [2.0] * 50, 0.0)])
    half = t_critical_value(99) * sqrt(100 * 0.01**2)
    assert found
    assert found.value == 1
    assert found.interval == pytest.approx((1 - half, 1 + half))


def test_few_effective_clicks_widen_the_interval() -> None:
    found = mean([SEEN])
    parts = [1 * (0 - 6) / 4, 3 * (8 - 6) / 4]
    assert found
    assert found.interval
    assert found.interval[1] - 6 == pytest.approx(t_critical_value(1) * sqrt(sum(each**2 for each in parts)))


def test_one_more_conversion_of_each_kind_is_reckoned_with() -> None:
    found = mean([Sample([2.0] * 10, [0.0] * 10, 5.0)])
    assert found
    assert found.interval == pytest.approx((-t_critical_value(2) * 0.5, t_critical_value(2) * 0.5))


def test_where_nothing_spreads_there_is_no_interval() -> None:
    assert mean([Sample([1.0] * 10, [0.0] * 10, 0.0)]) == ReplayEstimate(0, None)


def test_without_weight_there_is_no_estimate() -> None:
    nothing = [Sample([0.0], [1.0], 1.0)]
    assert mean(nothing) is difference(nothing, 1.0) is None


def test_without_an_edit_the_difference_is_exactly_nothing() -> None:
    assert difference([Sample([1.0] * 4, [0.0, 0.0, 7.0, 3.0], 9.0)], 1.0) == ReplayEstimate(0, (0, 0))


def test_the_difference_is_that_of_the_paired_clicks() -> None:
    samples = [Sample([2.0, 2.0], [4.0, 0.0], 4.0), Sample([0.0, 0.0], [2.0, 0.0], 2.0)]
    found = difference(samples, 1.0)
    # Per click: w (r - 2) / 4 - (r - 1.5) / 4, and one more conversion of either kind: (2 / 4 - 1 / 4) 4 and -2 / 4.
    parts = [(2 * 2 - 2.5) / 4, (2 * -2 + 1.5) / 4, -0.5 / 4, 1.5 / 4, 1.0, -0.5]
    squares = sum(each**2 for each in parts)
    half = t_critical_value(1) * sqrt(squares)
    assert found
    assert found.value == 0.5
    assert found.interval == pytest.approx((0.5 - half, 0.5 + half))


def test_a_mean_that_holds_for_some_clicks_only_brings_that_share() -> None:
    found = difference([SEEN], 0.5)
    assert found
    assert found.value == 0.5 * 6 - 4


def test_an_estimate_times_a_share() -> None:
    assert ReplayEstimate(4, (2, 6)).times(0.5) == ReplayEstimate(2, (1, 3))
    assert ReplayEstimate(4, None).times(0.5) == ReplayEstimate(2, None)
