"""Reads exchange rates."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from chalicelib.exchange.rates import ExchangeRates
from chalicelib.tables.base import get_or_none
from chalicelib.tables.exchange_rates import BASE, NETWORK, ExchangeRatesRow


def read_rates(first: date, last: date) -> ExchangeRates:
    """Return the rates in force on the UTC days from `first` to `last`."""
    until = ExchangeRatesRow.day <= last.isoformat()
    rows: list[ExchangeRatesRow] = []
    for row in ExchangeRatesRow.query(NETWORK, until, scan_index_forward=False, consistent_read=True):
        rows.append(row)
        if row.day <= first.isoformat():
            break
    rows.reverse()
    rates = tuple({code: Decimal(rate) for code, rate in row.rates.items()} for row in rows)
    return ExchangeRates(rows[0].base if rows else _base(), tuple(row.day for row in rows), rates)


def _base() -> str | None:
    row = get_or_none(ExchangeRatesRow, NETWORK, BASE)
    return row.base if row else None


def rates_at(now: datetime) -> Callable[[], ExchangeRates]:
    """Return a function that returns the rates in force at `now`. It reads them on its first call only."""
    return cache(lambda: read_rates(now.date(), now.date()))
