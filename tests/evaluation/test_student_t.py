from math import inf

import pytest

from chalicelib.evaluation.student_t import quantile, t_critical_value


@pytest.mark.parametrize(
    ("probability", "degrees", "published"),
    [
        pytest.param(0.975, 1, 12.7062047362, id="one degree, Cauchy distribution"),
        pytest.param(0.975, 2, 4.3026527297, id="two degrees"),
        pytest.param(0.975, 5, 2.5705818356, id="five"),
        pytest.param(0.95, 10, 1.8124611228, id="ten, to 95 %"),
        pytest.param(0.995, 20, 2.8453397098, id="twenty, to 99.5 %"),
        pytest.param(0.975, 30, 2.0422724563, id="thirty"),
        pytest.param(0.975, 60, 2.0002978220, id="sixty"),
        pytest.param(0.975, 120, 1.9799304051, id="a hundred and twenty"),
        pytest.param(0.9995, 10, 4.5868938587, id="far out"),
        pytest.param(0.9995, 1, 636.6192487687, id="far out, one degree"),
        pytest.param(0.975, inf, 1.9599639845, id="normal distribution"),
    ],
)
def test_quantile_equals_the_published_one(probability: float, degrees: float, published: float) -> None:
    assert quantile(probability, degrees) == pytest.approx(published, rel=1e-7)


def test_median_is_0() -> None:
    assert quantile(0.5, 3) == pytest.approx(0, abs=1e-12)


def test_degrees_may_be_fractional() -> None:
    assert quantile(0.975, 3) < quantile(0.975, 2.5) < quantile(0.975, 2)


def test_both_formulas_agree_at_the_switch() -> None:
    assert quantile(0.975, 59.999999) == pytest.approx(quantile(0.975, 60), abs=1e-7)


def test_95_percent_interval_leaves_out_2_5_percent_on_each_side() -> None:
    assert t_critical_value(7) == quantile(0.975, 7)
    assert t_critical_value(7, 0.9) == quantile(0.95, 7)
