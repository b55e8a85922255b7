import pytest

from chalicelib.conversions.receipt import Receipt, ReceiptResult, receipt_of


@pytest.mark.parametrize("status", ["approved", "pending", None])
def test_receipt_survives_its_encoding(status: str | None) -> None:
    receipt = receipt_of(ReceiptResult.RECORDED, "cnv_1", status)
    assert Receipt.model_validate_json(receipt.model_dump_json()) == receipt
    assert receipt.model_dump(mode="json") == {
        "result": "recorded",
        "conversion_id": "cnv_1",
        "conversion_status": status,
        "error": None,
    }
