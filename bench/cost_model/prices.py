"""Published unit prices: `bench/prices.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from bench.figures import ROOT

FILE = ROOT / "bench" / "prices.json"


@dataclass(frozen=True, slots=True)
class Price:
    """A price in dollars per `per` units, with the AWS page it is from."""

    dollars: Decimal
    per: int
    unit: str
    page: str

    def of(self, quantity: float) -> Decimal:
        """Return the dollars for a quantity."""
        return self.dollars * Decimal(repr(float(quantity))) / self.per


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


def _price(document: Mapping[str, str]) -> Price:
    return Price(Decimal(document["dollars"]), int(document["per"]), document["unit"], document["page"])
