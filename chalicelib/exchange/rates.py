"""Exchange rates by day. A rate is the value of one unit of a currency in units of the base currency."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Rates = Mapping[str, Decimal]
"""Rates by currency code, without the base currency."""


class MissingRate(Exception):  # noqa: N818 - a fact about the rates
    """A currency has no rate on a UTC day."""

    def __init__(self, currency: str, day: str) -> None:
        super().__init__(f"{currency} has no exchange rate on {day}")
        self.currency = currency
        self.day = day


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """Rates by the UTC day from which they are in force, in order; each day's replace those of the day before.

    `base` is None if no rates were ever set.
    """

    base: str | None = None
    days: tuple[str, ...] = ()
    rates: tuple[Rates, ...] = ()

    def on(self, day: str) -> Rates:
        """Return the rates in force on a UTC day: those of that day or of the last day before it that has some."""
        position = bisect_right(self.days, day)
        return self.rates[position - 1] if position else {}

    def factor(self, currency: str, target: str, day: str) -> Fraction:
        """Return how much one unit of `currency` is in `target` on a UTC day, exactly; raise `MissingRate`."""
        if currency == target:
            return Fraction(1)
        return self._rate(currency, day) / self._rate(target, day)

    def without_rate(self, currencies: Iterable[str], day: str) -> list[str]:
        """Return the currencies that have no rate on a UTC day, sorted."""
        in_force = self.on(day)
        return sorted({each for each in currencies if each != self.base and each not in in_force})

    def _rate(self, currency: str, day: str) -> Fraction:
        if currency == self.base:
            return Fraction(1)
        rate = self.on(day).get(currency)
        if rate is None:
            raise MissingRate(currency, day)
        return Fraction(rate)
