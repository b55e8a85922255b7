from decimal import Decimal

import pytest

from chalicelib.domain.money import MONEY, millionths, optional_decimal, optional_text


@pytest.mark.parametrize(
    ("amount", "counted"),
    [
        pytest.param("0", 0, id="zero"),
        pytest.param("1.50", 1_500_000, id="string"),
        pytest.param(Decimal("1.50"), 1_500_000, id="decimal"),
        pytest.param("0.000001", 1, id="smallest amount"),
        pytest.param("0.1", 100_000, id="no binary fraction"),
        pytest.param("-2.25", -2_250_000, id="negative"),
        pytest.param("999999999999.999999", 999_999_999_999_999_999, id="beyond the precision of a float"),
    ],
)
def test_amount_is_counted_in_millionths(amount: str | Decimal, counted: int) -> None:
    assert millionths(amount) == counted


def test_one_unit_is_a_million() -> None:
    assert millionths("1") == MONEY == 1_000_000


@pytest.mark.parametrize(
    ("amount", "stored"),
    [
        pytest.param(Decimal("1.50"), "1.50", id="as it is"),
        pytest.param(Decimal("0.0000001"), "0.0000001", id="without exponent"),
        pytest.param(None, None, id="none"),
    ],
)
def test_stored_amount_is_read_as_it_was_written(amount: Decimal | None, stored: str | None) -> None:
    assert (optional_text(amount), optional_decimal(stored)) == (stored, amount)
