from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.requests import AuditRow
from tests.advertiser import Deal, caps_of, conversions, new_deal, sums, used
from tests.conftest import Api
from tests.documents import complaints, good, new_campaign, new_publisher, pages, put_on

PATH = "/admin/conversions"


def decide(admin: Api, conversion_id: str, status: str, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = good(admin.patch(f"{PATH}/{conversion_id}", {"status": status, **changes}))
    return document


def listed(admin: Api, query: str = "", limit: int = 50) -> list[str]:
    found = pages(admin, f"{PATH}?{query}" if query else PATH, limit)
    return [each["id"] for page in found for each in page]


def move(conversion_id: str, at: datetime) -> None:
    """Lets the conversion have arrived at another time."""
    row = ConversionRow.get(conversion_id)
    row.at = int(at.timestamp() * 1000)
    row.day_shard = f"{at.date()}#{row.day_shard.partition('#')[2]}"
    row.moment = f"{row.at:013d}#{row.id}"
    row.save()


# The document


def test_a_conversion_is_shown_whole(admin: Api) -> None:
    deal = new_deal(admin, currency="EUR")
    click_id = deal.click()
    conversion_id = deal.posted(click_id, txid="t1", event="sale", payout="1.25")
    ((shown,),) = pages(admin, PATH, 50)
    assert shown == {
        "id": conversion_id,
        "click_id": click_id,
        "txid": "t1",
        "event": "sale",
        "status": "approved",
        "reason": None,
        "at": shown["at"],
        "click_at": good(admin.get(f"/admin/clicks/{click_id}"))["at"],
        "campaign_id": deal.campaign["id"],
        "smartlink_id": deal.smartlink["id"],
        "publisher_id": deal.publisher_id,
        "payout": "1.25",
        "revenue": "2.00",
        "currency": "EUR",
        "version": 1,
    }
    assert shown["at"] >= shown["click_at"]


def test_a_direct_link_belongs_to_no_smartlink(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    path = f"/admin/publishers/{publisher.id}/campaigns"
    deal = Deal(campaign, {}, publisher.id, good(admin.post(path, {"campaign_id": campaign["id"]}))["tracking_key"])
    deal.posted(deal.click())
    ((shown,),) = pages(admin, PATH, 50)
    assert shown["smartlink_id"] is None


# The list


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_conversions_of_all_shards_are_listed_newest_first(admin: Api, limit: int) -> None:
    deal = new_deal(admin)
    deals = [deal, *(_another_publishers(admin, deal) for _ in range(5))]
    made = [each.posted(each.click(), txid=str(n)) for n in range(2) for each in deals]
    now = datetime.now(UTC)
    for n, conversion_id in enumerate(made):
        move(conversion_id, now - timedelta(hours=6 * n))
    assert listed(admin, limit=limit) == made


def _another_publishers(admin: Api, deal: Deal) -> Deal:
    publisher = new_publisher(admin)
    return Deal(deal.campaign, deal.smartlink, publisher.id, put_on(admin, deal.smartlink, publisher))


def test_a_list_may_be_of_one_smartlink_campaign_publisher_or_status(admin: Api) -> None:
    one, other = new_deal(admin), new_deal(admin)
    first, second, third = one.posted(one.click()), other.posted(other.click()), one.posted(one.click())
    one.posted(one.click(), txid="x", status="rejected")
    for name, value in (
        ("smartlink_id", one.smartlink["id"]),
        ("campaign_id", one.campaign["id"]),
        ("publisher_id", one.publisher_id),
    ):
        assert listed(admin, f"{name}={value}&status=approved", 1) == [third, first]
    assert listed(admin, "status=approved") == [third, second, first]
    assert len(listed(admin, "status=rejected")) == 1


def test_a_list_is_of_the_days_asked_for_both_included(admin: Api) -> None:
    deal = new_deal(admin)
    made = [deal.posted(deal.click()) for _ in range(4)]
    times = ("2026-10-31T23:59:59.999Z", "2026-11-01T00:00:00Z", "2026-11-02T23:59:59.999Z", "2026-11-03T00:00:00Z")
    for conversion_id, at in zip(made, times, strict=True):
        move(conversion_id, datetime.fromisoformat(at))
    assert listed(admin, "from=2026-11-01&to=2026-11-02") == [made[2], made[1]]
    assert listed(admin, "from=2026-11-01T00:00:00.001Z&to=2026-11-03T00:00:00.001Z") == [made[3], made[2]]
    assert listed(admin, "from=2026-11-01T00:00:00Z&to=2026-11-01T00:00:00.001Z") == [made[1]]


def test_a_list_goes_back_30_days_unless_it_is_asked_for_more(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    move(conversion_id, datetime.now(UTC) - timedelta(days=31))
    assert listed(admin) == []
    earlier = (datetime.now(UTC) - timedelta(days=40)).date()
    assert listed(admin, f"from={earlier}") == [conversion_id]


@pytest.mark.parametrize("query", ["from=2090-01-01&to=2090-01-02", "to=2020-01-01"])
def test_where_nothing_arrived_the_list_is_empty(admin: Api, query: str) -> None:
    deal = new_deal(admin)
    deal.posted(deal.click())
    assert listed(admin, query) == []


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("colour=red&page=2", {"/colour", "/page"}),
        ("status=paid&limit=0&from=x", {"/status", "/limit", "/from"}),
        ("from=2026-11-02&to=2026-11-01", {"/from"}),
        ("from=2025-01-01&to=2026-11-01", {"/from"}),
        ("cursor=x", {"/cursor"}),
    ],
    ids=["unknown", "wrong", "backwards", "too long", "no cursor"],
)
def test_what_is_wrong_with_a_query_is_named(admin: Api, query: str, pointers: set[str]) -> None:
    assert set(complaints(admin.get(f"{PATH}?{query}"))) == pointers


# Decisions


def test_an_admin_rejects_and_approves_and_every_figure_follows(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions", "payout", limit="9"))
    conversion_id = deal.posted(deal.click())
    counts, taken = sums(), used()
    rejected = decide(admin, conversion_id, "rejected", reason="fraud")
    assert (rejected["status"], rejected["reason"], rejected["version"]) == ("rejected", "fraud", 2)
    assert (sums(), set(used().values())) == ({}, {0})
    approved = decide(admin, conversion_id, "approved", reason=None)
    assert (approved["status"], approved["reason"], approved["version"]) == ("approved", None, 3)
    assert (sums(), used()) == (counts, taken)
    assert listed(admin) == [conversion_id]


def test_what_came_rejected_counts_and_takes_its_caps_once_it_is_approved(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions"))
    conversion_id = deal.posted(deal.click(), status="rejected")
    decide(admin, conversion_id, "approved")
    assert (sums()["payout"], used()) == (1_500_000, {"conversions|*": 1})


def test_the_same_status_again_changes_the_reason_and_no_figure(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    counts = sums()
    decided = decide(admin, conversion_id, "approved", reason="checked")
    assert (decided["reason"], decided["version"], sums()) == ("checked", 1, counts)
    assert decide(admin, conversion_id, "approved") == decided
    assert decide(admin, conversion_id, "approved", reason="") == {**decided, "reason": None}


def test_an_edit_of_an_older_version_is_refused(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    path = f"{PATH}/{conversion_id}"
    first = admin.patch(path, {"status": "rejected"}, If_Match='"1"')
    assert (first.status, first.headers["ETag"]) == (200, '"2"')
    assert admin.patch(path, {"status": "approved"}, If_Match='"1"').status == 412
    assert conversions()[conversion_id].status == "rejected"


def test_a_wrong_decision_is_named(admin: Api) -> None:
    deal = new_deal(admin)
    path = f"{PATH}/{deal.posted(deal.click())}"
    wrong = {"status": "paid", "reason": "x" * 1001, "payout": "1"}
    assert set(complaints(admin.patch(path, wrong))) == {"/status", "/reason", "/payout"}
    assert complaints(admin.patch(path, {"status": None})) == {"/status": "is required"}


def test_an_unknown_conversion_is_not_found(admin: Api) -> None:
    assert admin.patch(f"{PATH}/cnv_none", {"status": "approved"}).status == 404


def test_a_decision_is_in_the_audit_log_and_what_changes_nothing_is_not(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    decide(admin, conversion_id, "approved")
    decide(admin, conversion_id, "rejected", reason="fraud")
    logged = {(row.action, str(row.before), str(row.after)) for row in AuditRow.scan() if row.subject == conversion_id}
    before, after = {"status": "approved", "reason": None}, {"status": "rejected", "reason": "fraud"}
    assert (f"PATCH {PATH}/{{conversion_id}}", str(before), str(after)) in logged
    assert len({action for action, _, _ in logged}) == 1
