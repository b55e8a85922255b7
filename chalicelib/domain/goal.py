"""Goals: what a campaign pays for, and how much one conversion of a goal is worth."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

DEFAULT_GOAL = "default"
"""Name of the goal that every campaign has: conversions without an event."""

MAX_GOAL_NAME = 64
"""Maximum length in characters of a goal's name, and of the event that names it."""

_MILLIONTH = Decimal("0.000001")


class GoalCounts(StrEnum):
    """Whether a goal counts every transaction ID of a click, or one conversion per click."""

    EVERY = "every"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal of a campaign: fixed amounts in the currency's main unit, and percentages of the sale's amount."""

    name: str
    payout: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)
    payout_percent: Decimal = Decimal(0)
    revenue_percent: Decimal = Decimal(0)
    counts: GoalCounts = GoalCounts.EVERY

    @property
    def has_percentage(self) -> bool:
        """Whether an amount depends on the sale's amount."""
        return bool(self.payout_percent or self.revenue_percent)

    def payout_of(self, amount: Decimal | None) -> Decimal:
        """Return what the publisher gets for a sale of `amount`, None if unknown; rounded half to even at 6 places."""
        return _rounded(self.payout + self.payout_percent * (amount or 0) / 100)

    def revenue_of(self, amount: Decimal | None) -> Decimal:
        """Return what the advertiser pays for a sale of `amount`, None if unknown; rounded like the payout."""
        return _rounded(self.revenue + self.revenue_percent * (amount or 0) / 100)


def _rounded(money: Decimal) -> Decimal:
    """Return the money as it is if 6 decimal places hold it, so that `1.50` stays `1.50`; otherwise rounded."""
    rounded = money.quantize(_MILLIONTH, ROUND_HALF_EVEN)
    return min(money, rounded, key=lambda each: len(str(each))) if money == rounded else rounded
