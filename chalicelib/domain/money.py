"""Money in millionths of the currency's main unit."""

from decimal import Decimal

MONEY = 1_000_000
"""Money is counted in whole millionths of the currency's main unit: what `Money` can say, and exact in sums."""


def millionths(amount: str | Decimal) -> int:
    """The amount of money as cells count it."""
    return int(Decimal(amount) * MONEY)
