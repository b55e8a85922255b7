from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.goal import Goal

MONEY = st.integers(0, 10**18).map(lambda millionths: Decimal(millionths) / 10**6)
PERCENTAGES = st.integers(0, 10**9).map(lambda millionths: Decimal(millionths) / 10**6)


@pytest.mark.parametrize(
    ("fixed", "percent", "amount", "payout"),
    [
        pytest.param("1.50", "0", None, "1.50", id="fixed"),
        pytest.param("1.50", "0", "100", "1.50", id="fixed, whatever the amount"),
        pytest.param("0", "8", "19.90", "1.592", id="percentage"),
        pytest.param("1.50", "8", "19.90", "3.092", id="both"),
        pytest.param("1.50", "8", None, "1.50", id="percentage of an unknown amount"),
        pytest.param("0", "0.5", "0.0001", "0.000000", id="half a millionth rounds to even, down"),
        pytest.param("0", "1.5", "0.0001", "0.000002", id="one and a half millionths round to even, up"),
    ],
)
def test_payout_is_fixed_and_a_percentage_of_the_amount(
    fixed: str, percent: str, amount: str | None, payout: str
) -> None:
    goal = Goal("sale", payout=Decimal(fixed), payout_percent=Decimal(percent))
    sale = None if amount is None else Decimal(amount)
    assert goal.payout_of(sale) == Decimal(payout)
    assert Goal("sale", revenue=Decimal(fixed), revenue_percent=Decimal(percent)).revenue_of(sale) == Decimal(payout)


def test_fixed_amount_keeps_its_decimal_places() -> None:
    assert str(Goal("sale", payout=Decimal("1.50")).payout_of(None)) == "1.50"


@given(MONEY, PERCENTAGES, MONEY)
def test_payout_is_within_half_a_millionth_of_the_exact_one(fixed: Decimal, percent: Decimal, amount: Decimal) -> None:
    payout = Goal("sale", payout=fixed, payout_percent=percent).payout_of(amount)
    exact = int(fixed * 10**6) * 10**8 + int(percent * 10**6) * int(amount * 10**6)
    assert payout == payout.quantize(Decimal("0.000001"))
    assert abs(int(payout * 10**6) * 10**8 - exact) <= 10**8 // 2


def test_goal_has_a_percentage_if_either_amount_has_one() -> None:
    goals = [Goal("a"), Goal("a", payout_percent=Decimal(1)), Goal("a", revenue_percent=Decimal(1))]
    assert [goal.has_percentage for goal in goals] == [False, True, True]
