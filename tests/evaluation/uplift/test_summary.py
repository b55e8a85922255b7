import pytest

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.uplift.estimator import Count, UpliftInterval
from chalicelib.evaluation.uplift.summary import describe_difference, describe_missing_data, has_enough_data

ENOUGH = Count(500, 10)


@pytest.mark.parametrize(
    ("optimized", "holdout", "sentence"),
    [
        pytest.param(
            ENOUGH,
            Count(90, 3),
            "Not enough data: the hold-out has 3 conversions. Each arm needs at least 10.",
            id="a small hold-out",
        ),
        pytest.param(
            Count(90, 1),
            Count(90, 0),
            "Not enough data: the optimized arm has 1 conversion and the hold-out has 0 conversions. "
            "Each arm needs at least 10.",
            id="both",
        ),
        pytest.param(
            Count(),
            Count(),
            "No data: neither arm received a click in this range.",
            id="no click at all",
        ),
    ],
)
def test_missing_data_is_described(optimized: Count, holdout: Count, sentence: str) -> None:
    assert not has_enough_data(optimized, holdout)
    assert describe_missing_data(optimized, holdout) == sentence


def test_ten_conversions_per_arm_are_enough() -> None:
    assert has_enough_data(ENOUGH, ENOUGH)


@pytest.mark.parametrize(
    ("interval", "goal", "sentence"),
    [
        pytest.param(
            (10_000, 25_000),
            OptimizationGoal.EPC,
            "Optimized clicks pay publishers between 0.010000 USD and 0.025000 USD more per click, "
            "with 95 % confidence.",
            id="more",
        ),
        pytest.param(
            (-25_000, -10_000),
            OptimizationGoal.PROFIT,
            "Optimized clicks bring profit of between 0.010000 USD and 0.025000 USD less per click, "
            "with 95 % confidence.",
            id="less",
        ),
        pytest.param(
            (-1_000, 2_000),
            OptimizationGoal.CONVERSION_RATE,
            "No significant difference: optimized clicks bring between 0.001000 conversions less and "
            "0.002000 conversions more per click, with 95 % confidence.",
            id="either",
        ),
    ],
)
def test_difference_is_described_in_one_sentence(
    interval: UpliftInterval, goal: OptimizationGoal, sentence: str
) -> None:
    assert describe_difference(interval, goal, "USD") == sentence
