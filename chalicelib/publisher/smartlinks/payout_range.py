"""The payout range of a smartlink: the lowest and the highest fixed amount of a conversion over its offers."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from chalicelib.domain.money import decimal_text


class Amounts(NamedTuple):
    """The lowest and the highest fixed payout of an offer's goals, as decimal strings, and their currency."""

    lowest: str
    highest: str
    currency: str


def amounts(payouts: Iterable[str | Decimal], currency: str) -> Amounts | None:
    """Return the range of the payouts above 0, None if there are none: a goal may pay a percentage only."""
    paid = sorted(value for value in map(Decimal, payouts) if value > 0)
    return Amounts(decimal_text(paid[0]), decimal_text(paid[-1]), currency) if paid else None


def payout_range(offers: Iterable[Amounts | None]) -> dict[str, Any] | None:
    """Return the range over all offers; None if nothing has a fixed amount, or in several currencies."""
    paid = [each for each in offers if each]
    if len({each.currency for each in paid}) != 1:
        return None
    return {
        "min": min((each.lowest for each in paid), key=Decimal),
        "max": max((each.highest for each in paid), key=Decimal),
        "currency": paid[0].currency,
    }


def all_countries(of_offers: Iterable[list[str]]) -> list[str]:
    """Return the countries of all offers, sorted; none if an offer takes any country, or if there is no offer."""
    each = list(of_offers)
    return [] if [] in each else sorted(set().union(*each))
