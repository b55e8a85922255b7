"""Rules of money, one by one: attacks that must not pay, goals, completion of a pixel's conversion, and approval."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.counters.cells import COUNTS
from chalicelib.tables.conversions import ClickGoalRow, ConversionRow
from tests.advertiser import Deal, caps_of, conversions, counted, learned, new_deal, used
from tests.conftest import Api
from tests.documents import good

PAID_CAPS = caps_of("conversions", "payout", "revenue", limit="900", window="total")
SALE = {"name": "sale", "payout": "4.00", "revenue": "5.00"}


def counts(*names: str) -> tuple[int, ...]:
    """Return the sums of these counts over all report cells."""
    return tuple(sum(cell[COUNTS.index(name)] for cell in counted().values()) for name in names)


def booked() -> tuple[int, ...]:
    """Return approved and pending conversions, payout, and pending payout."""
    return counts("conversions", "pending_conversions", "payout", "pending_payout")


@dataclass(frozen=True)
class Browser:
    """A browser with a cookie that names a click, of this or of an earlier release."""

    deal: Deal
    click_id: str
    cookie: str = "clicks"

    def calls_pixel(self, **parameters: str) -> None:
        """Call the pixel of the campaign."""
        campaign_id = self.deal.campaign["id"]
        cookies = {
            "clicks": f"clicks={campaign_id}.{self.click_id}.9999999999",
            "earlier": f"click_{campaign_id}={self.click_id}",
        }
        query = urlencode({"campaign_id": campaign_id, **parameters})
        assert Api().get(f"/pixel.gif?{query}", Cookie=cookies[self.cookie], Accept="image/gif").status == 200


def by_pixel(deal: Deal, **parameters: str) -> tuple[str, ConversionRow]:
    """Return a new click and its conversion, reported by pixel."""
    click_id = deal.click()
    Browser(deal, click_id).calls_pixel(**parameters)
    return click_id, next(row for row in conversions().values() if row.click_id == click_id)


def outcome(deal: Deal, click_id: str, **parameters: str) -> tuple[str, str | None]:
    """Post a conversion; return the outcome and the conversion's status."""
    answer = good(deal.post(click_id, **parameters))
    return answer["status"], answer["conversion_status"]


def decided(admin: Api, row: ConversionRow, status: str) -> None:
    good(admin.patch(f"/admin/conversions/{row.id}", {"status": status, "reason": "checked"}))


# Attacks


@pytest.mark.parametrize("cookie", ["clicks", "earlier"])
def test_forged_cookie_with_11_transactions_records_nothing_if_the_campaign_is_tracked_by_postback(
    admin: Api, cookie: str
) -> None:
    deal = new_deal(admin, payout="50")
    browser = Browser(deal, deal.click(), cookie)
    for n in range(11):
        browser.calls_pixel(txid=f"made-up-{n}")
    assert (conversions(), booked()) == ({}, (0, 0, 0, 0))


@pytest.mark.parametrize("cookie", ["clicks", "earlier"])
def test_11_transactions_by_pixel_are_one_pending_conversion_and_pay_nothing(admin: Api, cookie: str) -> None:
    deal = new_deal(admin, payout="50", tracking="pixel")
    browser = Browser(deal, deal.click(), cookie)
    for n in range(11):
        browser.calls_pixel(txid=f"made-up-{n}")
    assert booked() == (0, 1, 0, 50_000_000)


def test_events_invented_for_a_pixel_are_one_conversion_without_named_goals_and_none_with_them(admin: Api) -> None:
    for goals in ([], [SALE]):
        deal = new_deal(admin, tracking="pixel", goals=goals)
        browser = Browser(deal, deal.click())
        for n in range(3):
            browser.calls_pixel(event=f"made-up-{n}")
        assert booked()[1] == 1


def test_events_invented_for_one_click_pay_once_without_named_goals(admin: Api) -> None:
    deal = new_deal(admin, payout="10", caps=PAID_CAPS)
    click_id = deal.click()
    answers = [outcome(deal, click_id, event=event) for event in ("one", "two", "three", "", "default")]
    assert answers == [("recorded", "approved"), *[("duplicate", "approved")] * 4]
    assert booked() == (1, 0, 10_000_000, 0)


