"""Rewards of clicks, and their value by a pool's goal."""

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
        """Return the sum of both."""
        return Reward(self.conversions + other.conversions, self.payout + other.payout, self.revenue + other.revenue)

    @property
    def profit(self) -> float:
        """Revenue minus payout; it may be negative."""
        return self.revenue - self.payout

    def value(self, goal: OptimizationGoal) -> float:
        """Return the value by the goal, in millionths."""
        objective = goal.objective
        money = objective.payout * self.payout + objective.revenue * self.revenue
        return objective.conversions * self.conversions * MONEY + money


def decimal_string(millionths: float) -> str:
    """Return the amount as a decimal string with six places."""
    return f"{Decimal(round(millionths)).scaleb(-6):.6f}"


def single_currency(currencies: Sequence[str]) -> str | None:
    """Return the only currency, or None if there is none. Raise `ValidationFailed` if there are several."""
    if len(currencies) > 1:
        raise ValidationFailed(
            ("/from", f"contains several currencies ({', '.join(currencies)}), which cannot be summed")
        )
    return currencies[0] if currencies else None
