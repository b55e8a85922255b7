import pytest

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.uplift.estimator import Count, UpliftInterval
from chalicelib.evaluation.uplift.summary import compared, is_enough, too_little

ENOUGH = Count(500, 10)


@pytest.mark.parametrize(
    ("optimized", "holdout", "said"),
    [
        pytest.param(
            ENOUGH,
            Count(90, 3),
            "Too little data: the hold-out has 3 conversions; 10 in each arm are needed.",
            id="a small hold-out",
        ),
        pytest.param(
            Count(90, 1),
            Count(90, 0),
            "Too little data: the optimized arm has 1 conversion and the hold-out has 0 conversions; "
            "10 in each arm are needed.",
            id="both",
        ),
        pytest.param(
            Count(),
            Count(),
            "There is nothing to compare: in this time no click was in either arm.",
            id="no click at all",
        ),
    ],
)
def test_what_is_missing_is_said(optimized: Count, holdout: Count, said: str) -> None:
    assert not is_enough(optimized, holdout)
    assert too_little(optimized, holdout) == said


def test_ten_conversions_in_each_arm_are_enough() -> None:
    assert is_enough(ENOUGH, ENOUGH)


@pytest.mark.parametrize(
    ("interval", "goal", "said"),
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
            "No difference is proved: optimized clicks bring between 0.001000 conversions less and "
            "0.002000 conversions more per click, with 95 % confidence.",
            id="either",
        ),
    ],
)
def test_the_difference_is_said_in_one_sentence(interval: UpliftInterval, goal: OptimizationGoal, said: str) -> None:
    assert compared(interval, goal, "USD") == said
