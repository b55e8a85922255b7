from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.exchange.rates import ExchangeRates, MissingRate

RATES = ExchangeRates(
    "USD",
    ("2026-11-01", "2026-11-03"),
    ({"EUR": Decimal("1.08"), "GBP": Decimal("1.35")}, {"EUR": Decimal("1.10")}),
)


@pytest.mark.parametrize(
    ("day", "rate"),
    [("2026-11-01", "1.08"), ("2026-11-02", "1.08"), ("2026-11-03", "1.10"), ("2027-01-01", "1.10")],
)
def test_rates_are_in_force_until_the_next_day_that_has_rates(day: str, rate: str) -> None:
    assert RATES.factor("EUR", "USD", day) == Fraction(rate)


def test_any_two_currencies_are_converted_exactly_by_way_of_the_base() -> None:
    assert RATES.factor("GBP", "EUR", "2026-11-01") == Fraction("1.25")
    assert RATES.factor("USD", "EUR", "2026-11-03") == Fraction(10, 11)


def test_currency_is_itself_without_any_rate() -> None:
    assert ExchangeRates().factor("CHF", "CHF", "2026-11-01") == 1


@pytest.mark.parametrize(
    ("currency", "target", "day", "missing"),
    [
        pytest.param("EUR", "USD", "2026-10-31", "EUR", id="before the first day"),
        pytest.param("USD", "EUR", "2026-10-31", "EUR", id="target before the first day"),
        pytest.param("GBP", "USD", "2026-11-03", "GBP", id="left out later"),
        pytest.param("EUR", "CHF", "2026-11-03", "CHF", id="never set"),
    ],
)
def test_missing_rate_names_currency_and_day(currency: str, target: str, day: str, missing: str) -> None:
    with pytest.raises(MissingRate) as raised:
        RATES.factor(currency, target, day)
    assert (raised.value.currency, raised.value.day) == (missing, day)
    assert str(raised.value) == f"{missing} has no exchange rate on {day}"


def test_currencies_without_a_rate_are_listed() -> None:
    assert RATES.without_rate(["USD", "GBP", "EUR", "CHF"], "2026-11-03") == ["CHF", "GBP"]
    assert ExchangeRates().without_rate(["USD", "EUR"], "2026-11-03") == ["EUR", "USD"]


@given(st.sampled_from(["EUR", "GBP", "USD"]), st.sampled_from(["EUR", "GBP", "USD"]))
def test_conversion_there_and_back_is_exact(one: str, other: str) -> None:
    there, back = RATES.factor(one, other, "2026-11-02"), RATES.factor(other, one, "2026-11-02")
    assert there * back == 1
