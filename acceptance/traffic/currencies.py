"""The currencies of an expected report: which rows and totals it has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from acceptance.traffic import ledger
from acceptance.traffic.ledger import Ledger

_CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class ExpectedReport:
    """The rows of a report by its dimensions, and the sums by currency. With several, there is no sum of all."""

    dimensions: Sequence[str]
    rows: Ledger
    by_currency: Ledger
    has_totals: bool

    def differences(self, document: Mapping[str, Any]) -> list[str]:
        """Return a message for each difference between the report and what is expected."""
        return [
            *ledger.differences(self.rows, document["rows"], self.dimensions),
            *ledger.differences(self.by_currency, document["totals_by_currency"], (_CURRENCY,)),
            *self._differences_of_totals(document["totals"]),
        ]

    def _differences_of_totals(self, totals: Mapping[str, Any] | None) -> list[str]:
        if not self.has_totals:
            return [] if totals is None else ["totals are not null, although they are in several currencies"]
        return ledger.differences({(): ledger.total(self.rows)}, [totals] if totals else [], ())


def expected_report(tally: Callable[[Sequence[str]], Ledger], dimensions: Sequence[str]) -> ExpectedReport:
    """Return the report of a ledger that `tally` returns by dimensions.

    Clicks without a campaign have no currency. They are in rows of their own if there are several currencies or it is
    a dimension, and otherwise in the rows of the only one.
    """
    by_currency = tally((_CURRENCY,))
    currencies = [key[0] for key in by_currency if key[0] is not None]
    has_totals = len(currencies) <= 1
    if has_totals and _CURRENCY not in dimensions:
        only = currencies[0] if currencies else None
        return ExpectedReport(dimensions, tally(dimensions), {(only,): ledger.total(by_currency)}, has_totals)
    apart = dimensions if _CURRENCY in dimensions else (*dimensions, _CURRENCY)
    return ExpectedReport(apart, tally(apart), by_currency, has_totals)