def test_events_that_are_no_goal_pay_nothing_and_count_nowhere(admin: Api) -> None:
    deal = new_deal(admin, payout="10", goals=[SALE], caps=PAID_CAPS)
    click_id = deal.click()
    answers = [outcome(deal, click_id, event=event, payout="10") for event in ("one", "two", "one")]
    assert answers == [("recorded", None), ("recorded", None), ("duplicate", None)]
    assert (booked(), used(), learned()) == ((0, 0, 0, 0), {}, {})
    rows = conversions().values()
    assert sorted(row.event or "" for row in rows) == ["one", "two"]
    assert all(row.goal is None and row.status is None and row.payout == "0" for row in rows)


def test_goal_that_is_added_later_changes_no_old_click(admin: Api) -> None:
    deal = new_deal(admin, goals=[SALE])
    click_id = deal.click()
    assert outcome(deal, click_id, event="deposit") == ("recorded", None)
    goals = [SALE, {"name": "deposit", "payout": "9"}]
    good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"goals": goals}))
    assert outcome(deal, click_id, event="deposit") == ("duplicate", None)
    assert outcome(deal, click_id, event="deposit", txid="t2") == ("recorded", None)
    assert outcome(deal, deal.click(), event="deposit") == ("recorded", "approved")
    assert booked() == (1, 0, 9_000_000, 0)


# Goals


def test_percentage_of_the_amount_is_added_to_the_fixed_payout_and_rounded_half_to_even(admin: Api) -> None:
    goal = {"name": "sale", "payout": "1", "payout_percent": "12.5", "revenue_percent": "50"}
    deal = new_deal(admin, goals=[goal])
    row = deal.kept(deal.click(), event="sale", amount="0.000004")
    assert (row.amount, row.payout, row.revenue) == ("0.000004", "1.000000", "0.000002")
    row = deal.kept(deal.click(), event="sale", amount="0.000012")
    assert row.payout == "1.000002"


@pytest.mark.parametrize(("goal_counts", "paid"), [("every", 3), ("once", 1)])
def test_goal_pays_each_transaction_or_one_per_click(admin: Api, goal_counts: str, paid: int) -> None:
    deal = new_deal(admin, goals=[{**SALE, "counts": goal_counts}])
    click_id = deal.click()
    answers = [outcome(deal, click_id, event="sale", txid=str(n))[0] for n in range(3)]
    assert answers.count("recorded") == paid
    assert booked() == (paid, 0, paid * 4_000_000, 0)


def test_second_transaction_counts_if_the_first_was_rejected_and_the_goal_counts_once(admin: Api) -> None:
    deal = new_deal(admin, counts="once", caps=PAID_CAPS)
    click_id = deal.click()
    assert outcome(deal, click_id, txid="a", status="rejected") == ("recorded", "rejected")
    assert outcome(deal, click_id, txid="b") == ("recorded", "approved")
    assert outcome(deal, click_id, txid="c") == ("duplicate", "approved")
    assert (booked(), used()["conversions|*"]) == ((1, 0, 1_500_000, 0), 1)


