import pytest

from chalicelib.domain.smartlink import Goal
from chalicelib.evaluation.reward import Earning, written

EARNING = Earning(3, 4_500_000, 6_000_000)


@pytest.mark.parametrize(
    ("goal", "value"),
    [
        pytest.param(Goal.EPC, 4_500_000, id="payout"),
        pytest.param(Goal.REVENUE, 6_000_000, id="revenue"),
        pytest.param(Goal.PROFIT, 1_500_000, id="revenue less payout"),
        pytest.param(Goal.CONVERSION_RATE, 3_000_000, id="every conversion is one"),
    ],
)
def test_the_goal_says_what_counts(goal: Goal, value: int) -> None:
    assert EARNING.value(goal) == value


def test_earnings_add_up() -> None:
    assert EARNING.plus(Earning(1, 500_000, 0)) == Earning(4, 5_000_000, 6_000_000)


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
    assert written(millionths) == text
