"""The figures of a report: what follows from counts and money, exactly, and how it is written."""

from dataclasses import dataclass

from chalicelib.domain.money import MONEY

CLICKS = ("unique_clicks", "duplicate_clicks", "bot_clicks")
MONEY_COUNTS = ("payout", "revenue")
BY_CLICK = (*CLICKS, "conversions", *MONEY_COUNTS)
BY_CONVERSION = (*CLICKS, "arrived_conversions", "arrived_payout", "arrived_revenue")
"""The counts of cells that figures are made of, in order: conversions in the time of their click, or in their own."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts, and money in millionths of the currency's main unit. Ratios are millionths too, None over nothing."""

    unique_clicks: int = 0
    duplicate_clicks: int = 0
    bot_clicks: int = 0
    conversions: int = 0
    payout: int = 0
    revenue: int = 0

    @property
    def clicks(self) -> int:
        """All clicks but those of bots."""
        return self.unique_clicks + self.duplicate_clicks

    @property
    def profit(self) -> int:
        """Revenue less payout."""
        return self.revenue - self.payout

    @property
    def epc(self) -> int | None:
        """Payout ÷ clicks."""
        return quotient(self.payout, self.clicks)

    @property
    def conversion_rate(self) -> int | None:
        """Conversions ÷ clicks."""
        return quotient(self.conversions * MONEY, self.clicks)

    @property
    def margin(self) -> int | None:
        """Profit ÷ revenue."""
        return quotient(self.profit * MONEY, self.revenue)


def quotient(number: int, divisor: int) -> int | None:
    """The number by the divisor, half to even; None where that is 0."""
    if divisor == 0:
        return None
    whole, rest = divmod(number, divisor)
    twice = abs(2 * rest) - abs(divisor)
    return whole + int(twice > 0 or (twice == 0 and whole % 2 == 1))


def decimal(millionths: int) -> str:
    """The amount as a decimal string with two to six places."""
    whole, part = divmod(abs(millionths), MONEY)
    places = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if millionths < 0 else ''}{whole}.{places}"


def ratio(millionths: int | None) -> str | None:
    """The ratio as a decimal string, None for none."""
    return None if millionths is None else decimal(millionths)
