from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import grants
from chalicelib.access.task_runner import finish_due
from tests.access.later import soon
from tests.conftest import Api, ApiResponse
from tests.consistency import inconsistencies
from tests.documents import (
    Publisher,
    add_publisher,
    apply,
    clicked,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    pending,
)

ENTRY = {"id", "name", "description", "tags", "offer_count", "rotation", "application_status"}
ENTRY |= {"status", "visibility", "application", "link", "payout_range", "countries"}
DETAIL = ENTRY | {"offers", "goal"}
APPLICATION = {"id", "status", "message", "applied_at", "decided_at", "reason"}
MARKETPLACE = "/publisher/smartlinks"


def shown(publisher: Publisher, smartlink: dict[str, Any]) -> dict[str, Any]:
    detail: dict[str, Any] = good(publisher.api.get(f"{MARKETPLACE}/{smartlink['id']}"))
    return detail


def listed(publisher: Publisher, limit: int = 50) -> list[dict[str, Any]]:
    return [each for page in pages(publisher.api, MARKETPLACE, limit) for each in page]


def url_of(code: str) -> dict[str, str]:
    return {"code": code, "url": f"http://api1.execute-api.localhost:4566/s/{code}"}


def decide(admin: Api, verb: str, **body: str) -> None:
    (application,) = pending(admin)
    good(admin.post(f"/admin/applications/{application}/{verb}", body))


def remove(admin: Api, smartlink: dict[str, Any], publisher: Publisher) -> None:
    assert admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}").status == 204


# The marketplace


def test_marketplace_entry_describes_the_smartlink(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), description="Apps", tags=["apps", "us"], rotation="optimized")
    assert listed(new_publisher(admin)) == [
        {
            "id": smartlink["id"],
            "name": "Summer App Deals",
            "description": "Apps",
            "tags": ["apps", "us"],
            "offer_count": 1,
            "rotation": "optimized",
            "status": "active",
            "visibility": "ask",
            "application_status": None,
            "application": None,
            "link": None,
            "payout_range": None,
            "countries": [],
        }
    ]


