from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.conversions import changes, recording
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.counters import cells
from chalicelib.counters.learning_cells import COUNTS
from chalicelib.domain.conversion import ConversionStatus, Reporter
from chalicelib.http import dispatch
from chalicelib.http.transactions import TransactionConflict
from chalicelib.routing import redirect
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ClickGoalRow, ConversionRow
from chalicelib.tables.counters import CapCounterRow, CounterBlockRow
from tests.advertiser import Deal, caps_of, conversions, counted, learned, new_deal, sums, used
from tests.conftest import Api
from tests.documents import good
from tests.emitted import emitted
from tests.http.support import a_request

PAID_CAPS = caps_of("conversions", "payout", "revenue", limit="900", window="total")


def _run_before(monkeypatch: pytest.MonkeyPatch, function: str, interruption: Any) -> None:
    """Run `interruption` once, right before the first call of the function."""
    write, is_done = getattr(recording, function), list[bool]()

    def interrupted(*args: Any) -> Any:
        if not is_done:
            is_done.append(True)
            interruption()
        return write(*args)

    monkeypatch.setattr(recording, function, interrupted)
    monkeypatch.setattr(recording, "time", SimpleNamespace(sleep=lambda _: None, monotonic=lambda: 0.0))


def test_second_of_two_concurrent_postbacks_is_a_duplicate(
    admin: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deal = new_deal(admin, caps=PAID_CAPS)
    click_id, statuses = deal.click(), list[str]()
    _run_before(monkeypatch, "_create", lambda: statuses.append(good(deal.post(click_id))["status"]))
    statuses.append(good(deal.post(click_id))["status"])
    assert statuses == ["recorded", "duplicate"]
    assert used() == {"conversions|*": 1, "payout|*": 1_500_000, "revenue|*": 2_000_000}
    assert sums()["conversions"] == 1
    assert emitted(capsys)["ConversionsRecorded"] == 1


def test_second_of_two_concurrent_rejections_changes_nothing(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = new_deal(admin, caps=PAID_CAPS)
    click_id, statuses = deal.click(), list[str]()
    deal.posted(click_id)
    _run_before(
        monkeypatch, "save_change", lambda: statuses.append(good(deal.post(click_id, status="rejected"))["status"])
    )
    statuses.append(good(deal.post(click_id, status="rejected"))["status"])
    assert statuses == ["recorded", "duplicate"]
    assert set(used().values()) == {0}
    assert sums() == {}
    assert _learned(deal) == []


def test_postback_with_lasting_conflicts_returns_503(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal, waits, clock = new_deal(admin), list[float](), iter(range(99))
    click_id = deal.click()

    def conflict(*_: Any) -> None:
        raise TransactionConflict

    monkeypatch.setattr(recording, "_create", conflict)
    monkeypatch.setattr(recording, "time", SimpleNamespace(sleep=waits.append, monotonic=lambda: next(clock)))
    response = deal.post(click_id)
    assert (response.status, response.headers["Retry-After"]) == (503, "1")
    assert len(waits) == 15
    assert max(waits) <= 0.25


def test_error_in_the_transaction_writes_nothing(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = new_deal(admin, caps=PAID_CAPS)
    click_id = deal.click()
    monkeypatch.setattr(changes, "add_cap_usage", lambda *_: 1 / 0)
    assert deal.post(click_id).status == 500
    assert [*ConversionRow.scan(), *CounterBlockRow.scan(), *CapCounterRow.scan()] == []


def test_expired_cap_counter_is_not_created_again(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions", "payout"))
    conversion_id = deal.posted(deal.click())
    row = ConversionRow.get(conversion_id)
    past = [[key, amount, 1_700_000_000] for key, amount, _ in row.places]
    row.update([ConversionRow.places.set(past)])
    for cap in CapCounterRow.scan():
        cap.delete()
    for status in ("rejected", "approved"):
        good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": status}))
    assert used() == {}


# Learning


def _learned(deal: Deal) -> list[tuple[int, ...]]:
    """Return the learning counts of the deal's conversions, cell by cell, without empty cells."""
    cells = learned().get(f"{deal.smartlink['id']}#{deal.smartlink['epoch']}", {})
    return [tuple(counts) for _, counts in sorted(cells.items()) if any(counts)]


def test_learning_counts_include_squares_and_are_reversed_exactly(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click(), payout="3")
    once = [(0, 1, 3 * 10**6, 2 * 10**6, 9 * 10**12, 4 * 10**12, 6 * 10**12)]
    assert _learned(deal) == once
    for status, expected in (("rejected", []), ("approved", once), ("rejected", [])):
        good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": status}))
        assert _learned(deal) == expected


def test_conversion_of_a_bot_click_is_stored_without_learning_counts(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    ClickRow(click_id).update([ClickRow.get_attributes()["is_bot"].set(True)])
    row = deal.kept(click_id)
    assert (row.learned, row.arm, learned()) == (False, "weighted", {})


# Goals

SALE = {"name": "sale", "payout_percent": "8", "revenue_percent": "10"}
INSTALL = {"name": "install", "payout": "0.50", "counts": "once"}


def test_named_goal_pays_its_percentage_of_the_amount(admin: Api) -> None:
    deal = new_deal(admin, goals=[SALE, INSTALL])
    row = deal.kept(deal.click(), event="sale", amount="19.90", txid="t1")
    assert (row.goal, row.amount, row.payout, row.revenue) == ("sale", "19.90", "1.592", "1.99")


def test_invented_events_of_a_campaign_without_named_goals_pay_once(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    statuses = [good(deal.post(click_id, event=event))["status"] for event in ("", "a", "b", "default", "c")]
    assert statuses == ["recorded", *["duplicate"] * 4]
    (row,) = conversions().values()
    assert (row.goal, sums()["payout"]) == ("default", 1_500_000)
    assert row.event is None


def test_event_is_kept_as_a_label_of_the_default_goal(admin: Api) -> None:
    deal = new_deal(admin)
    kept = deal.kept(deal.click(), event="lead")
    assert (kept.goal, kept.event) == ("default", "lead")


def test_event_that_is_no_goal_is_stored_and_counts_nowhere(admin: Api) -> None:
    deal = new_deal(admin, goals=[SALE], caps=PAID_CAPS)
    click_id = deal.click()
    answers = [good(deal.post(click_id, event=event, payout="9")) for event in ("level-9", "level-9", "level-10")]
    assert [(each["status"], each["conversion_status"]) for each in answers] == [
        ("recorded", None),
        ("duplicate", None),
        ("recorded", None),
    ]
    fields = [[row.goal, row.status, row.payout] for row in conversions().values()]
    assert fields == [[None, None, "0"]] * 2
    assert (counted(), used(), _learned(deal)) == ({}, {}, [])


def test_goal_that_is_added_later_changes_no_old_event(admin: Api) -> None:
    deal = new_deal(admin, goals=[SALE])
    click_id = deal.click()
    good(deal.post(click_id, event="level-9", txid="t1"))
    good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"goals": [SALE, {"name": "level-9"}]}))
    assert good(deal.post(click_id, event="level-9", txid="t1"))["status"] == "duplicate"
    assert good(deal.post(deal.click(), event="level-9"))["conversion_status"] == "approved"


def test_rejection_of_an_event_that_is_no_goal_changes_nothing(admin: Api) -> None:
    deal = new_deal(admin, goals=[SALE])
    click_id = deal.click()
    deal.posted(click_id, event="level-9")
    answer = good(deal.post(click_id, event="level-9", status="rejected"))
    assert (answer["status"], answer["conversion_status"]) == ("duplicate", None)


def test_goal_that_counts_once_takes_one_transaction_of_a_click(admin: Api) -> None:
    deal = new_deal(admin, goals=[SALE, INSTALL])
    click_id = deal.click()
    first, second = (good(deal.post(click_id, event="install", txid=txid)) for txid in ("t1", "t2"))
    assert (second["status"], second["conversion_id"]) == ("duplicate", first["conversion_id"])
    assert good(deal.post(click_id, event="sale", txid="t2"))["status"] == "recorded"
    assert sums()["conversions"] == 2


def test_goal_that_counts_once_takes_another_after_the_first_was_rejected(admin: Api) -> None:
    deal = new_deal(admin, counts="once")
    click_id = deal.click()
    for txid, status in (("t1", "approved"), ("t1", "rejected"), ("t2", "approved")):
        assert good(deal.post(click_id, txid=txid, status=status))["status"] == "recorded"
    assert good(deal.post(click_id, txid="t3"))["status"] == "duplicate"
    assert sums()["conversions"] == 1


def test_second_of_two_concurrent_transactions_of_a_goal_that_counts_once_is_a_duplicate(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = new_deal(admin, counts="once")
    click_id, statuses = deal.click(), list[str]()
    _run_before(monkeypatch, "_create", lambda: statuses.append(good(deal.post(click_id, txid="t1"))["status"]))
    statuses.append(good(deal.post(click_id, txid="t2"))["status"])
    assert statuses == ["recorded", "duplicate"]
    assert sums()["conversions"] == 1


def test_first_that_is_approved_again_meanwhile_keeps_its_place(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = new_deal(admin, counts="once")
    click_id = deal.click()
    first = deal.posted(click_id, txid="t1", status="rejected")
    approve = {"status": "approved"}
    _run_before(monkeypatch, "_create", lambda: good(admin.patch(f"/admin/conversions/{first}", approve)))
    assert good(deal.post(click_id, txid="t2"))["status"] == "duplicate"
    assert sums()["conversions"] == 1


# Conversions of earlier releases


def _make_first_format(row: ConversionRow) -> None:
    """Rewrite a conversion as the first release stored it: named by its event, without goal and reporter."""
    row.delete()
    earlier = ReportedConversion(row.click_id, row.txid, row.event).earlier_id
    row.id, row.format = earlier, 1
    for name in ("goal", "status_by", "reported_by", "amount", "terms_version"):
        setattr(row, name, None)
    row.save()


def test_conversion_booked_by_an_earlier_release_under_its_event_is_a_duplicate(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    row = deal.kept(click_id, txid="t1", event="lead")
    _make_first_format(row)
    for slot in ClickGoalRow.scan():
        slot.delete()
    answer = good(deal.post(click_id, txid="t1", event="lead"))
    assert (answer["status"], answer["conversion_id"]) == ("duplicate", row.id)
    assert len(conversions()) == 1


def test_earlier_conversion_that_appears_meanwhile_is_not_booked_again(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = new_deal(admin)
    click_id = deal.click()

    def book_earlier() -> None:
        _make_first_format(deal.kept(click_id, txid="t1", event="lead"))
        for slot in ClickGoalRow.scan():
            slot.delete()

    _run_before(monkeypatch, "_create", book_earlier)
    assert good(deal.post(click_id, txid="t1", event="lead"))["status"] == "duplicate"
    assert len(conversions()) == 1


# Approval


def test_manual_conversion_is_pending_and_counted_apart(admin: Api) -> None:
    deal = new_deal(admin, approval="manual", caps=PAID_CAPS)
    answer = good(deal.post(deal.click(), status="approved"))
    assert answer["conversion_status"] == "pending"
    assert (sums(), used()) == ({}, {"conversions|*": 1, "payout|*": 1_500_000, "revenue|*": 2_000_000})
    assert sum(row[COUNTS.index("conversions")] for row in _learned(deal)) == 1


def test_confirmation_approves_what_a_postback_left_pending(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    answers = [good(deal.post(click_id, status=status)) for status in ("pending", "approved", "approved")]
    assert [(each["status"], each["conversion_status"]) for each in answers] == [
        ("recorded", "pending"),
        ("recorded", "approved"),
        ("duplicate", "approved"),
    ]
    assert sums()["payout"] == 1_500_000


def test_payout_above_the_maximum_is_held_with_its_reason(admin: Api) -> None:
    deal = new_deal(admin, max_payout="50")
    row = deal.kept(deal.click(), payout="50.01")
    assert (row.status, row.held, row.reason) == ("pending", True, "The payout of 50.01 is above the maximum of 50.")
    assert deal.kept(deal.click(), payout="50").status == "approved"


def test_approval_after_days_is_queued_for_the_schedule(admin: Api) -> None:
    deal = new_deal(admin, approval="manual", approve_after_days=7)
    row = deal.kept(deal.click())
    assert (row.approve_at - row.at, row.approval_shard) == (604_800_000, str(cells.shard_of(deal.publisher_id)))


def test_report_by_import_names_the_key_that_decided(admin: Api) -> None:
    deal = new_deal(admin, approval="manual")
    source = recording.get_source_or_404(deal.click())
    report = ReportedConversion(source.click.click_id, status=ConversionStatus.APPROVED)
    recorded = recording.record_conversion(
        a_request(actor="key1", now=datetime.now(UTC)), source, report, Reporter.IMPORT
    )
    row = conversions()[recorded.row.id]
    assert (row.status, row.status_by, row.decided_by, row.reported_by) == ("approved", "import", "key1", "import")
    again = ReportedConversion(source.click.click_id, status=ConversionStatus.REJECTED)
    recording.record_conversion(a_request(actor="key2", now=datetime.now(UTC)), source, again, Reporter.IMPORT)
    assert conversions()[row.id].decided_by == "key2"


def test_import_for_a_deleted_campaign_is_paid_as_at_the_click_and_uses_no_caps(admin: Api) -> None:
    deal = new_deal(admin, caps=PAID_CAPS)
    source = recording.get_source_or_404(deal.click())
    CampaignRow(deal.campaign["id"]).delete()
    deleted = recording.get_source_or_404(source.click.click_id)
    report = ReportedConversion(source.click.click_id)
    recorded = recording.record_conversion(a_request(now=datetime.now(UTC)), deleted, report, Reporter.IMPORT)
    assert (recorded.row.payout, recorded.row.status, used()) == ("1.50", "approved", {})


def test_click_of_day_91_still_takes_a_conversion_if_the_window_has_120_days(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    long, short = new_deal(admin, attribution_window_days=120), new_deal(admin, attribution_window_days=30)
    clicked_at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    monkeypatch.setattr(redirect, "datetime", SimpleNamespace(now=lambda _: clicked_at))
    long_click, short_click = long.click(), short.click()
    day_91 = clicked_at + timedelta(days=91)
    monkeypatch.setattr(dispatch, "datetime", SimpleNamespace(now=lambda _: day_91))
    for row in ClickRow.scan(ClickRow.expires_at < int(day_91.timestamp())):
        row.delete()
    assert good(long.post(long_click, txid="late"))["status"] == "recorded"
    assert short.post(short_click, txid="late").status == 404
    (slot,) = ClickGoalRow.scan()
    assert slot.expires_at == ClickRow.get(long_click).expires_at == int(clicked_at.timestamp()) + 127 * 86_400
