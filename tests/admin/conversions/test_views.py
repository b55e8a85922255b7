import csv
from io import StringIO
from typing import Any

from chalicelib.tables.requests import AuditRow
from tests.advertiser import Deal, caps_of, conversions, new_deal, sums, used
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, new_campaign, new_publisher, pages

PATH = "/admin/conversions"


def decide(admin: Api, conversion_id: str, status: str, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = good(admin.patch(f"{PATH}/{conversion_id}", {"status": status, **changes}))
    return document


# The document


def test_document_has_every_field_of_the_conversion(admin: Api) -> None:
    deal = new_deal(admin, currency="EUR")
    click_id = deal.click()
    conversion_id = deal.posted(click_id, txid="t1", event="sale", payout="1.25")
    ((shown,),) = pages(admin, PATH, 50)
    assert shown == {
        "id": conversion_id,
        "click_id": click_id,
        "txid": "t1",
        "event": "sale",
        "goal": "default",
        "status": "approved",
        "reason": None,
        "reported_by": "postback",
        "amount": None,
        "at": shown["at"],
        "click_at": good(admin.get(f"/admin/clicks/{click_id}"))["at"],
        "decided_at": None,
        "decided_by": None,
        "campaign_id": deal.campaign["id"],
        "campaign_name": "game",
        "smartlink_id": deal.smartlink["id"],
        "smartlink_name": "Summer App Deals",
        "publisher_id": deal.publisher_id,
        "publisher_name": "Ann",
        "payout": "1.25",
        "revenue": "2.00",
        "currency": "EUR",
        "version": 1,
    }
    assert shown["at"] >= shown["click_at"]


def test_conversion_of_a_direct_link_has_no_smartlink(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    path = f"/admin/publishers/{publisher.id}/campaigns"
    deal = Deal(campaign, {}, publisher.id, good(admin.post(path, {"campaign_id": campaign["id"]}))["tracking_key"])
    deal.posted(deal.click())
    ((shown,),) = pages(admin, PATH, 50)
    assert (shown["smartlink_id"], shown["smartlink_name"]) == (None, None)


def test_deleted_smartlink_and_archived_campaign_keep_their_names(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    assert admin.delete(f"/admin/smartlinks/{deal.smartlink['id']}").status == 204
    assert admin.delete(f"/admin/campaigns/{deal.campaign['id']}").status == 204
    (shown,) = good(admin.get(PATH))["items"]
    assert (shown["id"], shown["campaign_name"], shown["smartlink_name"]) == (conversion_id, "game", "Summer App Deals")


def test_csv_has_every_field_of_the_document(admin: Api) -> None:
    deal = new_deal(admin)
    deal.posted(deal.click(), txid="=1+1")
    (document,) = good(admin.get(PATH))["items"]
    response = admin.get(f"{PATH}?format=csv")
    header, values = csv.reader(StringIO(response.text.removeprefix("\ufeff")))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert set(header) == set(document)
    expected = {name: "" if value is None else str(value) for name, value in document.items()}
    assert dict(zip(header, values, strict=True)) == {**expected, "txid": "'=1+1"}


# Decisions


def test_decisions_update_counters_and_caps(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions", "payout", limit="9"))
    conversion_id = deal.posted(deal.click())
    counts, taken = sums(), used()
    rejected = decide(admin, conversion_id, "rejected", reason="fraud")
    assert (rejected["status"], rejected["reason"], rejected["version"]) == ("rejected", "fraud", 2)
    assert (sums(), set(used().values())) == ({}, {0})
    approved = decide(admin, conversion_id, "approved", reason=None)
    assert (approved["status"], approved["reason"], approved["version"]) == ("approved", None, 3)
    assert (sums(), used()) == (counts, taken)
    assert [row["id"] for row in good(admin.get(PATH))["items"]] == [conversion_id]


def test_approval_of_a_rejected_report_is_counted_with_its_caps(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions"))
    conversion_id = deal.posted(deal.click(), status="rejected")
    decide(admin, conversion_id, "approved")
    assert (sums()["payout"], used()) == (1_500_000, {"conversions|*": 1})


def test_same_status_changes_only_the_reason(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    counts = sums()
    decided = decide(admin, conversion_id, "approved", reason="checked")
    assert (decided["reason"], decided["version"], sums()) == ("checked", 1, counts)
    assert decide(admin, conversion_id, "approved") == decided
    without = decide(admin, conversion_id, "approved", reason="")
    assert {**without, "decided_at": decided["decided_at"]} == {**decided, "reason": None}


def test_edit_of_an_older_version_is_rejected(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    path = f"{PATH}/{conversion_id}"
    first = admin.patch(path, {"status": "rejected"}, If_Match='"1"')
    assert (first.status, first.headers["ETag"]) == (200, '"2"')
    assert admin.patch(path, {"status": "approved"}, If_Match='"1"').status == 412
    assert conversions()[conversion_id].status == "rejected"


def test_errors_of_a_decision_are_reported(admin: Api) -> None:
    deal = new_deal(admin)
    path = f"{PATH}/{deal.posted(deal.click())}"
    wrong = {"status": "paid", "reason": "x" * 1001, "payout": "1"}
    assert set(errors_by_pointer(admin.patch(path, wrong))) == {"/status", "/reason", "/payout"}
    assert errors_by_pointer(admin.patch(path, {"status": None})) == {"/status": "is required"}


def test_unknown_conversion_is_not_found(admin: Api) -> None:
    assert admin.patch(f"{PATH}/cnv_none", {"status": "approved"}).status == 404


def test_only_a_decision_with_a_change_is_audited(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    decide(admin, conversion_id, "approved")
    decide(admin, conversion_id, "rejected", reason="fraud")
    logged = {(row.action, str(row.before), str(row.after)) for row in AuditRow.scan() if row.subject == conversion_id}
    before, after = {"status": "approved", "reason": None}, {"status": "rejected", "reason": "fraud"}
    assert (f"PATCH {PATH}/{{conversion_id}}", str(before), str(after)) in logged
    assert len({action for action, _, _ in logged}) == 1
