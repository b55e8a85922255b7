from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reporting.metrics import Metrics, decimal, quotient

AMOUNTS = st.integers(-(10**15), 10**15)


def test_metrics_are_computed_from_counts_and_amounts() -> None:
    metrics = Metrics(7, 1, 5, 2, payout=3_000_000, revenue=4_000_000, lost_clicks=2)
    assert (metrics.clicks, metrics.profit) == (8, 1_000_000)
    assert (metrics.epc, metrics.conversion_rate, metrics.margin) == (375_000, 250_000, 250_000)
    assert metrics.fallback_share == 250_000


def test_ratio_with_a_divisor_of_zero_is_none() -> None:
    metrics = Metrics(bot_clicks=5, conversions=1, payout=1)
    assert (metrics.epc, metrics.conversion_rate, metrics.margin) == (None, None, None)
    assert metrics.fallback_share is None


@pytest.mark.parametrize(
    ("number", "divisor", "expected"),
    [
        (1, 2, 0),
        (3, 2, 2),
        (5, 2, 2),
        (-1, 2, 0),
        (-3, 2, -2),
        (2, 3, 1),
        (1, 3, 0),
        (3, -2, -2),
        (0, 5, 0),
        (5, 0, None),
    ],
)
def test_quotient_is_rounded_half_to_even(number: int, divisor: int, expected: int | None) -> None:
    assert quotient(number, divisor) == expected


@given(AMOUNTS, AMOUNTS.filter(bool))
def test_quotient_equals_decimal_division(number: int, divisor: int) -> None:
    twice = 2 * number
    expected = Decimal(twice // divisor) / 2 if twice % divisor == 0 else Decimal(number) / Decimal(divisor)
    assert quotient(number, divisor) == int(expected.quantize(Decimal(1), ROUND_HALF_EVEN))


@pytest.mark.parametrize(
    ("millionths", "text"),
    [
        (0, "0.00"),
        (1_500_000, "1.50"),
        (1_234_567, "1.234567"),
        (-1_500_000, "-1.50"),
        (-1, "-0.000001"),
        (100_000_000_000, "100000.00"),
        (1_230_000, "1.23"),
    ],
)
def test_amount_has_two_to_six_decimal_places(millionths: int, text: str) -> None:
    assert decimal(millionths) == text


@given(AMOUNTS)
def test_amount_is_exact(millionths: int) -> None:
    assert Decimal(decimal(millionths)) * 1_000_000 == millionths
