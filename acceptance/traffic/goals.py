"""Planned goals: what the conversions of a campaign are worth, as its settings say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

DEFAULT = "default"
_ZERO, _MILLIONTH = Decimal(0), Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class PlannedGoal:
    """A goal with fixed amounts and percentages of the sale's amount. If it counts `once`, a click pays it once."""

    name: str = DEFAULT
    payout: Decimal = _ZERO
    revenue: Decimal = _ZERO
    payout_percent: Decimal = _ZERO
    revenue_percent: Decimal = _ZERO
    once: bool = False

    @property
    def has_percentage(self) -> bool:
        """Whether conversions of the goal report the amount of the sale."""
        return bool(self.payout_percent or self.revenue_percent)

    def with_payout(self, payout: Decimal | None) -> "PlannedGoal":
        """Return the goal with the payout of a publisher's terms, if they have one."""
        return self if payout is None else replace(self, payout=payout)

    def worth(self, amount: Decimal | None) -> tuple[Decimal, Decimal]:
        """Return payout and revenue for a sale of this amount."""
        sale = amount or _ZERO
        payout = self.payout + sale * self.payout_percent / 100
        return _rounded(payout), _rounded(self.revenue + sale * self.revenue_percent / 100)


def _rounded(money: Decimal) -> Decimal:
    return money.quantize(_MILLIONTH, ROUND_HALF_EVEN)


def planned_goal(document: Mapping[str, Any]) -> PlannedGoal:
    """Return the goal of an API document, or the goal `default` of a campaign's document."""
    names = ("payout", "revenue", "payout_percent", "revenue_percent")
    amounts = {name: Decimal(document.get(name, "0")) for name in names}
    is_campaign = "destination_url" in document
    name = DEFAULT if is_campaign else document["name"]
    return PlannedGoal(name, **amounts, once=document.get("counts") == "once")
