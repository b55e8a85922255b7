import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pynamodb.exceptions import DoesNotExist, TransactWriteError

from chalicelib.conversions import recording
from chalicelib.conversions.imports import recorder
from chalicelib.conversions.imports.recorder import Recorder
from chalicelib.conversions.imports.rows import ImportRow
from chalicelib.conversions.receipt import Receipt, ReceiptResult, receipt_of
from chalicelib.http.problems import Unavailable
from tests.advertiser import caps_of, conversions, make_older, new_deal, sums, used
from tests.conftest import Api
from tests.documents import good

NOW = datetime.now(UTC)
MONEY = "payout must be a decimal number of 0 or more with at most 12 digits before the point, such as 1.50"


def record(recorder: Recorder, number: int = 1, /, **fields: Any) -> Receipt:
    return recorder.record(ImportRow(number, fields), NOW)


def a_recorder(import_id: str = "imp_1") -> Recorder:
    return Recorder(import_id, "key1")


# Rows


def test_new_conversion_is_an_import_decided_by_the_user_who_posted_it(admin: Api) -> None:
    deal = new_deal(admin, approval="manual", caps=caps_of("conversions", limit="9"))
    fields: dict[str, Any] = {"click_id": deal.click(), "txid": "t1", "payout": "1.25", "status": "approved"}
    receipt = record(a_recorder(), **fields)
    (row,) = conversions().values()
    assert receipt == receipt_of(ReceiptResult.RECORDED, row.id, "approved")
    assert (row.txid, row.payout, row.reported_by, row.status_by) == ("t1", "1.25", "import", "import")
    assert row.decided_by == "key1"
    assert (sums()["payout"], used()) == (1_250_000, {"conversions|*": 1})