def test_conversion_of_an_earlier_release_sent_again_is_a_duplicate(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    row = deal.kept(click_id, txid="t1", event="sale")
    earlier = _as_format_1(row, click_id)
    assert outcome(deal, click_id, txid="t1", event="sale") == ("duplicate", "approved")
    assert list(conversions()) == [earlier.id]
    assert outcome(deal, click_id, txid="t1", event="sale", status="rejected") == ("recorded", "rejected")


def _as_format_1(row: ConversionRow, click_id: str) -> ConversionRow:
    """Replace a conversion by what an earlier release would have stored: by click, transaction ID and event."""
    new = ("goal", "status_by", "reported_by", "amount", "held", "pixel", "approve_at", "approval_shard")
    fields = {name: value for name, value in row.attribute_values.items() if name not in new}
    earlier_id = ReportedConversion(click_id, "t1", "sale").earlier_id
    earlier = ConversionRow(**{**fields, "id": earlier_id, "format": 1})
    row.delete()
    ClickGoalRow(click_id, "default").delete()
    earlier.save()
    return earlier


# A postback completes what a pixel reported


COMPLETIONS: dict[str, tuple[str, str, str, bool]] = {
    "no transaction, then one": ("every", "", "t1", True),
    "no transaction, then one, once": ("once", "", "t1", True),
    "no transaction twice": ("every", "", "", True),
    "a transaction, then none": ("every", "t1", "", True),
    "the same transaction": ("every", "t1", "t1", True),
    "another transaction": ("every", "t1", "t2", False),
    "another transaction, once": ("once", "t1", "t2", True),
}
"""How the goal counts, the transaction IDs of pixel and postback, and whether the postback completes."""


@pytest.mark.parametrize(("goal_counts", "first", "second", "completes"), COMPLETIONS.values(), ids=COMPLETIONS)
def test_postback_completes_the_conversion_of_a_pixel(
    admin: Api, goal_counts: str, first: str, second: str, *, completes: bool
) -> None:
    deal = new_deal(admin, tracking="pixel", counts=goal_counts, caps=PAID_CAPS)
    click_id, before = by_pixel(deal, **({"txid": first} if first else {}))
    answer = good(deal.post(click_id, txid=second, amount="20", payout="3", revenue="4"))
    assert (answer["status"], answer["conversion_id"] == before.id) == ("recorded", completes)
    assert answer["conversion_status"] == "pending"
    if completes:
        row = conversions()[before.id]
        assert (row.reported_by, row.txid, row.amount) == ("postback", second or first or None, "20")
        assert (row.payout, row.revenue, row.status) == ("3", "4", "pending")
        assert booked() == (0, 1, 0, 3_000_000)
        assert used() == {"conversions|*": 1, "payout|*": 3_000_000, "revenue|*": 4_000_000}
    else:
        assert booked() == (0, 2, 0, 4_500_000)
    assert good(deal.post(click_id, txid=second))["status"] == "duplicate"


def test_postback_after_a_completion_without_transaction_is_another_conversion(admin: Api) -> None:
    deal = new_deal(admin, tracking="pixel")
    click_id, _ = by_pixel(deal)
    assert [outcome(deal, click_id, txid=txid)[0] for txid in ("", "t1", "t1", "")] == [
        *("recorded", "recorded"),
        *("duplicate", "duplicate"),
    ]
    assert booked() == (0, 2, 0, 3_000_000)


def test_completed_conversion_is_learned_while_it_is_pending_and_a_pixels_is_not(admin: Api) -> None:
    deal = new_deal(admin, tracking="pixel")
    click_id, _ = by_pixel(deal)
    assert learned() == {}
    deal.posted(click_id, txid="t1")
    assert [sum(cell[1] for cell in cells.values()) for cells in learned().values()] == [1]


@pytest.mark.parametrize("status", ["approved", "rejected", "pending"])
def test_completed_conversion_keeps_the_status_of_an_admin(admin: Api, status: str) -> None:
    deal = new_deal(admin, tracking="pixel")
    click_id, row = by_pixel(deal)
    decided(admin, row, status)
    other = "rejected" if status == "approved" else "approved"
    assert outcome(deal, click_id, txid="t1", payout="1", status=other) == ("recorded", status)
    expected = {"approved": (1, 0, 1_000_000, 0), "rejected": (0, 0, 0, 0), "pending": (0, 1, 0, 1_000_000)}
    assert booked() == expected[status]


def test_pixel_after_a_postback_changes_nothing(admin: Api) -> None:
    deal = new_deal(admin, tracking="pixel", approval="auto")
    click_id = deal.click()
    row = deal.kept(click_id, txid="t1")
    for parameters in ({}, {"txid": "t1"}, {"txid": "t2"}, {"event": "default"}):
        Browser(deal, click_id).calls_pixel(**parameters)
    assert conversions()[row.id].serialize() == row.serialize()
    assert booked() == (1, 0, 1_500_000, 0)


def test_pixel_is_closed_for_earlier_clicks_once_the_campaign_is_tracked_by_postback(admin: Api) -> None:
    deal = new_deal(admin, tracking="pixel")
    click_id = deal.click()
    answer = good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"tracking": "postback"}))
    assert (answer["tracking"], answer["approval"]) == ("postback", "auto")
    Browser(deal, click_id).calls_pixel()
    assert conversions() == {}


def test_both_goals_of_one_click_may_have_a_pixel_conversion_each(admin: Api) -> None:
    deal = new_deal(admin, tracking="pixel", goals=[SALE])
    browser = Browser(deal, deal.click())
    for event in ("", "sale", "default", "sale"):
        browser.calls_pixel(event=event)
    assert booked() == (0, 2, 0, 5_500_000)


# Approval


