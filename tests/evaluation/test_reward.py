import pytest

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.reward import Reward, decimal_string

REWARD = Reward(3, 4_500_000, 6_000_000)


@pytest.mark.parametrize(
    ("goal", "value"),
    [
        pytest.param(OptimizationGoal.EPC, 4_500_000, id="payout"),
        pytest.param(OptimizationGoal.REVENUE, 6_000_000, id="revenue"),
        pytest.param(OptimizationGoal.PROFIT, 1_500_000, id="revenue minus payout"),
        pytest.param(OptimizationGoal.CONVERSION_RATE, 3_000_000, id="each conversion counts 1"),
    ],
)
def test_value_is_by_the_goal(goal: OptimizationGoal, value: int) -> None:
    assert REWARD.value(goal) == value


def test_rewards_can_be_added() -> None:
    assert REWARD.plus(Reward(1, 500_000, 0)) == Reward(4, 5_000_000, 6_000_000)


@pytest.mark.parametrize(
    ("millionths", "text"),
    [
        pytest.param(1_500_000, "1.500000", id="integer"),
        pytest.param(-0.4, "0.000000", id="no negative zero"),
        pytest.param(-12_345.6, "-0.012346", id="negative"),
        pytest.param(10**15 + 1, "1000000000.000001", id="large"),
    ],
)
def test_amount_has_six_decimal_places(millionths: float, text: str) -> None:
    assert decimal_string(millionths) == text
