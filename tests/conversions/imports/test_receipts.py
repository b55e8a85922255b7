from datetime import UTC, datetime

import pytest
from pynamodb.exceptions import PutError

from chalicelib.conversions.imports.receipts import find_receipt, keep_receipt, receipt_key
from chalicelib.conversions.receipt import Receipt, ReceiptResult, receipt_of
from chalicelib.endpoint import Endpoint
from chalicelib.http.background import background_request
from chalicelib.tables.requests import IdempotencyKeyRow
from tests.conftest import dynamodb

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = receipt_key("imp_1", 7)
REQUEST = background_request(NOW, Endpoint("POST", "/", "", "", 202), "", KEY)
RECORDED = receipt_of(ReceiptResult.RECORDED, "cnv_1", "approved")

pytestmark = pytest.mark.usefixtures("tables")


def test_unprocessed_row_has_no_receipt() -> None:
    assert find_receipt(KEY) is None


def test_first_receipt_stays() -> None:
    assert keep_receipt(REQUEST, RECORDED) == RECORDED
    assert keep_receipt(REQUEST, Receipt(result=ReceiptResult.REFUSED, error="late")) == RECORDED
    assert find_receipt(KEY) == RECORDED
    assert find_receipt(receipt_key("imp_1", 8)) is None


def test_receipt_is_kept_for_90_days() -> None:
    keep_receipt(REQUEST, RECORDED)
    (row,) = IdempotencyKeyRow.scan()
    assert row.expires_at == NOW.timestamp() + 90 * 86_400


def test_other_errors_of_the_table_are_raised() -> None:
    dynamodb().delete_table(TableName="smartlink-idempotency")
    with pytest.raises(PutError):
        keep_receipt(REQUEST, RECORDED)