def test_marketplace_shows_each_publisher_their_application_status(admin: Api) -> None:
    smartlink, ann, bob = new_smartlink(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    seen = [listed(ann)[0]["application_status"]]
    apply(ann, smartlink)
    seen.append(listed(ann)[0]["application_status"])
    decide(admin, "decline")
    seen.append(listed(ann)[0]["application_status"])
    apply(ann, smartlink)
    decide(admin, "approve")
    seen.append(listed(ann)[0]["application_status"])
    assert seen == [None, "pending", "declined", "approved"]
    assert listed(bob)[0]["application_status"] is None


# One smartlink


def test_smartlink_shows_its_offers_and_the_publishers_application(admin: Api) -> None:
    campaign = new_campaign(admin, "game", payout="1.50", targeting={"countries": ["US", "GB", "DE"]})
    targeting = {"countries": ["DE", "US"], "devices": ["mobile"]}
    smartlink = new_smartlink(admin, {"campaign_id": campaign["id"], "targeting": targeting}, goal="profit")
    publisher = new_publisher(admin)
    apply(publisher, smartlink, "I have a blog")
    detail = shown(publisher, smartlink)
    assert set(detail) == DETAIL
    assert detail["offers"] == [
        {
            "campaign_id": campaign["id"],
            "name": "game",
            "payout": "1.50",
            "payout_percent": "0",
            "counts": "every",
            "currency": "USD",
            "goals": [],
            "countries": ["DE", "US"],
            "devices": ["mobile"],
            "os": [],
            "languages": [],
        }
    ]
    assert (detail["goal"], detail["application_status"], detail["link"]) == ("profit", "pending", None)
    assert set(detail["application"]) == APPLICATION
    assert (detail["application"]["status"], detail["application"]["message"]) == ("pending", "I have a blog")


def test_publisher_without_application_has_no_status_and_no_link(admin: Api) -> None:
    detail = shown(new_publisher(admin), new_smartlink(admin))
    assert (detail["application_status"], detail["application"], detail["link"]) == (None, None, None)


def test_publisher_added_by_an_admin_has_a_link_and_no_application(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    code = add_publisher(admin, smartlink, publisher)
    detail = shown(publisher, smartlink)
    assert (detail["application_status"], detail["application"], detail["link"]) == ("approved", None, url_of(code))


def test_declined_publisher_reads_the_reason(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    decide(admin, "decline", reason="too little traffic")
    detail = shown(publisher, smartlink)
    assert (detail["application"]["reason"], detail["link"]) == ("too little traffic", None)


def test_link_is_shown_while_it_works(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    code = add_publisher(admin, smartlink, publisher)
    remove(admin, smartlink, publisher)
    assert shown(publisher, smartlink)["link"] is None
    add_publisher(admin, smartlink, publisher)
    assert shown(publisher, smartlink)["link"] == url_of(code)


def test_offers_that_take_no_clicks_are_not_shown(admin: Api) -> None:
    running, paused, disabled = (new_campaign(admin, name) for name in ("running", "paused", "disabled"))
    german = new_campaign(admin, "german", targeting={"countries": ["DE"]})
    smartlink = new_smartlink(
        admin,
        running,
        paused,
        {"campaign_id": disabled["id"], "enabled": False},
        {"campaign_id": german["id"], "targeting": {"countries": ["US"]}},
    )
    admin.patch(f"/admin/campaigns/{paused['id']}", {"status": "paused"})
    assert [offer["name"] for offer in shown(new_publisher(admin), smartlink)["offers"]] == ["running"]


def test_private_smartlink_is_not_found_for_other_publishers(admin: Api) -> None:
    smartlink, ann, bob = (
        new_smartlink(admin, visibility="private"),
        new_publisher(admin, "Ann"),
        new_publisher(admin, "Bob"),
    )
    add_publisher(admin, smartlink, ann)
    unknown = bob.api.get(f"{MARKETPLACE}/sml_none").json["detail"].replace("sml_none", smartlink["id"])
    for response in (bob.api.get(f"{MARKETPLACE}/{smartlink['id']}"), apply(bob, smartlink)):
        assert (response.status, response.json["detail"]) == (404, unknown)
    assert listed(bob) == []
    assert [each["id"] for each in listed(ann)] == [smartlink["id"]]
    assert set(shown(ann, smartlink)) == DETAIL


def test_private_smartlink_is_not_found_for_a_removed_publisher(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, visibility="private"), new_publisher(admin)
    add_publisher(admin, smartlink, publisher)
    remove(admin, smartlink, publisher)
    assert publisher.api.get(f"{MARKETPLACE}/{smartlink['id']}").status == 404
    assert apply(publisher, smartlink).status == 404
    assert listed(publisher) == []


# Applying


def test_application_is_pending(admin: Api) -> None:
    response = apply(new_publisher(admin), new_smartlink(admin))
    assert (response.status, response.json["status"], response.json["link"]) == (201, "pending", None)


def test_response_to_an_application_has_exactly_the_documented_fields(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin, visibility="public")
    assert [set(apply(publisher, smartlink).json) for _ in range(2)] == [{"status", "link"}] * 2


def test_repeated_application_returns_the_current_one(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    first = apply(publisher, smartlink)
    again = apply(publisher, smartlink, "another message")
    assert (again.status, again.json) == (200, first.json)
    assert len(pending(admin)) == 1
    decide(admin, "approve")
    approved = apply(publisher, smartlink)
    assert (approved.status, approved.json["status"]) == (200, "approved")
    assert approved.json["link"] == shown(publisher, smartlink)["link"]
    assert len(good(admin.get("/admin/applications"))["items"]) == 1


def test_declined_publisher_can_apply_again(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    decide(admin, "decline")
    again = apply(publisher, smartlink, "please, please")
    assert (again.status, again.json["status"]) == (201, "pending")
    applications = good(admin.get("/admin/applications"))["items"]
    assert [(each["status"], each["message"]) for each in applications] == [
        ("declined", "please"),
        ("pending", "please, please"),
    ]
    assert shown(publisher, smartlink)["application"]["message"] == "please, please"


def test_public_smartlink_approves_immediately_with_a_working_link(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink, publisher = new_smartlink(admin, campaign, visibility="public"), new_publisher(admin)
    response = apply(publisher, smartlink)
    code = response.json["link"]["code"]
    assert (response.status, response.json["status"], response.json["link"]) == (201, "approved", url_of(code))
    assert clicked(code).status == 302
    (approval,) = good(admin.get(f"/admin/publishers/{publisher.id}/campaigns"))["items"]
    assert clicked(approval["tracking_key"]).status == 302
    assert pending(admin) == []


def test_removed_publisher_is_pending_on_a_public_smartlink(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin), visibility="public"), new_publisher(admin)
    code = apply(publisher, smartlink).json["link"]["code"]
    remove(admin, smartlink, publisher)
    again = apply(publisher, smartlink)
    assert (again.status, again.json["status"], again.json["link"]) == (201, "pending", None)
    assert clicked(code).status == 404
    decide(admin, "approve")
    assert shown(publisher, smartlink)["link"] == url_of(code)


def test_declined_publisher_is_pending_on_a_smartlink_made_public_later(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    decide(admin, "decline")
    admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"visibility": "public"})
    assert apply(publisher, smartlink).json["status"] == "pending"


def test_message_is_optional_and_validated(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    path = f"{MARKETPLACE}/{smartlink['id']}/apply"
    assert errors_by_pointer(publisher.api.post(path, {"message": 7})) == {"/message": "must be a string"}
    assert errors_by_pointer(publisher.api.post(path, {"message": "x" * 2001})) == {
        "/message": "must have at most 2000 characters"
    }
    assert publisher.api.post(path).status == 201
    assert shown(publisher, smartlink)["application"]["message"] == ""


def test_unknown_smartlink_is_not_found(admin: Api) -> None:
    assert apply(new_publisher(admin), {"id": "sml_none"}).status == 404


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k1"}], ids=["without a key", "with a key"])
def test_interrupted_campaign_approvals_are_completed_later(
    admin: Api, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin), visibility="public"), new_publisher(admin)
    path = f"{MARKETPLACE}/{smartlink['id']}/apply"

    def fail(*_: object) -> None:
        raise PutError

    with monkeypatch.context() as patched:
        patched.setattr(grants, "_grant", fail)
        assert publisher.api.post(path, **key).status == 201
    assert publisher.api.post(path, **key).json["status"] == "approved"
    finish_due(soon)
    assert len(good(admin.get(f"/admin/publishers/{publisher.id}/campaigns"))["items"]) == 1


# Withdrawing


def withdraw(publisher: Publisher, smartlink: dict[str, Any], **headers: str) -> ApiResponse:
    return publisher.api.post(f"{MARKETPLACE}/{smartlink['id']}/withdraw", **headers)


def test_withdrawn_application_leaves_the_queue(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    assert good(withdraw(publisher, smartlink)) == {"status": "withdrawn", "link": None}
    assert pending(admin) == []
    (listed,) = good(admin.get("/admin/applications?status=withdrawn"))["items"]
    assert (listed["status"], listed["decided_by"], listed["reason"]) == ("withdrawn", None, None)
    assert listed["applied_at"] <= listed["decided_at"]
    assert good(admin.get(f"/admin/smartlinks/{smartlink['id']}"))["pending_count"] == 0
    assert shown(publisher, smartlink)["application_status"] == "withdrawn"
    assert inconsistencies() == []


def test_publisher_can_apply_again_after_withdrawing(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    withdraw(publisher, smartlink)
    assert (apply(publisher, smartlink).status, len(pending(admin))) == (201, 1)
    decide(admin, "approve")
    assert shown(publisher, smartlink)["application_status"] == "approved"


def test_only_a_pending_application_can_be_withdrawn(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    detail = "You have no pending application for this smartlink."
    never = withdraw(publisher, smartlink)
    apply(publisher, smartlink)
    first, again = withdraw(publisher, smartlink), withdraw(publisher, smartlink)
    add_publisher(admin, smartlink, publisher)
    approved = withdraw(publisher, smartlink)
    assert first.status == 200
    assert [(each.status, each.json["detail"]) for each in (never, again, approved)] == [(409, detail)] * 3


def test_repeated_withdrawal_with_its_key_has_the_first_response(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    answers = [withdraw(publisher, smartlink, Idempotency_Key="k1").json for _ in range(2)]
    assert answers == [{"status": "withdrawn", "link": None}] * 2


def test_application_can_be_withdrawn_from_a_smartlink_that_became_private(admin: Api) -> None:
    smartlink, ann, bob = new_smartlink(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    apply(ann, smartlink)
    admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"visibility": "private"})
    assert [withdraw(each, smartlink).status for each in (ann, bob)] == [200, 404]


def test_suspended_publisher_cannot_withdraw(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    good(admin.patch(f"/admin/publishers/{publisher.id}", {"status": "suspended"}))
    assert withdraw(publisher, smartlink).status == 403
    assert len(pending(admin)) == 1


def test_declined_publisher_does_not_get_around_the_decision_by_withdrawing(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    decide(admin, "decline")
    admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"visibility": "public"})
    apply(publisher, smartlink)
    withdraw(publisher, smartlink)
    assert apply(publisher, smartlink).json["status"] == "pending"
    decide(admin, "approve")
    remove(admin, smartlink, publisher)
    assert apply(publisher, smartlink).json["status"] == "pending"


# Private smartlinks that respect approvals


def a_private_smartlink(admin: Api, *offers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return new_smartlink(admin, *offers, **{"visibility": "private", "offer_access": "respect", **changes})


def approve_campaign(admin: Api, publisher: Publisher, campaign: dict[str, Any]) -> dict[str, Any]:
    path = f"/admin/publishers/{publisher.id}/campaigns"
    approval: dict[str, Any] = good(admin.post(path, {"campaign_id": campaign["id"]}))
    return approval


def test_publisher_with_every_approval_sees_and_joins_a_private_smartlink(admin: Api) -> None:
    one, two, off = (new_campaign(admin, name) for name in ("one", "two", "off"))
    smartlink = a_private_smartlink(admin, one, two, {"campaign_id": off["id"], "enabled": False})
    publisher = new_publisher(admin)
    for campaign in (one, two):
        assert (listed(publisher), publisher.api.get(f"{MARKETPLACE}/{smartlink['id']}").status) == ([], 404)
        assert apply(publisher, smartlink).status == 404
        approve_campaign(admin, publisher, campaign)
    assert [each["id"] for each in listed(publisher)] == [smartlink["id"]]
    assert shown(publisher, smartlink)["application_status"] is None
    joined = apply(publisher, smartlink)
    assert (joined.status, joined.json["status"]) == (201, "approved")
    assert clicked(joined.json["link"]["code"]).status == 302
    assert inconsistencies() == []


def test_member_of_a_private_smartlink_stays_without_the_approvals(admin: Api) -> None:
    campaign, publisher, other = new_campaign(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    smartlink = a_private_smartlink(admin, campaign)
    for each in (publisher, other):
        approve_campaign(admin, each, campaign)
    apply(publisher, smartlink)
    for each in (publisher, other):
        admin.delete(f"/admin/publishers/{each.id}/campaigns/{campaign['id']}")
    assert shown(publisher, smartlink)["application_status"] == "approved"
    assert ([each["id"] for each in listed(publisher)], listed(other)) == ([smartlink["id"]], [])
    assert other.api.get(f"{MARKETPLACE}/{smartlink['id']}").status == 404


@pytest.mark.parametrize(
    "changes", [{"offers": []}, {"offer_access": "grant"}], ids=["without enabled offers", "that grants access"]
)
def test_private_smartlink_is_hidden(admin: Api, changes: dict[str, Any]) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = a_private_smartlink(admin, campaign)
    approve_campaign(admin, publisher, campaign)
    good(admin.patch(f"/admin/smartlinks/{smartlink['id']}", changes))
    assert (listed(publisher), apply(publisher, smartlink).status) == ([], 404)


def test_removed_publisher_with_every_approval_needs_a_decision(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = a_private_smartlink(admin, campaign)
    approve_campaign(admin, publisher, campaign)
    apply(publisher, smartlink)
    remove(admin, smartlink, publisher)
    assert apply(publisher, smartlink).json["status"] == "pending"


# Data that publishers must not see


def test_revenue_advertiser_and_destination_are_never_shown(admin: Api) -> None:
    campaign = new_campaign(
        admin,
        "game",
        advertiser="Secret Advertiser",
        destination_url="https://secret-destination.example/?cid={click_id}",
        fail_url="https://secret-fail.example/",
        payout="1.50",
        revenue="98.76",
    )
    smartlink = new_smartlink(admin, campaign, catch_all_campaign_id=campaign["id"], visibility="public")
    publisher = new_publisher(admin)
    read = [
        apply(publisher, smartlink),
        publisher.api.get(MARKETPLACE),
        publisher.api.get(f"{MARKETPLACE}/{smartlink['id']}"),
        publisher.api.get("/publisher/me"),
    ]
    text = "".join(each.text for each in read).lower()
    assert "1.50" in text
    for secret in ("secret", "98.76", "revenue", 'profit"', "advertiser", "destination", campaign["postback_token"]):
        assert secret not in text, secret


def test_data_of_other_publishers_is_never_shown(admin: Api) -> None:
    smartlink, ann, bob = new_smartlink(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    apply(ann, smartlink, "from Ann")
    code = add_publisher(admin, smartlink, ann)
    text = bob.api.get(MARKETPLACE).text + bob.api.get(f"{MARKETPLACE}/{smartlink['id']}").text
    for secret in (ann.id, "Ann", code):
        assert secret not in text
