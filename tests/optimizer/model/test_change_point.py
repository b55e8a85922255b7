from math import e

import pytest

from chalicelib.optimizer.model.change_point import decay_weights, last_change_point

HUNDRED = [100.0] * 100


def test_steady_rate_has_no_change_point() -> None:
    assert last_change_point([5.0] * 100, HUNDRED, 100) == 0


def test_change_point_is_where_conversions_stop() -> None:
    assert last_change_point([6.0] * 60 + [0.0] * 40, HUNDRED, 100) == 60


def test_change_point_is_where_the_rate_rises() -> None:
    assert last_change_point([2.0] * 37 + [6.0] * 63, HUNDRED, 100) == 37


def test_last_of_several_change_points_is_returned() -> None:
    assert last_change_point([6.0] * 50 + [0.0] * 20 + [6.0] * 30, HUNDRED, 100) == 70
    assert last_change_point([0.0] * 50 + [9.0] * 25 + [4.0] * 25, HUNDRED, 100) == 75


def test_rate_is_per_effective_click() -> None:
    assert last_change_point([6.0] * 60 + [3.0] * 40, [100.0] * 60 + [50.0] * 40, 100) == 0


@pytest.mark.parametrize(
    ("after", "hours", "index"),
    [
        pytest.param(8, 1, 0, id="16 log 2 = 11.1 are not over 12"),
        pytest.param(9, 1, 1, id="18 log 2 = 12.5 are"),
        pytest.param(10, e, 0, id="20 log 2 = 13.9 are not over 12 + 2 log e"),
        pytest.param(11, e, 1, id="22 log 2 = 15.2 are"),
        pytest.param(9, 0, 1, id="less than an hour is an hour"),
    ],
)
def test_threshold_rises_with_the_number_of_hours(after: float, hours: float, index: int) -> None:
    assert last_change_point([0, after], [50, 50], hours) == index


@pytest.mark.parametrize(
    ("effective", "index"),
    [
        pytest.param([14, 86], 0, id="2.8 expected before"),
        pytest.param([15, 85], 1, id="3 expected before"),
    ],
)
def test_change_needs_three_expected_conversions_before_it(effective: list[float], index: int) -> None:
    assert last_change_point([20, 0], effective, 1) == index


@pytest.mark.parametrize(
    ("effective", "index"), [pytest.param([86, 14], 0, id="2.8 expected"), pytest.param([85, 15], 1, id="3 expected")]
)
def test_change_needs_three_expected_conversions_after_it(effective: list[float], index: int) -> None:
    assert last_change_point([0, 20], effective, 1) == index


@pytest.mark.parametrize(
    ("conversions", "effective"),
    [
        pytest.param([], [], id="no hours"),
        pytest.param([0, 0], [100, 100], id="no conversions"),
        pytest.param([9, 30], [0, 0], id="no clicks"),
    ],
)
def test_no_data_has_no_change_point(conversions: list[float], effective: list[float]) -> None:
    assert last_change_point(conversions, effective, 2) == 0


def test_half_life_is_two_weeks() -> None:
    assert decay_weights([0, 14 * 24, 28 * 24], has_changed=False) == [1, 0.5, 0.25]


def test_half_life_after_a_change_is_two_days() -> None:
    assert decay_weights([0, 48, 96], has_changed=True) == [1, 0.5, 0.25]
