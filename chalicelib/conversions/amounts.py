"""Amounts that advertisers report."""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

from chalicelib.domain.money import decimal_text

PLACES = 6
MAX_DECIMALS = 30
_AMOUNT = re.compile(rf"\+?(?:[0-9]{{1,12}}(?:\.[0-9]{{0,{MAX_DECIMALS}}})?|\.[0-9]{{1,{MAX_DECIMALS}}})")
_UNIT = Decimal(1).scaleb(-PLACES)
_EXACT = Context(prec=12 + MAX_DECIMALS)
_LIMIT = Decimal(10) ** 12

INVALID_AMOUNT = "must be a decimal number of 0 or more with at most 12 digits before the point, such as 1.50"


def parse_amount(text: str) -> str:
    """Return the amount as a decimal string with at most 6 places; raise ValueError if it is none.

    It is rounded half to even. White space around it and a plus sign do not matter, and digits may be missing on one
    side of the point. A comma, a currency, an exponent and a minus sign are errors: `1,500` may be one and a half or
    fifteen hundred.
    """
    stripped = text.strip()
    if not _AMOUNT.fullmatch(stripped):
        raise ValueError(INVALID_AMOUNT)
    amount = _rounded(Decimal(stripped))
    if amount >= _LIMIT:
        raise ValueError(INVALID_AMOUNT)
    return decimal_text(amount)


def _rounded(amount: Decimal) -> Decimal:
    """Return the amount as it is if it has at most 6 places, else rounded and without zeros at its end."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -PLACES:
        return amount
    return amount.quantize(_UNIT, ROUND_HALF_EVEN, _EXACT).normalize(_EXACT)
