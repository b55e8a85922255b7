from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conversions.amounts import parse_amount
from chalicelib.domain.money import millionths


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        pytest.param("1.50", "1.50", id="as it is"),
        pytest.param("0", "0", id="nothing"),
        pytest.param(" 1.5\n", "1.5", id="white space"),
        pytest.param("+1", "1", id="a plus sign"),
        pytest.param("1.", "1", id="no digits after the point"),
        pytest.param(".5", "0.5", id="no digits before the point"),
        pytest.param("007", "7", id="leading zeros"),
        pytest.param("1.123456", "1.123456", id="six places"),
        pytest.param("1.2000000000000002", "1.2", id="a float"),
        pytest.param("0.1000000000000000055511151231", "0.1", id="an exact float"),
        pytest.param("100.0000000", "100", id="zeros after the point"),
        pytest.param("0.0000005", "0", id="half to even, down"),
        pytest.param("0.0000015", "0.000002", id="half to even, up"),
        pytest.param("0.00000050000001", "0.000001", id="more than half"),
        pytest.param("999999999999.999999", "999999999999.999999", id="the greatest"),
        pytest.param("1." + "0" * 30, "1", id="the most decimals"),
    ],
)
def test_amount_is_a_decimal_string_of_six_places(text: str, amount: str) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("-1", id="negative"),
        pytest.param("abc", id="letters"),
        pytest.param("1e-7", id="an exponent"),
        pytest.param("NaN", id="not a number"),
        pytest.param("inf", id="infinite"),
        pytest.param("9" * 40, id="40 digits"),
        pytest.param("1234567890123", id="13 digits"),
        pytest.param("1." + "1" * 31, id="31 decimals"),
        pytest.param("999999999999.9999999", id="13 digits once rounded"),
        pytest.param("1,50", id="a comma"),
        pytest.param("1 000", id="a space"),
        pytest.param("$5", id="a currency"),
        pytest.param("5 USD", id="a currency code"),
        pytest.param("0x10", id="hexadecimal"),
        pytest.param("1_0", id="an underscore"),
        pytest.param("٣", id="a digit beyond ASCII"),
        pytest.param(".", id="a point alone"),
        pytest.param("", id="nothing"),
    ],
)
def test_nonsense_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="must be a decimal number"):
        parse_amount(text)


@given(st.decimals(min_value=0, max_value=999_999_999_999, places=20))
def test_amount_is_off_by_half_a_millionth_at_most(amount: Decimal) -> None:
    parsed = parse_amount(f"{amount:f}")
    assert abs(Decimal(parsed) - amount) <= Decimal("0.0000005")
    assert Decimal(millionths(parsed)) / 1_000_000 == Decimal(parsed)
