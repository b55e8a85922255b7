"""Receipts: what a report or a row of an import did. One that changed something is stored in its transaction."""

from enum import StrEnum

from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.models import ResponseModel


class ReceiptResult(StrEnum):
    """What a row of an import did: a new conversion, a change of a stored one, nothing, or an error."""

    RECORDED = "recorded"
    CHANGED = "changed"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Receipt(ResponseModel):
    """What a row did, and the conversion that it is about; for a refused one, why."""

    result: ReceiptResult
    conversion_id: str | None = None
    conversion_status: ConversionStatus | None = None
    error: str | None = None


def receipt_of(outcome: ReceiptResult, conversion_id: str, status: str | None) -> Receipt:
    """Return the receipt for a conversion with its status afterwards."""
    known = None if status is None else ConversionStatus(status)
    return Receipt(result=outcome, conversion_id=conversion_id, conversion_status=known)
