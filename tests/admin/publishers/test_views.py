from typing import Any

import pytest

from chalicelib.access import api_keys, applying, campaign_approvals
from chalicelib.access.api_key_schemas import KeyDocument
from chalicelib.access.task_runner import finish_due
from chalicelib.http import authentication
from chalicelib.http.request import Request
from chalicelib.tables.publishers import ApiKeyRow, CampaignApprovalRow
from chalicelib.tables.smartlinks import SmartlinkTaskRow
from tests.access.later import soon
from tests.conftest import Api, dynamodb
from tests.consistency import inconsistencies
from tests.documents import (
    add_publisher,
    apply,
    click_and_explain,
    clicked,
    errors_by_pointer,
    good,
    listed,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    recorded,
    refusals,
)

ANN = {"name": "Ann", "email": "ann@pub.example"}
KEY = {"key_id", "prefix", "created_at", "last_used_on"}
PUBLISHER = {
    *("id", "version", "name", "email", "tags", "status", "created_at", "updated_at"),
    *("email_notifications", "keys"),
}
APPROVAL = {"campaign_id", "campaign_name", "tracking_key", "url", "approved_at"}


def path_of(publisher_id: str) -> str:
    return f"/admin/publishers/{publisher_id}"


def approve(admin: Api, publisher_id: str, campaign: dict[str, Any]) -> dict[str, Any]:
    path = f"{path_of(publisher_id)}/campaigns"
    approval: dict[str, Any] = good(admin.post(path, {"campaign_id": campaign["id"]}))
    return approval


def test_new_publisher_is_active_with_a_working_key(admin: Api) -> None:
    created = admin.post("/admin/publishers", ANN)
    publisher = created.json
    assert created.status == 201
    assert set(publisher) == {*PUBLISHER, "api_key"}
    assert (publisher["id"][:4], publisher["version"], publisher["status"]) == ("pub_", 1, "active")
    assert (publisher["name"], publisher["email"]) == ("Ann", "ann@pub.example")
    assert Api(publisher["api_key"]).get("/publisher/me").json["id"] == publisher["id"]


def test_key_is_shown_once(admin: Api) -> None:
    publisher = good(admin.post("/admin/publishers", ANN))
    secret = publisher.pop("api_key")
    shown = admin.get(path_of(publisher["id"]))
    assert shown.json == publisher
    assert secret[-43:] not in shown.text + admin.get("/admin/publishers").text


def test_key_is_identified_by_its_public_part(admin: Api) -> None:
    publisher = good(admin.post("/admin/publishers", ANN))
    (key,) = publisher["keys"]
    assert set(key) == KEY
    assert key["prefix"] == publisher["api_key"][:20] == f"slk_pub_{key['key_id']}"


def test_archived_campaign_cannot_be_approved(admin: Api) -> None:
    gone, publisher = new_campaign(admin), new_publisher(admin)
    admin.delete(f"/admin/campaigns/{gone['id']}")
    response = admin.post(f"{path_of(publisher.id)}/campaigns", {"campaign_id": gone["id"]})
    assert errors_by_pointer(response) == {"/campaign_id": f"is an archived campaign: {gone['id']}"}


def test_unknown_publisher_is_not_found(admin: Api) -> None:
    path = path_of("pub_none")
    calls = [
        ("GET", ""),
        ("POST", "/keys"),
        ("DELETE", "/keys/abc"),
        ("GET", "/campaigns"),
        ("DELETE", "/campaigns/cmp_1"),
    ]
    assert [admin.call(method, path + rest).status for method, rest in calls] == [404] * len(calls)
    assert admin.patch(path, {}).status == 404
    assert admin.post(f"{path}/campaigns", {"campaign_id": new_campaign(admin)["id"]}).status == 404


WRONG: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({"name": None, "email": None}, {"/name", "/email"}),
    "an empty name": ({"name": ""}, {"/name"}),
    "no at": ({"email": "ann.pub.example"}, {"/email"}),
    "a space": ({"email": "ann @pub.example"}, {"/email"}),
    "two lines": ({"email": "ann@pub.example\nBcc: x@y.example"}, {"/email"}),
    "a key of one's own": ({"api_key": "slk_pub_mine"}, {"/api_key"}),
}


@pytest.mark.parametrize(("change", "pointers"), WRONG.values(), ids=WRONG)
def test_invalid_field_is_reported_with_its_pointer(admin: Api, change: dict[str, Any], pointers: set[str]) -> None:
    publisher = new_publisher(admin)
    assert set(errors_by_pointer(admin.post("/admin/publishers", {**ANN, **change}))) == pointers
    assert set(errors_by_pointer(admin.patch(path_of(publisher.id), change))) == pointers
    assert len(pages(admin, "/admin/publishers", 50)[0]) == 1


