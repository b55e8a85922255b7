"""Money in millionths of the currency's main unit."""

from decimal import Decimal

MONEY = 1_000_000
"""Amounts are integers of millionths of the main unit: as precise as the API's amounts, and exact in sums."""


def millionths(amount: str | Decimal) -> int:
    """Return an amount in millionths."""
    return int(Decimal(amount) * MONEY)


def decimal_text(amount: Decimal) -> str:
    """Return an amount as it is stored: a decimal string without exponent."""
    return f"{amount:f}"


def optional_decimal(stored: str | None) -> Decimal | None:
    """Return a stored amount; None stays None."""
    return None if stored is None else Decimal(stored)


def optional_text(amount: Decimal | None) -> str | None:
    """Return an amount as it is stored; None stays None."""
    return None if amount is None else decimal_text(amount)
