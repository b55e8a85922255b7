import pytest

from chalicelib.optimizer.model.conversion_value import mean_values


def test_value_before_the_first_conversion_is_the_configured_one() -> None:
    assert mean_values([0, 0], [0, 0], [0, 0], [4.5, -2.0]) == [4.5, -2.0]


def test_configured_value_weighs_as_one_conversion_without_variance() -> None:
    assert mean_values([4], [8], [16], [7]) == [(8 + 7) / 5]


def test_configured_value_weighs_more_with_variance() -> None:
    """Values 1 and 3: the squared coefficient of variation is ½.

    The pool's is ½ · 2 / 12 = 1/12, the offer's (2 · ½ + 10 / 12) / 12 = 11/72, and 11/72 / 0.3² = 275/162.
    """
    pseudo = 275 / 162
    assert mean_values([2], [4], [10], [5]) == [pytest.approx((4 + pseudo * 5) / (2 + pseudo))]


def test_variance_of_an_offer_is_shrunk_to_that_of_the_pool() -> None:
    """The pool's spread is 90 · 1 / (180 + 10) of two offers with 90 conversions each."""
    means = mean_values([90, 90], [90, 90], [90 * (1 + 89 / 90), 90], [3, 3])
    pool = 90 / 190
    pseudos = [(90 + 10 * pool) / 100 / 0.09, 10 * pool / 100 / 0.09]
    assert means[0] == pytest.approx((90 + pseudos[0] * 3) / (90 + pseudos[0]))
    assert pseudos[1] < 1
    assert means[1] == pytest.approx((90 + 3) / 91)


@pytest.mark.parametrize(
    ("count", "total", "squares"),
    [
        pytest.param(1, 4, 99, id="of one conversion"),
        pytest.param(3, 0, 99, id="of gains and losses that make nothing"),
        pytest.param(3, 6, 11.9, id="below 0, by rounding"),
    ],
)
def test_variance_is_zero(count: float, total: float, squares: float) -> None:
    assert mean_values([count], [total], [squares], [2]) == [(total + 2) / (count + 1)]


def test_value_may_be_negative() -> None:
    assert mean_values([9], [-9], [9], [-1]) == [-1]


def test_unknown_value_before_the_first_conversion_is_the_mean_of_the_configured_ones() -> None:
    assert mean_values([0, 0, 0], [0, 0, 0], [0, 0, 0], [4, None, 2]) == [4, 3, 2]
    assert mean_values([0, 0], [0, 0], [0, 0], [None, None]) == [1, 1]


def test_unknown_value_is_the_conversions_own_mean_and_the_pools_as_one_more() -> None:
    """The pool's mean is (30 + 10) / (3 + 1) = 10, however much the values of an offer vary."""
    assert mean_values([3, 1, 0], [30, 10, 0], [9999, 100, 0], [None, None, None]) == [10, 10, 10]
    assert mean_values([3, 1], [6, 10], [9999, 100], [None, None]) == [(6 + 4) / 4, (10 + 4) / 2]
