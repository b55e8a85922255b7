from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.exchange.rates import ExchangeRates, MissingRate
from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.converted_amounts import Conversion, convert
from chalicelib.reporting.metrics import quotient

RATES = ExchangeRates(
    "USD", ("2026-11-01", "2026-11-03"), ({"EUR": Decimal("1.08"), "GBP": Decimal("1.3")}, {"EUR": Decimal("1.1")})
)
TO_USD = Conversion("USD", RATES, amounts=(1,))
FIRST, SECOND, THIRD = "2026-11-01", "2026-11-02", "2026-11-03"


def test_amounts_are_converted_and_counts_are_not() -> None:
    groups: Groups = {("a", "EUR", FIRST): [5, 1_000_000], ("a", "EUR", THIRD): [2, 1_000_000]}
    assert convert(groups, 1, TO_USD) == {("a", "USD"): [7, 2_180_000]}


def test_currency_may_be_any_column() -> None:
    assert convert({("EUR", "a", FIRST): [5, 1_000_000]}, 0, TO_USD) == {("USD", "a"): [5, 1_080_000]}


def test_clicks_that_reached_no_campaign_keep_no_currency() -> None:
    assert convert({("", FIRST): [5, 0], ("EUR", FIRST): [1, 0]}, 0, TO_USD) == {("",): [5, 0], ("USD",): [1, 0]}


def test_hidden_amounts_need_no_rate_and_are_zero() -> None:
    conversion = Conversion("USD", RATES, amounts=(0,), hidden=(1,))
    assert convert({("GBP", THIRD): [0, 7]}, 0, conversion) == {("USD",): [0, 0]}


def test_amounts_are_rounded_half_to_even_once_for_each_currency_and_day() -> None:
    rates = ExchangeRates("USD", (FIRST,), ({"EUR": Decimal("0.5"), "GBP": Decimal("0.5")},))
    cases: tuple[tuple[Groups, int], ...] = (
        ({("EUR", FIRST): [0, 1]}, 0),
        ({("EUR", FIRST): [0, 3]}, 2),
        ({("EUR", FIRST): [0, -3]}, -2),
        ({("EUR", FIRST): [0, 3], ("EUR", SECOND): [0, 3]}, 4),
        ({("EUR", FIRST): [0, 1], ("GBP", FIRST): [0, 1]}, 0),
    )
    for groups, amount in cases:
        assert convert(groups, 0, Conversion("USD", rates, (1,))) == {("USD",): [0, amount]}


def test_first_missing_rate_is_named() -> None:
    groups: Groups = {("GBP", THIRD): [0, 1], ("JPY", SECOND): [0, 1], ("CHF", SECOND): [0, 1], ("CHF", FIRST): [1, 0]}
    with pytest.raises(MissingRate) as raised:
        convert(groups, 0, TO_USD)
    assert (raised.value.currency, raised.value.day) == ("CHF", SECOND)


AMOUNTS = st.integers(-(10**12), 10**12)
KEYS = st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["EUR", "USD"]), st.sampled_from([FIRST, SECOND, THIRD]))


@given(st.dictionaries(KEYS, AMOUNTS.map(lambda amount: [0, amount]), max_size=12))
def test_converted_amount_is_the_exact_one_within_half_a_millionth_for_each_group(groups: Groups) -> None:
    exact = sum((sums[1] * RATES.factor(key[1], "USD", key[2]) for key, sums in groups.items()), Fraction())
    converted = sum(sums[1] for sums in convert(groups, 1, TO_USD).values())
    assert abs(converted - exact) <= Fraction(len(groups), 2)


@given(AMOUNTS)
def test_amount_in_the_target_currency_is_unchanged(amount: int) -> None:
    assert convert({("USD", FIRST): [0, amount]}, 0, Conversion("USD", ExchangeRates(), (1,))) == {
        ("USD",): [0, amount]
    }
    assert quotient(amount, 1) == amount
