from datetime import UTC, date, datetime

from chalicelib.exchange.rate_reader import rates_at, read_rates
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.tables.exchange_rates import BASE, NETWORK, ExchangeRatesRow

AT = "2026-11-01T00:00:00.000Z"


def set_rates(day: str, **rates: str) -> None:
    ExchangeRatesRow(NETWORK, day, base="USD", rates=rates, updated_at=AT).save()
    ExchangeRatesRow(NETWORK, BASE, base="USD", version=1, updated_at=AT).save()


def test_rates_are_those_in_force_in_the_range(tables: None) -> None:
    for day in (1, 5, 9, 20):
        set_rates(f"2026-11-{day:02}", EUR=f"1.{day:02}")
    rates = read_rates(date(2026, 11, 7), date(2026, 11, 10))
    assert (rates.base, rates.days) == ("USD", ("2026-11-05", "2026-11-09"))
    assert [str(each["EUR"]) for each in rates.rates] == ["1.05", "1.09"]


def test_rates_of_a_range_before_the_first_day_are_those_inside_it(tables: None) -> None:
    set_rates("2026-11-05", EUR="1.05")
    assert read_rates(date(2026, 11, 1), date(2026, 11, 10)).days == ("2026-11-05",)


def test_base_is_known_before_the_first_rates_are_in_force(tables: None) -> None:
    set_rates("2026-11-05", EUR="1.05")
    assert read_rates(date(2026, 11, 1), date(2026, 11, 2)) == ExchangeRates("USD")


def test_without_rates_there_is_no_base(tables: None) -> None:
    assert read_rates(date(2026, 11, 1), date(2026, 11, 2)) == ExchangeRates()


def test_rates_at_a_time_are_read_once_and_when_they_are_needed(tables: None) -> None:
    rates = rates_at(datetime(2026, 11, 7, 23, 59, tzinfo=UTC))
    set_rates("2026-11-07", EUR="1.05")
    assert rates().days == ("2026-11-07",)
    set_rates("2026-11-06", EUR="9")
    set_rates("2026-11-07", EUR="9")
    assert str(rates().rates[0]["EUR"]) == "1.05"
