from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.conversions import matching, recording, slots
from tests.advertiser import Deal, conversions, new_deal, sums
from tests.conftest import Api
from tests.documents import good


def said(deal: Deal, click_id: str, txid: str, status: str = "") -> tuple[str, str | None]:
    """Post a conversion; return the outcome and the conversion's status."""
    answer = good(deal.post(click_id, txid=txid, status=status))
    return answer["status"], answer["conversion_status"]


def decide(admin: Api, txid: str, status: str) -> None:
    """Decide the conversion with this transaction ID as an admin."""
    (conversion_id,) = (row.id for row in conversions().values() if row.txid == txid)
    good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": status, "reason": "checked"}))


def test_rejected_conversion_is_not_confirmed_beside_its_successor_if_the_goal_counts_once(admin: Api) -> None:
    deal = new_deal(admin, counts="once")
    click_id = deal.click()
    deal.posted(click_id, txid="a", status="rejected")
    deal.posted(click_id, txid="b")
    assert said(deal, click_id, "a", "approved") == ("duplicate", "rejected")
    assert sums()["payout"] == 1_500_000


def test_rejected_conversion_is_confirmed_if_all_others_are_rejected_and_takes_the_place(admin: Api) -> None:
    deal = new_deal(admin, counts="once")
    click_id = deal.click()
    for txid in ("a", "b", "c"):
        assert said(deal, click_id, txid, "rejected") == ("recorded", "rejected")
    assert said(deal, click_id, "b", "approved") == ("recorded", "approved")
    assert said(deal, click_id, "d") == ("duplicate", "approved")
    assert said(deal, click_id, "c", "approved") == ("duplicate", "rejected")
    assert sums()["conversions"] == 1


def test_conversion_that_an_admin_restored_keeps_others_out(admin: Api) -> None:
    deal = new_deal(admin, counts="once")
    click_id = deal.click()
    said(deal, click_id, "a", "rejected")
    said(deal, click_id, "b")
    decide(admin, "a", "approved")
    decide(admin, "b", "rejected")
    assert said(deal, click_id, "c") == ("duplicate", "approved")
    decide(admin, "a", "rejected")
    assert said(deal, click_id, "c") == ("recorded", "approved")


def test_click_gets_no_further_conversion_after_20_rejections(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MAX_REJECTED", 2)
    deal = new_deal(admin, counts="once")
    click_id = deal.click()
    outcomes = [said(deal, click_id, txid, "rejected")[0] for txid in ("a", "b", "c")]
    assert outcomes == ["recorded", "recorded", "duplicate"]


def _interrupt(monkeypatch: pytest.MonkeyPatch, name: str, interruption: Callable[[], Any]) -> None:
    """Run `interruption` once, right before the first transaction calls this function of slots."""
    original, is_done = getattr(slots, name), list[bool]()

    def interrupted(*args: Any) -> None:
        if not is_done:
            is_done.append(True)
            interruption()
        original(*args)

    monkeypatch.setattr(slots, name, interrupted)
    monkeypatch.setattr(recording, "time", SimpleNamespace(sleep=lambda _: None, monotonic=lambda: 0.0))


def test_confirmation_and_a_new_transaction_at_the_same_time_pay_once(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = new_deal(admin, counts="once")
    click_id, found = deal.click(), list[Any]()
    said(deal, click_id, "a", "rejected")
    _interrupt(monkeypatch, "check", lambda: found.append(said(deal, click_id, "b")))
    found.append(said(deal, click_id, "a", "approved"))
    assert found == [("recorded", "approved"), ("duplicate", "rejected")]
    assert sums()["conversions"] == 1


def test_new_transaction_and_a_confirmation_at_the_same_time_pay_once(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = new_deal(admin, counts="once")
    click_id, found = deal.click(), list[Any]()
    said(deal, click_id, "a", "rejected")
    _interrupt(monkeypatch, "take", lambda: found.append(said(deal, click_id, "a", "approved")))
    found.append(said(deal, click_id, "b"))
    assert found == [("recorded", "approved"), ("duplicate", "approved")]
    assert sums()["conversions"] == 1
