from datetime import timedelta

import pytest

from chalicelib.conversions import refusal_notifications
from chalicelib.conversions.refusal_notifications import notify_once
from chalicelib.domain.refusal import RefusalReason
from chalicelib.tables.notifications import NotificationRow
from tests.advertiser import new_deal
from tests.builders import NOW
from tests.conftest import Api, dynamodb
from tests.documents import good, new_campaign


@pytest.fixture(autouse=True)
def notified(tables: None, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Provide a process that has notified nobody."""
    days: set[str] = set()
    monkeypatch.setattr(refusal_notifications, "_notified", days)
    return days


def texts() -> list[str]:
    return [row.text for row in NotificationRow.scan() if row.kind == "postbacks_refused"]


def test_refused_postback_notifies_the_staff(admin: Api) -> None:
    deal = new_deal(admin)
    assert deal.post("unknown").status == 404
    (notification,) = good(admin.get("/admin/notifications"))["items"]
    campaign = deal.campaign
    assert notification["subject"] == {"campaign_id": campaign["id"]}
    assert notification["text"] == (
        f"A postback of campaign {campaign['name']} ({campaign['id']}) was refused: unknown click. "
        "See /admin/postbacks/refused for all."
    )


def test_campaign_and_day_notify_once(admin: Api, notified: set[str]) -> None:
    campaigns = [new_campaign(admin)["id"] for _ in range(2)]
    for campaign_id in campaigns * 3:
        notify_once(campaign_id, RefusalReason.INVALID, NOW)
        notified.clear()
    assert len(texts()) == 2
    notify_once(campaigns[0], RefusalReason.INVALID, NOW + timedelta(days=1))
    assert len(texts()) == 3


def test_process_that_notified_reads_nothing_more() -> None:
    notify_once("cmp_1", RefusalReason.INVALID, NOW)
    dynamodb().delete_table(TableName="smartlink-notifications")
    notify_once("cmp_1", RefusalReason.INVALID, NOW)


def test_failure_is_logged_and_the_next_refusal_notifies(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(refusal_notifications, "send_once", lambda *_, **__: 1 / 0)
        notify_once("cmp_1", RefusalReason.INVALID, NOW)
    assert caplog.text.count("was not notified of refused postbacks of campaign cmp_1") == 1
    notify_once("cmp_1", RefusalReason.INVALID, NOW)
    assert len(texts()) == 1


def test_memory_of_days_is_bounded(monkeypatch: pytest.MonkeyPatch, notified: set[str]) -> None:
    monkeypatch.setattr(refusal_notifications, "_MAX_DAYS", 1)
    notify_once("cmp_1", RefusalReason.INVALID, NOW)
    notify_once("cmp_2", RefusalReason.INVALID, NOW)
    assert notified == {"cmp_2#2026-11-04"}
