import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.conversions import changes, scheduled_approval
from chalicelib.conversions.scheduled_approval import approve_due, is_due
from chalicelib.domain.timestamps import milliseconds
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.requests import AuditRow
from tests.advertiser import Deal, caps_of, conversions, learned, new_deal, sums, used
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import good

SOON = timedelta(days=2) - timedelta(minutes=1)
LATER = timedelta(days=2, minutes=1)


def a_manual_deal(admin: Api, **changes: Any) -> Deal:
    return new_deal(admin, **{"approval": "manual", "approve_after_days": 2, **changes})


def run(after: timedelta = LATER) -> int:
    """Run the schedule on a clock that stands at this time from now."""
    now = datetime.now(UTC) + after
    return approve_due(lambda: now)


def statuses() -> list[str]:
    return sorted(str(row.status) for row in conversions().values())


# Which


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param({}, True, id="due now"),
        pytest.param({"approve_at": milliseconds(NOW) + 1}, False, id="due in a millisecond"),
        pytest.param({"approve_at": None}, False, id="without a time"),
        pytest.param({"status": "rejected"}, False, id="rejected meanwhile"),
        pytest.param({"status": "approved"}, False, id="approved meanwhile"),
        pytest.param({"held": True}, False, id="held"),
    ],
)
def test_pending_conversion_is_due_at_its_time(stored: dict[str, Any], expected: bool) -> None:
    assert is_due({"status": "pending", "approve_at": milliseconds(NOW), **stored}, NOW) is expected


# The run


def test_pending_conversion_is_approved_once_after_its_days(admin: Api) -> None:
    deal = a_manual_deal(admin, caps=caps_of("conversions", window="total"))
    conversion_id = deal.posted(deal.click())
    before = learned()
    assert (run(SOON), sums(), used()) == (0, {}, {"conversions|*": 1})
    assert [run(), run()] == [1, 0]
    row = conversions()[conversion_id]
    assert (row.status, row.status_by, row.decided_by, row.revision) == ("approved", "schedule", "schedule", 2)
    assert {row.serialize().get(name) for name in ("approve_at", "approval_shard")} == {None}
    assert (sums()["payout"], used(), learned()) == (1_500_000, {"conversions|*": 1}, before)


def test_schedule_writes_no_audit_entry(admin: Api) -> None:
    deal = a_manual_deal(admin)
    conversion_id = deal.posted(deal.click())
    run()
    assert conversion_id not in {row.subject for row in AuditRow.scan()}


def test_conversions_of_every_shard_are_approved(admin: Api) -> None:
    deals = [a_manual_deal(admin) for _ in range(6)]
    for deal in deals:
        deal.posted(deal.click())
    assert len({row.approval_shard for row in conversions().values()}) > 1
    assert (run(), statuses()) == (6, ["approved"] * 6)


def test_decided_and_held_conversions_are_left(admin: Api) -> None:
    deal = a_manual_deal(admin)
    decided, rejected, held = deal.posted(deal.click()), deal.click(), deal.posted(deal.click(), payout="151")
    deal.posted(rejected)
    good(admin.patch(f"/admin/conversions/{decided}", {"status": "pending"}))
    good(deal.post(rejected, status="rejected"))
    assert (run(), statuses(), conversions()[held].held) == (0, ["pending", "pending", "rejected"], True)


def test_later_change_of_the_days_moves_no_pending_conversion(admin: Api) -> None:
    deal = a_manual_deal(admin)
    deal.posted(deal.click())
    good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"approve_after_days": 30}))
    assert run() == 1


# Trouble


def test_conversion_decided_between_query_and_write_is_left(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = a_manual_deal(admin)
    conversion_id = deal.posted(deal.click())
    _before_decision(monkeypatch, lambda: admin.patch(f"/admin/conversions/{conversion_id}", {"status": "rejected"}))
    assert (run(), statuses()) == (0, ["rejected"])


def _before_decision(monkeypatch: pytest.MonkeyPatch, interruption: Any) -> None:
    """Run the interruption once, right before the schedule writes its first decision."""
    decide, is_done = changes.decide, list[bool]()

    def interrupted(*arguments: Any, **named: Any) -> None:
        if not is_done:
            is_done.append(True)
            interruption()
        decide(*arguments, **named)

    monkeypatch.setattr(scheduled_approval, "decide", interrupted)


def test_deleted_conversion_is_skipped(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = a_manual_deal(admin)
    deal.posted(deal.click())
    monkeypatch.setattr(scheduled_approval, "get_or_none", lambda *_: None)
    assert run() == 0


def test_broken_conversion_does_not_stop_the_others(
    admin: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    deal = a_manual_deal(admin)
    broken = min(deal.posted(deal.click()) for _ in range(3))
    ConversionRow(broken).update([ConversionRow.payout.set("much")])
    monkeypatch.setattr(logging.getLogger("smartlink"), "propagate", True)
    assert (run(), statuses()) == (2, ["approved", "approved", "pending"])
    assert f"conversion {broken} was not approved" in caplog.text


def test_next_run_goes_on_where_the_time_ended(admin: Api) -> None:
    deal = a_manual_deal(admin)
    for _ in range(3):
        deal.posted(deal.click())
    start = datetime.now(UTC) + LATER
    clock = iter([start, start, start + timedelta(minutes=4), start + timedelta(minutes=4, seconds=1)])
    assert approve_due(lambda: next(clock)) == 2
    assert (run(), statuses()) == (1, ["approved"] * 3)
