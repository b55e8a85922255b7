import pytest

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.reward import Reward, decimal_string

EARNING = Reward(3, 4_500_000, 6_000_000)


@pytest.mark.parametrize(
    ("goal", "value"),
    [
        pytest.param(OptimizationGoal.EPC, 4_500_000, id="payout"),
        pytest.param(OptimizationGoal.REVENUE, 6_000_000, id="revenue"),
        pytest.param(OptimizationGoal.PROFIT, 1_500_000, id="revenue less payout"),
        pytest.param(OptimizationGoal.CONVERSION_RATE, 3_000_000, id="every conversion is one"),
    ],
)
def test_the_goal_says_what_counts(goal: OptimizationGoal, value: int) -> None:
    assert EARNING.value(goal) == value


def test_earnings_add_up() -> None:
    assert EARNING.plus(Reward(1, 500_000, 0)) == Reward(4, 5_000_000, 6_000_000)


@pytest.mark.parametrize(
    ("millionths", "text"),
    [
        pytest.param(1_500_000, "1.500000", id="whole millionths"),
        pytest.param(-0.4, "0.000000", id="never less than nothing by rounding"),
        pytest.param(-12_345.6, "-0.012346", id="less than nothing"),
        pytest.param(10**15 + 1, "1000000000.000001", id="large"),
    ],
)
def test_an_amount_is_written_with_six_places(millionths: float, text: str) -> None:
    assert decimal_string(millionths) == text