def test_new_publisher_cannot_be_suspended(admin: Api) -> None:
    response = admin.post("/admin/publishers", {**ANN, "status": "suspended"})
    assert errors_by_pointer(response) == {"/status": "is not a known field"}


def test_edit_changes_only_the_given_fields(admin: Api) -> None:
    before = good(admin.get(path_of(new_publisher(admin).id)))
    edited = admin.patch(path_of(before["id"]), {"name": "Anna"})
    assert edited.json == {**before, "name": "Anna", "version": 2, "updated_at": edited.json["updated_at"]}
    assert edited.headers["ETag"] == '"2"'
    assert admin.get(path_of(before["id"])).json == edited.json


def test_edit_of_another_version_changes_nothing(admin: Api) -> None:
    before = good(admin.get(path_of(new_publisher(admin).id)))
    assert admin.patch(path_of(before["id"]), {"status": "suspended"}, If_Match='"2"').status == 412
    assert admin.get(path_of(before["id"])).json == before


def test_null_resets_the_status_to_active(admin: Api) -> None:
    path = path_of(new_publisher(admin).id)
    admin.patch(path, {"status": "suspended"})
    assert admin.patch(path, {"status": None}).json["status"] == "active"


# Suspending


def test_suspended_publisher_can_read_but_not_apply(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    assert publisher.api.get("/publisher/me").json["status"] == "suspended"
    refused = apply(publisher, smartlink)
    assert (refused.status, refused.json["detail"]) == (
        403,
        "Your account is suspended: you can read, but not change anything. Ask the network.",
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/me/keys"), ("DELETE", "/me/keys/abc"), ("POST", "/postbacks"), ("PATCH", "/postbacks/x")],
)
def test_suspended_publisher_changes_nothing(admin: Api, method: str, path: str) -> None:
    publisher = new_publisher(admin)
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    assert publisher.api.call(method, f"/publisher{path}", b"{").status == 403


# Closing


def close(admin: Api, publisher_id: str, how: str) -> None:
    path = path_of(publisher_id)
    answer = admin.delete(path) if how == "delete" else admin.patch(path, {"status": "closed"})
    assert answer.status in {200, 204}


@pytest.mark.parametrize("how", ["delete", "patch"])
def test_closed_account_has_no_keys_and_its_links_use_the_fallback(admin: Api, how: str) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, publisher)
    second = Api(good(admin.post(f"{path_of(publisher.id)}/keys"))["api_key"])
    close(admin, publisher.id, how)
    assert [each.get("/publisher/me").status for each in (publisher.api, second)] == [401, 401]
    shown = good(admin.get(path_of(publisher.id)))
    assert (shown["status"], shown["keys"], shown["version"]) == ("closed", [], 2)
    assert clicked(code).headers["Location"] == "https://network.example/more"
    assert listed(admin, "/admin/publishers?status=closed") == [publisher.id]
    refused = admin.post(f"{path_of(publisher.id)}/keys")
    detail = f"The account of publisher {publisher.id} is closed. Set its status to active first."
    assert (refused.status, refused.json["detail"]) == (409, detail)


def test_closing_an_account_closes_its_pending_applications(admin: Api) -> None:
    publisher, other = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    approved, waiting = new_smartlink(admin), new_smartlink(admin)
    add_publisher(admin, approved, publisher)
    for each in (publisher, other):
        apply(each, waiting)
    close(admin, publisher.id, "delete")
    closed, pending = good(admin.get("/admin/applications"))["items"]
    assert (closed["status"], closed["reason"], closed["decided_by"]) == ("closed", "the account was closed", "admin")
    assert (pending["publisher_id"], pending["status"]) == (other.id, "pending")
    assert good(admin.get(f"/admin/smartlinks/{waiting['id']}"))["pending_count"] == 1
    assert (inconsistencies(), [row.kind for row in SmartlinkTaskRow.scan()]) == ([], ["account_closed"])
    finish_due(soon)
    assert "account_closed" not in [row.kind for row in SmartlinkTaskRow.scan()]