def test_row_of_a_known_conversion_changes_its_status_or_nothing(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    conversion_id = deal.posted(click_id)
    assert record(a_recorder("imp_1"), click_id=click_id) == receipt_of(
        ReceiptResult.DUPLICATE, conversion_id, "approved"
    )
    changed = receipt_of(ReceiptResult.CHANGED, conversion_id, "rejected")
    assert record(a_recorder("imp_2"), click_id=click_id, status="rejected") == changed
    again = record(a_recorder("imp_3"), click_id=click_id, status="rejected")
    assert again == receipt_of(ReceiptResult.DUPLICATE, conversion_id, "rejected")
    assert (conversions()[conversion_id].revision, sums()) == (2, {})


def test_decision_of_an_admin_stays(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    conversion_id = deal.posted(click_id)
    good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": "rejected"}))
    receipt = record(a_recorder(), click_id=click_id, status="approved")
    assert receipt == receipt_of(ReceiptResult.DUPLICATE, conversion_id, "rejected")


def test_event_that_is_no_goal_is_recorded_without_status(admin: Api) -> None:
    deal = new_deal(admin, goals=[{"name": "sale", "payout": "1"}])
    receipt = record(a_recorder(), click_id=deal.click(), event="invented")
    assert (receipt.result, receipt.conversion_status) == (ReceiptResult.RECORDED, None)


def test_import_may_come_after_the_attribution_window(admin: Api) -> None:
    deal = new_deal(admin, attribution_window_days=2)
    late = deal.click()
    make_older(late, timedelta(days=3))
    assert record(a_recorder(), click_id=late).result == ReceiptResult.RECORDED


def test_refused_row_says_why_and_stores_nothing(admin: Api) -> None:
    click_id = new_deal(admin).click()
    rows: list[dict[str, Any]] = [
        {"click_id": "unknown"},
        {"payout": "-1", "status": "paid"},
        {"click_id": click_id, "event": "x" * 65},
    ]
    receipts = [record(a_recorder(), number, **fields) for number, fields in enumerate(rows)]
    assert {each.result for each in receipts} == {ReceiptResult.REFUSED}
    assert [each.error for each in receipts] == [
        "No click with this ID was sent to a campaign.",
        f"click_id is required; {MONEY}; status must be 'pending', 'approved' or 'rejected'",
        "event must have at most 64 characters",
    ]
    assert conversions() == {}


def test_second_status_for_a_conversion_is_refused(admin: Api) -> None:
    deal, several = new_deal(admin), a_recorder()
    click_id = deal.click()
    record(several, 1, click_id=click_id, event="label", status="rejected")
    assert record(several, 2, click_id=click_id, status="approved") == Receipt(
        result=ReceiptResult.REFUSED, error="Row 1 names the status rejected for the same conversion."
    )
    assert [row.status for row in conversions().values()] == ["rejected"]


# Twice


def test_row_that_is_processed_again_keeps_its_receipt(admin: Api) -> None:
    deal = new_deal(admin)
    recorded, refused = {"click_id": deal.click()}, {"click_id": "none"}
    first = [record(a_recorder(), n, **fields) for n, fields in enumerate((recorded, refused))]
    assert [record(a_recorder(), n, **fields) for n, fields in enumerate((recorded, refused))] == first
    assert [each.result for each in first] == [ReceiptResult.RECORDED, ReceiptResult.REFUSED]


def test_row_that_another_process_records_meanwhile_keeps_its_receipt(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = new_deal(admin)
    fields: dict[str, Any] = {"click_id": deal.click()}
    _before_recording(monkeypatch, lambda: record(a_recorder(), **fields))
    assert record(a_recorder(), **fields).result is ReceiptResult.RECORDED
    assert len(conversions()) == 1


def test_change_that_another_process_writes_and_overtakes_is_not_written_again(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = new_deal(admin)
    fields: dict[str, Any] = {"click_id": deal.click(), "status": "rejected"}
    conversion_id = deal.posted(fields["click_id"])

    def overtake() -> None:
        record(a_recorder(), **fields)
        good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": "approved"}))
        # As if a later import had set the status: this row could change it again.
        row = conversions()[conversion_id]
        row.status_by = "import"
        row.save()

    clock = iter(range(99))
    monkeypatch.setattr(recording, "time", SimpleNamespace(sleep=lambda _: None, monotonic=lambda: next(clock)))
    _before_recording(monkeypatch, overtake)
    assert record(a_recorder(), **fields) == receipt_of(ReceiptResult.CHANGED, conversion_id, "rejected")
    assert conversions()[conversion_id].status == "approved"


def _before_recording(monkeypatch: pytest.MonkeyPatch, interruption: Any) -> None:
    """Run the interruption once, between the check for a receipt and the recording."""
    written, is_done = recording.record_conversion, list[bool]()

    def interrupted(*arguments: Any) -> Any:
        if not is_done:
            is_done.append(True)
            interruption()
        return written(*arguments)

    monkeypatch.setattr(recorder, "record_conversion", interrupted)


# Errors


@pytest.mark.parametrize("error", [Unavailable("busy"), TransactWriteError("down")])
def test_temporary_error_is_raised_and_the_row_recorded_later(
    admin: Api, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    deal = new_deal(admin)
    fields: dict[str, Any] = {"click_id": deal.click()}
    with monkeypatch.context() as broken:
        broken.setattr(recorder, "record_conversion", _failing(error))
        with pytest.raises(type(error)):
            record(a_recorder(), **fields)
    assert record(a_recorder(), **fields).result is ReceiptResult.RECORDED


@pytest.mark.parametrize("error", [ZeroDivisionError(), DoesNotExist("route")])
def test_broken_row_is_refused_and_logged(
    admin: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    monkeypatch.setattr(recorder, "record_conversion", _failing(error))
    monkeypatch.setattr(logging.getLogger("smartlink"), "propagate", True)
    receipt = record(a_recorder(), 7, click_id=click_id)
    assert receipt == Receipt(result=ReceiptResult.REFUSED, error="Internal error. It was logged.")
    assert "row imp_1#7 failed" in caplog.text


def _failing(error: Exception) -> Any:
    def fail(*_: Any) -> None:
        raise error

    return fail
