"""Amounts of a report in one currency, at the rate of the UTC day in which the report counts them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from chalicelib.exchange.rates import ExchangeRates
from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.metrics import quotient

UTC_DAY = "utc_day"
_SAME = Fraction(1)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The target currency, the exchange rates, and the indexes of the amounts to convert in the sums of a group.

    Other amounts, which the report does not show, need no rate and become 0.
    """

    target: str
    rates: ExchangeRates
    amounts: Sequence[int]
    hidden: Sequence[int] = ()


def convert(groups: Groups, place: int, conversion: Conversion) -> Groups:
    """Return the groups in the target currency and without the UTC day, which is the last value of their key.

    `place` is the index of the currency in the key. The amounts of one row, one currency and one day are summed
    exactly, then converted and rounded half to even to millionths. Rows and totals are sums of these. Raise
    `MissingRate` for the first day on which a currency with amounts has no rate. Clicks that reached no campaign keep
    their empty currency.
    """
    factor = cache(lambda currency, day: conversion.rates.factor(currency, conversion.target, day))
    converted: Groups = {}
    for group, sums in sorted(groups.items(), key=lambda item: (item[0][-1], item[0][place])):
        currency = conversion.target if group[place] else ""
        totals = converted.setdefault((*group[:place], currency, *group[place + 1 : -1]), [0] * len(sums))
        # Clicks alone need no rate.
        is_paid = any(sums[n] for n in conversion.amounts)
        for n, count in enumerate(_converted(sums, factor(group[place], group[-1]) if is_paid else _SAME, conversion)):
            totals[n] += count
    return converted


def _converted(sums: Sequence[int], factor: Fraction, conversion: Conversion) -> Iterator[int]:
    for n, count in enumerate(sums):
        if n in conversion.hidden:
            yield 0
        elif n in conversion.amounts:
            yield quotient(count * factor.numerator, factor.denominator) or 0
        else:
            yield count