def test_applications_that_a_killed_request_left_are_closed_by_the_schedule(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, smartlinks = new_publisher(admin), [new_smartlink(admin) for _ in range(3)]
    for each in smartlinks:
        apply(publisher, each)
    with monkeypatch.context() as cut:
        cut.setattr("chalicelib.admin.publishers.storage.run_now", lambda *_: 1 / 0)
        assert admin.delete(path_of(publisher.id)).status == 500
    assert listed(admin, "/admin/applications?status=closed") == []
    SmartlinkTaskRow.query("tasks").next().update([SmartlinkTaskRow.cursor.set(min(each["id"] for each in smartlinks))])
    finish_due(soon)
    assert len(listed(admin, "/admin/applications?status=closed")) == 2


def test_application_is_not_written_if_the_account_is_closed_meanwhile(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    original, answers = applying.new_application, list[int]()

    def close_first(*arguments: Any) -> Any:
        if not answers:
            answers.append(admin.delete(path_of(publisher.id)).status)
        return original(*arguments)

    monkeypatch.setattr(applying, "new_application", close_first)
    refused = publisher.api.post(f"/publisher/smartlinks/{smartlink['id']}/apply", {})
    assert (answers, refused.status, refused.json["detail"]) == ([204], 403, "Your account is closed.")
    assert good(admin.get("/admin/applications?status=pending"))["items"] == []


def test_account_that_is_opened_again_gets_new_keys(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, publisher)
    close(admin, publisher.id, "delete")
    good(admin.patch(path_of(publisher.id), {"status": "active"}))
    assert publisher.api.get("/publisher/me").status == 401
    assert Api(good(admin.post(f"{path_of(publisher.id)}/keys"))["api_key"]).get("/publisher/me").status == 200
    assert clicked(code).headers["Location"].startswith("https://game.example/")


def test_key_that_survives_a_closing_cut_short_never_works_again(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = new_publisher(admin)
    with monkeypatch.context() as cut:
        cut.setattr("chalicelib.access.api_keys.revoke_all", lambda *_: 1 / 0)
        assert admin.delete(path_of(publisher.id)).status == 500
    assert publisher.api.get("/publisher/me").status == 401
    good(admin.patch(path_of(publisher.id), {"status": "active"}))
    assert publisher.api.get("/publisher/me").status == 401


def test_key_of_an_account_that_is_opened_while_it_is_closed_works(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher, revoke_all, made = new_publisher(admin), api_keys.revoke_all, list[Api]()

    def open_first(request: Request, owner_id: str) -> None:
        monkeypatch.setattr(api_keys, "revoke_all", revoke_all)
        good(admin.patch(path_of(owner_id), {"status": "active"}))
        made.append(Api(good(admin.post(f"{path_of(owner_id)}/keys"))["api_key"]))
        revoke_all(request, owner_id)

    monkeypatch.setattr(api_keys, "revoke_all", open_first)
    close(admin, publisher.id, "delete")
    assert [api.get("/publisher/me").status for api in (publisher.api, *made)] == [401, 200]


def test_account_is_closed_at_its_version_only(admin: Api) -> None:
    publisher = new_publisher(admin)
    assert admin.delete(path_of(publisher.id), If_Match='"2"').status == 412
    assert publisher.api.get("/publisher/me").status == 200
    assert admin.delete(path_of(publisher.id), If_Match='"1"').status == 204


def test_conversion_of_a_closed_account_is_still_recorded(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, payout="1"), new_publisher(admin)
    clicked(add_publisher(admin, new_smartlink(admin, campaign), publisher))
    (click_id,) = recorded()
    close(admin, publisher.id, "delete")
    sent = f"click_id={click_id}&token={campaign['postback_token']}"
    assert good(Api().get(f"/postback?{sent}"))["conversion_status"] == "approved"


# Keys


def test_admin_lists_the_keys_of_a_publisher(admin: Api) -> None:
    publisher = new_publisher(admin)
    path = f"{path_of(publisher.id)}/keys"
    second = good(admin.post(path))["key_id"]
    found = [[each["key_id"] for each in page] for page in pages(admin, path, 1)]
    assert found == [[publisher.api.key[8:20]], [second]]


def test_every_key_works_until_it_is_revoked(admin: Api) -> None:
    publisher = new_publisher(admin)
    created = admin.post(f"{path_of(publisher.id)}/keys")
    second = Api(created.json["api_key"])
    assert created.status == 201
    assert set(created.json) == {*KEY, "api_key"}
    assert [each.get("/publisher/me").status for each in (publisher.api, second)] == [200, 200]
    revoked = admin.delete(f"{path_of(publisher.id)}/keys/{created.json['key_id']}")
    assert (revoked.status, revoked.text) == (204, "")
    assert [each.get("/publisher/me").status for each in (publisher.api, second)] == [200, 401]


def test_keys_are_listed_oldest_first_without_revoked_ones(admin: Api) -> None:
    publisher = new_publisher(admin)
    path = f"{path_of(publisher.id)}/keys"
    created = [admin.post(path).json["key_id"] for _ in range(2)]
    admin.delete(f"{path}/{created[0]}")
    keys = good(admin.get(path_of(publisher.id)))["keys"]
    assert [key["key_id"] for key in keys[1:]] == created[1:]
    assert keys[0]["prefix"] == publisher.api.key[:20]


def test_key_is_revoked_only_under_its_own_publisher_and_only_once(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    key_id = ann.api.key[8:20]
    statuses = [admin.delete(f"{path_of(each.id)}/keys/{key_id}").status for each in (bob, ann, ann)]
    assert statuses == [404, 204, 404]


def test_admin_key_cannot_be_revoked_as_a_publisher_key(admin: Api) -> None:
    assert admin.delete(f"/admin/publishers/admin/keys/{admin.key[10:22]}").status == 404
    assert admin.get("/admin/publishers").status == 200


def test_publisher_key_is_forbidden_on_admin_endpoints(admin: Api) -> None:
    assert new_publisher(admin).api.get("/admin/publishers").status == 403


def test_secret_of_a_key_is_not_stored(admin: Api) -> None:
    secret = admin.post(f"{path_of(new_publisher(admin).id)}/keys").json["api_key"][-43:]
    rows = dynamodb().scan(TableName="smartlink-api_keys")["Items"]
    assert secret not in str(rows)
    assert {row["role"]["S"] for row in rows if "role" in row} == {
        authentication.Role.ADMIN.value,
        authentication.Role.PUBLISHER.value,
    }


# Campaigns


def test_approved_campaign_has_a_direct_link_that_redirects_to_it(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, "game"), new_publisher(admin)
    approval = approve(admin, publisher.id, campaign)
    assert set(approval) == APPROVAL
    assert (approval["campaign_id"], approval["campaign_name"]) == (campaign["id"], "game")
    assert approval["url"] == f"http://api1.execute-api.localhost:4566/s/{approval['tracking_key']}"
    click = click_and_explain(admin, approval["tracking_key"])
    assert (click["smartlink_id"], click["campaign_id"], click["outcome"]) == (None, campaign["id"], "offer")
    assert (click["publisher_id"], refusals(click)) == (publisher.id, [None])


def test_repeated_approval_keeps_the_tracking_key(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    assert approve(admin, publisher.id, campaign) == approve(admin, publisher.id, campaign)


def test_every_publisher_has_their_own_tracking_key(admin: Api) -> None:
    campaign = new_campaign(admin)
    keys = {approve(admin, new_publisher(admin, name).id, campaign)["tracking_key"] for name in ("Ann", "Bob")}
    assert len(keys) == 2


def test_withdrawn_link_stops_and_a_new_approval_reuses_its_key(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    key = approve(admin, publisher.id, campaign)["tracking_key"]
    path = f"{path_of(publisher.id)}/campaigns/{campaign['id']}"
    withdrawn = admin.delete(path)
    assert (withdrawn.status, withdrawn.text, admin.delete(path).status) == (204, "", 404)
    assert clicked(key).status == 404
    assert approve(admin, publisher.id, campaign)["tracking_key"] == key
    assert clicked(key).status == 302


def test_unknown_campaign_cannot_be_approved(admin: Api) -> None:
    path = f"{path_of(new_publisher(admin).id)}/campaigns"
    assert errors_by_pointer(admin.post(path, {"campaign_id": "cmp_none"})) == {
        "/campaign_id": "is not a campaign: cmp_none"
    }
    assert errors_by_pointer(admin.post(path, {})) == {"/campaign_id": "is required"}


# Concurrent changes


@pytest.mark.usefixtures("unhurried")
def test_concurrent_revocations_of_a_key_are_audited_once(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = new_publisher(admin)
    created = good(admin.post(f"{path_of(publisher.id)}/keys"))
    path, document = f"{path_of(publisher.id)}/keys/{created['key_id']}", api_keys.document

    def interrupted(row: ApiKeyRow) -> KeyDocument:
        monkeypatch.setattr(api_keys, "document", document)
        assert admin.delete(path).status == 204
        return document(row)

    monkeypatch.setattr(api_keys, "document", interrupted)
    assert admin.delete(path).status == 404
    assert len(good(admin.get(f"/admin/audit?subject={publisher.id}/{created['key_id']}"))["items"]) == 2


@pytest.mark.usefixtures("unhurried")
def test_concurrent_withdrawals_of_a_campaign_are_audited_once(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    approve(admin, publisher.id, campaign)
    path, withdraw = f"{path_of(publisher.id)}/campaigns/{campaign['id']}", campaign_approvals.withdraw

    def interrupted(request: Request, row: CampaignApprovalRow) -> None:
        monkeypatch.setattr(campaign_approvals, "withdraw", withdraw)
        assert admin.delete(path).status == 204
        withdraw(request, row)

    monkeypatch.setattr(campaign_approvals, "withdraw", interrupted)
    assert admin.delete(path).status == 404
    assert len(good(admin.get(f"/admin/audit?subject={publisher.id}/{campaign['id']}"))["items"]) == 2
