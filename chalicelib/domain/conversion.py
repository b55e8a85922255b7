"""Statuses of a conversion."""

from enum import StrEnum


class ConversionStatus(StrEnum):
    """Only an approved conversion counts and is paid."""

    APPROVED = "approved"
    REJECTED = "rejected"
