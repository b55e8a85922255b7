"""The metrics of a report, computed exactly from counts and amounts, and their decimal strings."""

from dataclasses import dataclass

from chalicelib.domain.money import MONEY

CLICKS = ("unique_clicks", "duplicate_clicks", "bot_clicks")
CONVERSIONS = ("conversions", "payout", "revenue", "pending_conversions", "rejected_conversions", "pending_payout")
LOST_CLICKS = "lost_clicks"
"""Clicks that reached no campaign."""

BY_CLICK = (*CLICKS, *CONVERSIONS, LOST_CLICKS)
BY_CONVERSION = (*CLICKS, *(f"arrived_{name}" for name in CONVERSIONS), LOST_CLICKS)
"""Counts of a cell in the order of `Metrics`: conversions by click time, or by conversion time."""

AMOUNTS = ("payout", "revenue", "pending_payout")
"""The metrics that are sums of money."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts, amounts in millionths of the currency unit, and ratios in millionths (None if the divisor is 0).

    `conversions`, `payout` and `revenue` are those of approved conversions.
    """

    unique_clicks: int = 0
    duplicate_clicks: int = 0
    bot_clicks: int = 0
    conversions: int = 0
    payout: int = 0
    revenue: int = 0
    pending_conversions: int = 0
    rejected_conversions: int = 0
    pending_payout: int = 0
    lost_clicks: int = 0

    @property
    def clicks(self) -> int:
        """Return all clicks except bot clicks."""
        return self.unique_clicks + self.duplicate_clicks

    @property
    def profit(self) -> int:
        """Return revenue minus payout."""
        return self.revenue - self.payout

    @property
    def epc(self) -> int | None:
        """Return payout ÷ clicks."""
        return quotient(self.payout, self.clicks)

    @property
    def conversion_rate(self) -> int | None:
        """Return conversions ÷ clicks."""
        return quotient(self.conversions * MONEY, self.clicks)

    @property
    def margin(self) -> int | None:
        """Return profit ÷ revenue."""
        return quotient(self.profit * MONEY, self.revenue)

    @property
    def fallback_share(self) -> int | None:
        """Return the clicks that reached no campaign ÷ clicks."""
        return quotient(self.lost_clicks * MONEY, self.clicks)


def quotient(number: int, divisor: int) -> int | None:
    """Return number ÷ divisor, rounded half to even; None if the divisor is 0."""
    if divisor == 0:
        return None
    whole, rest = divmod(number, divisor)
    twice = abs(2 * rest) - abs(divisor)
    return whole + int(twice > 0 or (twice == 0 and whole % 2 == 1))


def decimal(millionths: int) -> str:
    """Return the amount as a decimal string with two to six decimal places."""
    whole, part = divmod(abs(millionths), MONEY)
    places = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if millionths < 0 else ''}{whole}.{places}"
