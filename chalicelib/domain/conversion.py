"""Status of conversions, and what they store of their clicks."""

from enum import StrEnum
from typing import assert_never

CLICK_DIMENSIONS = ("country", "device", "os", "sub1")
"""Dimensions of reports whose values a conversion copies from its click: names of macros."""


class ConversionStatus(StrEnum):
    """Status of a conversion."""

    APPROVED = "approved"
    REJECTED = "rejected"

    @property
    def is_counted(self) -> bool:
        """Whether conversions of this status are counted, use caps and are paid."""
        match self:
            case ConversionStatus.APPROVED:
                return True
            case ConversionStatus.REJECTED:
                return False
            case _:
                assert_never(self)
