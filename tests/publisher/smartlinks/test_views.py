from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import applications as access_applications
from tests.conftest import Api
from tests.documents import (
    Publisher,
    apply,
    clicked,
    complaints,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    pending,
    put_on,
)

ENTRY = {"id", "name", "description", "tags", "offer_count", "rotation", "application_status"}
DETAIL = ENTRY | {"offers", "goal", "application", "link"}
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


def test_an_entry_of_the_marketplace_says_what_the_smartlink_is(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), description="Apps", tags=["apps", "us"], rotation="optimized")
    assert listed(new_publisher(admin)) == [
        {
            "id": smartlink["id"],
            "name": "Summer App Deals",
            "description": "Apps",
            "tags": ["apps", "us"],
            "offer_count": 1,
            "rotation": "optimized",
            "application_status": None,
        }
    ]


def test_the_marketplace_tells_each_publisher_how_they_stand(admin: Api) -> None:
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


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 50])
def test_the_marketplace_lists_ones_own_private_smartlinks_first_then_the_others_newest_first(
    admin: Api, limit: int
) -> None:
    publisher = new_publisher(admin)
    kinds = ("private", "ask", "private", "public", "private", "ask")
    made = [new_smartlink(admin, name=f"{n}", visibility=kind) for n, kind in enumerate(kinds)]
    for smartlink in (made[0], made[3], made[4]):
        put_on(admin, smartlink, publisher)
    assert [each["name"] for each in listed(publisher, limit)] == ["4", "0", "5", "3", "1"]


def test_a_cursor_is_good_for_its_own_publisher_only(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    for _ in range(2):
        new_smartlink(admin)
    cursor = good(ann.api.get(f"{MARKETPLACE}?limit=1"))["next_cursor"]
    assert set(complaints(bob.api.get(f"{MARKETPLACE}?cursor={cursor}"))) == {"/cursor"}


def test_a_smartlink_leaves_the_marketplace_when_it_becomes_private_and_comes_back(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    seen = []
    for visibility in ("private", "public", "ask"):
        admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"visibility": visibility})
        seen.append(len(listed(publisher)))
    assert seen == [0, 1, 1]


# One smartlink


def test_a_smartlink_shows_its_offers_and_what_the_publisher_has_of_it(admin: Api) -> None:
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
            "countries": ["DE", "US"],
            "devices": ["mobile"],
        }
    ]
    assert (detail["goal"], detail["application_status"], detail["link"]) == ("profit", "pending", None)
    assert set(detail["application"]) == APPLICATION
    assert (detail["application"]["status"], detail["application"]["message"]) == ("pending", "I have a blog")


def test_nobody_has_anything_of_a_smartlink_before_they_ask(admin: Api) -> None:
    detail = shown(new_publisher(admin), new_smartlink(admin))
    assert (detail["application_status"], detail["application"], detail["link"]) == (None, None, None)