STATUSES: dict[str, tuple[str, list[str], list[str]]] = {
    "auto confirms pending": ("auto", ["pending", "approved"], ["pending", "approved"]),
    "auto confirms rejected": ("auto", ["rejected", "approved"], ["rejected", "approved"]),
    "auto reverses": ("auto", ["", "rejected", "approved"], ["approved", "rejected", "approved"]),
    "auto does not take back to pending": ("auto", ["", "pending"], ["approved", "approved"]),
    "auto repeated without status": ("auto", ["rejected", ""], ["rejected", "rejected"]),
    "manual approves nothing": ("manual", ["approved", "approved", ""], ["pending"] * 3),
    "manual rejects": ("manual", ["", "rejected", "approved"], ["pending", "rejected", "rejected"]),
    "manual stores a rejection": ("manual", ["rejected"], ["rejected"]),
}
"""The campaign's approval, the statuses that postbacks name one after the other, and those of the conversion."""


@pytest.mark.parametrize(("approval", "said", "found"), STATUSES.values(), ids=STATUSES)
def test_status_of_a_postback_counts_by_the_campaigns_approval(
    admin: Api, approval: str, said: list[str], found: list[str]
) -> None:
    deal = new_deal(admin, approval=approval)
    click_id = deal.click()
    assert [outcome(deal, click_id, status=status)[1] for status in said] == found


@pytest.mark.parametrize("approval", ["auto", "manual"])
@pytest.mark.parametrize(("decision", "reported"), [("approved", "rejected"), ("rejected", "approved")])
def test_decision_of_an_admin_outranks_postbacks(admin: Api, approval: str, decision: str, reported: str) -> None:
    deal = new_deal(admin, approval=approval)
    click_id = deal.click()
    decided(admin, deal.kept(click_id), decision)
    assert outcome(deal, click_id, status=reported) == ("duplicate", decision)


def test_switch_to_manual_holds_for_clicks_before_it(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"approval": "manual", "approve_after_days": 3}))
    row = deal.kept(click_id)
    assert (row.status, row.approve_at) == ("pending", row.at + timedelta(days=3) // timedelta(milliseconds=1))


def test_reported_as_pending_is_confirmed_once_the_campaign_approves_automatically(admin: Api) -> None:
    deal = new_deal(admin, approval="manual")
    click_id = deal.click()
    assert outcome(deal, click_id, status="pending") == ("recorded", "pending")
    good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"approval": "auto"}))
    assert outcome(deal, click_id, status="approved") == ("recorded", "approved")


HELD: dict[str, tuple[dict[str, Any], str, bool]] = {
    "100 times the payout": ({}, "150", False),
    "more": ({}, "150.000001", True),
    "no payout to compare with": ({"payout": "0"}, "9999", False),
    "a percentage": ({"payout_percent": "1"}, "9999", False),
    "at the maximum": ({"max_payout": "2"}, "2", False),
    "above the maximum": ({"max_payout": "2"}, "2.000001", True),
    "a maximum beside a percentage": ({"payout_percent": "1", "max_payout": "2"}, "3", True),
}
"""The campaign, the reported payout, and whether it is held."""


@pytest.mark.parametrize(("campaign", "payout", "is_held"), HELD.values(), ids=HELD)
def test_payout_above_the_maximum_waits_for_an_admin(
    admin: Api, campaign: dict[str, Any], payout: str, *, is_held: bool
) -> None:
    deal = new_deal(admin, **campaign)
    row = deal.kept(deal.click(), payout=payout, status="approved")
    assert (row.status, bool(row.reason)) == (("pending", True) if is_held else ("approved", False))


@pytest.mark.parametrize("said", [["approved"], ["rejected", "approved"]], ids=["held", "rejected meanwhile"])
@pytest.mark.parametrize("first", ["", "rejected", "pending"], ids=["no status", "rejected", "pending"])
def test_no_postback_approves_a_payout_above_the_maximum(admin: Api, first: str, said: list[str]) -> None:
    deal = new_deal(admin, max_payout="2")
    click_id = deal.click()
    for status in (first, *said):
        outcome(deal, click_id, payout="3", status=status)
    (row,) = conversions().values()
    assert (row.status, row.held, booked()) == ("pending", True, (0, 1, 0, 3_000_000))
    decided(admin, row, "approved")
    assert booked() == (1, 0, 3_000_000, 0)


def test_completion_above_the_maximum_is_held_although_the_pixel_was_approved(admin: Api) -> None:
    deal = new_deal(admin, tracking="pixel", approval="auto", max_payout="2", caps=PAID_CAPS)
    click_id, row = by_pixel(deal)
    assert row.status == "approved"
    assert outcome(deal, click_id, payout="2.5") == ("recorded", "pending")
    assert booked() == (0, 1, 0, 2_500_000)
    assert used()["payout|*"] == 2_500_000
