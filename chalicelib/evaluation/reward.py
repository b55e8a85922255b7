"""What came of clicks, and what it is worth by a pool's goal."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.money import MONEY
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.http.problems import ValidationFailed


@dataclass(frozen=True, slots=True)
class Reward:
    """Conversions, and their money in millionths of the currency's main unit."""

    conversions: float = 0
    payout: float = 0
    revenue: float = 0

    def plus(self, other: "Reward") -> "Reward":
        """Both together."""
        return Reward(self.conversions + other.conversions, self.payout + other.payout, self.revenue + other.revenue)

    @property
    def profit(self) -> float:
        """Revenue less payout; it may be below 0."""
        return self.revenue - self.payout

    def value(self, goal: OptimizationGoal) -> float:
        """What the goal counts, in millionths."""
        if goal is OptimizationGoal.CONVERSION_RATE:
            return self.conversions * MONEY
        return {
            OptimizationGoal.EPC: self.payout,
            OptimizationGoal.REVENUE: self.revenue,
            OptimizationGoal.PROFIT: self.profit,
        }[goal]


def decimal_string(millionths: float) -> str:
    """The amount as a decimal string with six places."""
    return f"{Decimal(round(millionths)).scaleb(-6):.6f}"


def one_currency(currencies: Sequence[str]) -> str | None:
    """The one currency, None where there is no money; `Invalid` for several, whose money cannot be added up."""
    if len(currencies) > 1:
        raise ValidationFailed(("/from", f"holds money in {' and '.join(currencies)}, which cannot be added up"))
    return currencies[0] if currencies else None
