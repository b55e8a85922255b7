"""The stored receipts of imported rows, by which a row that is processed again keeps its first result.

A row that changes a conversion stores its receipt in the same transaction, any other row on its own.
"""

from pynamodb.exceptions import PutError

from chalicelib.conversions.receipt import Receipt
from chalicelib.http.idempotency import idempotency_row
from chalicelib.http.request import IdempotencyKey, Request
from chalicelib.settings import IMPORT_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.requests import IdempotencyKeyRow


def receipt_key(import_id: str, number: int) -> IdempotencyKey:
    """Return the key of a row's receipt. Keys of requests contain no `#`."""
    return IdempotencyKey(f"{import_id}#{number}", "", IMPORT_RETENTION_DAYS)


def find_receipt(key: IdempotencyKey) -> Receipt | None:
    """Return the stored receipt, or None if the row was not processed."""
    row = get_or_none(IdempotencyKeyRow, key.key)
    return Receipt.model_validate_json(row.answer) if row else None


def keep_receipt(request: Request, receipt: Receipt) -> Receipt:
    """Store the receipt of the row and return it, or the one that is stored already."""
    row = idempotency_row(request, receipt, request.endpoint.status)
    try:
        row.save(IdempotencyKeyRow.key.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return Receipt.model_validate_json(IdempotencyKeyRow.get(row.key, consistent_read=True).answer)
    return receipt
