"""Status of conversions."""

from enum import StrEnum


class ConversionStatus(StrEnum):
    """Status of a conversion. Only an approved one is counted and paid."""

    APPROVED = "approved"
    REJECTED = "rejected"