def test_whoever_was_added_deliberately_has_a_link_and_no_application(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    code = put_on(admin, smartlink, publisher)
    detail = shown(publisher, smartlink)
    assert (detail["application_status"], detail["application"], detail["link"]) == ("approved", None, url_of(code))


def test_a_declined_publisher_reads_the_reason(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    decide(admin, "decline", reason="too little traffic")
    detail = shown(publisher, smartlink)
    assert (detail["application"]["reason"], detail["link"]) == ("too little traffic", None)


def test_a_link_is_shown_while_it_works(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    code = put_on(admin, smartlink, publisher)
    remove(admin, smartlink, publisher)
    assert shown(publisher, smartlink)["link"] is None
    put_on(admin, smartlink, publisher)
    assert shown(publisher, smartlink)["link"] == url_of(code)


def test_offers_that_cannot_run_are_not_shown(admin: Api) -> None:
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
    assert [each["name"] for each in shown(new_publisher(admin), smartlink)["offers"]] == ["running"]


def test_a_private_smartlink_does_not_exist_for_anybody_else(admin: Api) -> None:
    smartlink, ann, bob = (
        new_smartlink(admin, visibility="private"),
        new_publisher(admin, "Ann"),
        new_publisher(admin, "Bob"),
    )
    put_on(admin, smartlink, ann)
    unknown = bob.api.get(f"{MARKETPLACE}/sml_none").json["detail"].replace("sml_none", smartlink["id"])
    for answered in (bob.api.get(f"{MARKETPLACE}/{smartlink['id']}"), apply(bob, smartlink)):
        assert (answered.status, answered.json["detail"]) == (404, unknown)
    assert listed(bob) == []
    assert [each["id"] for each in listed(ann)] == [smartlink["id"]]
    assert set(shown(ann, smartlink)) == DETAIL


def test_a_private_smartlink_is_gone_for_whoever_was_removed(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, visibility="private"), new_publisher(admin)
    put_on(admin, smartlink, publisher)
    remove(admin, smartlink, publisher)
    assert publisher.api.get(f"{MARKETPLACE}/{smartlink['id']}").status == 404
    assert apply(publisher, smartlink).status == 404
    assert listed(publisher) == []


# Applying


def test_asking_for_a_smartlink_leaves_a_pending_application(admin: Api) -> None:
    answered = apply(new_publisher(admin), new_smartlink(admin))
    assert (answered.status, answered.json["status"], answered.json["link"]) == (201, "pending", None)


def test_an_application_answers_with_the_contracts_fields_and_no_others(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin, visibility="public")
    assert [set(apply(publisher, smartlink).json) for _ in range(2)] == [{"status", "link"}] * 2


def test_asking_again_while_pending_or_approved_returns_the_same_application(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    asked = apply(publisher, smartlink)
    again = apply(publisher, smartlink, "another message")
    assert (again.status, again.json) == (200, asked.json)
    assert len(pending(admin)) == 1
    decide(admin, "approve")
    approved = apply(publisher, smartlink)
    assert (approved.status, approved.json["status"]) == (200, "approved")
    assert approved.json["link"] == shown(publisher, smartlink)["link"]
    assert len(good(admin.get("/admin/applications"))["items"]) == 1


def test_after_a_decline_a_new_application_is_opened(admin: Api) -> None:
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


def test_a_public_smartlink_approves_at_once_with_a_link_that_works(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink, publisher = new_smartlink(admin, campaign, visibility="public"), new_publisher(admin)
    answered = apply(publisher, smartlink)
    code = answered.json["link"]["code"]
    assert (answered.status, answered.json["status"], answered.json["link"]) == (201, "approved", url_of(code))
    assert clicked(code).status == 302
    (approval,) = good(admin.get(f"/admin/publishers/{publisher.id}/campaigns"))["items"]
    assert clicked(approval["tracking_key"]).status == 302
    assert pending(admin) == []


def test_a_removed_publisher_must_wait_on_a_public_smartlink(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin), visibility="public"), new_publisher(admin)
    code = apply(publisher, smartlink).json["link"]["code"]
    remove(admin, smartlink, publisher)
    again = apply(publisher, smartlink)
    assert (again.status, again.json["status"], again.json["link"]) == (201, "pending", None)
    assert clicked(code).status == 404
    decide(admin, "approve")
    assert shown(publisher, smartlink)["link"] == url_of(code)


def test_a_declined_publisher_must_wait_on_a_smartlink_since_made_public(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    decide(admin, "decline")
    admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"visibility": "public"})
    assert apply(publisher, smartlink).json["status"] == "pending"


def test_a_message_may_be_left_out_but_not_be_anything(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    path = f"{MARKETPLACE}/{smartlink['id']}/apply"
    assert complaints(publisher.api.post(path, {"message": 7})) == {"/message": "must be a string"}
    assert complaints(publisher.api.post(path, {"message": "x" * 2001})) == {
        "/message": "must have at most 2000 characters"
    }
    assert publisher.api.post(path).status == 201
    assert shown(publisher, smartlink)["application"]["message"] == ""


def test_an_unknown_smartlink_cannot_be_asked_for(admin: Api) -> None:
    assert apply(new_publisher(admin), {"id": "sml_none"}).status == 404


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k1"}], ids=["without a key", "with a key"])
def test_joining_cut_short_before_its_grants_is_completed_by_its_repetition(
    admin: Api, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin), visibility="public"), new_publisher(admin)
    path = f"{MARKETPLACE}/{smartlink['id']}/apply"

    def sick(*_: object) -> None:
        raise PutError

    with monkeypatch.context() as patched:
        patched.setattr(access_applications, "grant", sick)
        assert publisher.api.post(path, **key).status == 503
    assert publisher.api.post(path, **key).json["status"] == "approved"
    assert len(good(admin.get(f"/admin/publishers/{publisher.id}/campaigns"))["items"]) == 1


# What a publisher must not see


def test_no_publisher_reads_revenue_advertiser_or_destination(admin: Api) -> None:
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


def test_no_publisher_reads_of_another(admin: Api) -> None:
    smartlink, ann, bob = new_smartlink(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    apply(ann, smartlink, "from Ann")
    code = put_on(admin, smartlink, ann)
    text = bob.api.get(MARKETPLACE).text + bob.api.get(f"{MARKETPLACE}/{smartlink['id']}").text
    for secret in (ann.id, "Ann", code):
        assert secret not in text
