"""Published unit prices: `bench/prices.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from bench.figures import ROOT

FILE = ROOT / "bench" / "prices.json"


@dataclass(frozen=True, slots=True)
class Price:
    """A price in dollars per `per` units, with the AWS page it is from.

    `tiers` are volume discounts in ascending order: the quantity in a month above which a lower price applies.
    """

    dollars: Decimal
    per: int
    unit: str
    page: str
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()

    def of(self, quantity: float) -> Decimal:
        """Return the dollars for a quantity, without volume discounts."""
        return self.dollars * Decimal(repr(float(quantity))) / self.per

    def of_month(self, quantity: float) -> Decimal:
        """Return the dollars for the whole quantity of a month, with volume discounts."""
        amount = Decimal(repr(float(quantity)))
        steps = ((Decimal(0), self.dollars), *self.tiers)
        ends = (*(start for start, _ in self.tiers), amount)
        parts = zip(steps, ends, strict=True)
        return sum((max(min(amount, end) - start, Decimal(0)) * price for (start, price), end in parts), Decimal(0)) / (
            self.per
        )


@dataclass(frozen=True, slots=True)
class Prices:
    """All prices by name, with region and date, and the price of a click at competitors."""

    region: str
    as_of: str
    note: str
    field: Price
    by_name: Mapping[str, Price]


@cache
def prices() -> Prices:
    """Read the prices from the file."""
    document = json.loads(FILE.read_text())
    by_name = {name: _price(price) for name, price in document["prices"].items()}
    return Prices(document["region"], document["as_of"], document["note"], _price(document["field"]), by_name)


def _price(document: Mapping[str, Any]) -> Price:
    tiers = tuple((Decimal(tier["above"]), Decimal(tier["dollars"])) for tier in document.get("tiers", ()))
    return Price(Decimal(document["dollars"]), int(document["per"]), document["unit"], document["page"], tiers)
