"""Money in millionths of the currency's main unit."""

from decimal import Decimal

MONEY = 1_000_000
"""Amounts are integers of millionths of the main unit: as precise as the API's amounts, and exact in sums."""


def millionths(amount: str | Decimal) -> int:
    """Return an amount in millionths."""
    return int(Decimal(amount) * MONEY)
