from typing import Any

import pytest

from chalicelib.access import api_keys, campaign_approvals
from chalicelib.access.api_key_schemas import KeyDocument
from chalicelib.admin.publishers import storage
from chalicelib.http import authentication
from chalicelib.http.request import Request
from chalicelib.tables.publishers import ApiKeyRow, CampaignApprovalRow, MembershipRow, PublisherRow
from chalicelib.tables.routes import LinkRow
from tests.conftest import Api
from tests.documents import (
    FALLBACK,
    apply,
    clicked,
    complaints,
    explained,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    put_on,
    refusals,
)

ANN = {"name": "Ann", "email": "ann@pub.example"}
PUBLISHER = {"id", "version", "name", "email", "status", "created_at", "updated_at", "keys"}
KEY = {"key_id", "prefix", "created_at"}
APPROVAL = {"campaign_id", "campaign_name", "tracking_key", "url", "approved_at"}


def path_of(publisher_id: str) -> str:
    return f"/admin/publishers/{publisher_id}"


def approve(admin: Api, publisher_id: str, campaign: dict[str, Any]) -> dict[str, Any]:
    path = f"{path_of(publisher_id)}/campaigns"
    approval: dict[str, Any] = good(admin.post(path, {"campaign_id": campaign["id"]}))
    return approval


def test_a_new_publisher_is_active_and_gets_a_key_that_works(admin: Api) -> None:
    made = admin.post("/admin/publishers", ANN)
    publisher = made.json
    assert made.status == 201
    assert set(publisher) == {*PUBLISHER, "api_key"}
    assert (publisher["id"][:4], publisher["version"], publisher["status"]) == ("pub_", 1, "active")
    assert (publisher["name"], publisher["email"]) == ("Ann", "ann@pub.example")
    assert Api(publisher["api_key"]).get("/publisher/me").json["id"] == publisher["id"]


def test_the_key_is_shown_once(admin: Api) -> None:
    publisher = good(admin.post("/admin/publishers", ANN))
    secret = publisher.pop("api_key")
    shown = admin.get(path_of(publisher["id"]))
    assert shown.json == publisher
    assert secret[-43:] not in shown.text + admin.get("/admin/publishers").text


def test_a_publishers_keys_are_named_by_their_public_part(admin: Api) -> None:
    publisher = good(admin.post("/admin/publishers", ANN))
    (key,) = publisher["keys"]
    assert set(key) == KEY
    assert key["prefix"] == publisher["api_key"][:20] == f"slk_pub_{key['key_id']}"


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_publishers_are_listed_newest_first(admin: Api, limit: int) -> None:
    made = [good(admin.get(path_of(new_publisher(admin, name).id))) for name in ("Ann", "Bob", "Cid")]
    listed = [each for page in pages(admin, "/admin/publishers", limit) for each in page]
    assert listed == [{name: value for name, value in each.items() if name != "keys"} for each in made[::-1]]


def test_an_archived_campaign_is_approved_for_nobody(admin: Api) -> None:
    gone, publisher = new_campaign(admin), new_publisher(admin)
    admin.delete(f"/admin/campaigns/{gone['id']}")
    answered = admin.post(f"{path_of(publisher.id)}/campaigns", {"campaign_id": gone["id"]})
    assert complaints(answered) == {"/campaign_id": f"is an archived campaign: {gone['id']}"}


def test_what_is_no_publisher_is_not_found(admin: Api) -> None:
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
def test_a_wrong_field_is_named_with_its_pointer(admin: Api, change: dict[str, Any], pointers: set[str]) -> None:
    publisher = new_publisher(admin)
    assert set(complaints(admin.post("/admin/publishers", {**ANN, **change}))) == pointers
    assert set(complaints(admin.patch(path_of(publisher.id), change))) == pointers
    assert len(pages(admin, "/admin/publishers", 50)[0]) == 1


def test_a_new_publisher_cannot_be_made_suspended(admin: Api) -> None:
    answered = admin.post("/admin/publishers", {**ANN, "status": "suspended"})
    assert complaints(answered) == {"/status": "is not a known field"}


def test_an_edit_changes_what_it_names_and_nothing_else(admin: Api) -> None:
    before = good(admin.get(path_of(new_publisher(admin).id)))
    edited = admin.patch(path_of(before["id"]), {"name": "Anna"})
    assert edited.json == {**before, "name": "Anna", "version": 2, "updated_at": edited.json["updated_at"]}
    assert edited.headers["ETag"] == '"2"'
    assert admin.get(path_of(before["id"])).json == edited.json


def test_a_stale_edit_changes_nothing(admin: Api) -> None:
    before = good(admin.get(path_of(new_publisher(admin).id)))
    assert admin.patch(path_of(before["id"]), {"status": "suspended"}, If_Match='"2"').status == 412
    assert admin.get(path_of(before["id"])).json == before


@pytest.mark.usefixtures("unhurried")
def test_an_edit_that_another_one_crossed_is_made_anew_on_top_of_it(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, saved = path_of(new_publisher(admin).id), storage.save

    def crossed(request: Request, row: PublisherRow, before: dict[str, Any]) -> None:
        monkeypatch.setattr(storage, "save", saved)
        admin.patch(path, {"status": "suspended"})
        saved(request, row, before)

    monkeypatch.setattr(storage, "save", crossed)
    edited = good(admin.patch(path, {"name": "Anna"}))
    assert (edited["name"], edited["status"], edited["version"]) == ("Anna", "suspended", 3)


def test_null_takes_the_status_back_to_active(admin: Api) -> None:
    path = path_of(new_publisher(admin).id)
    admin.patch(path, {"status": "suspended"})
    assert admin.patch(path, {"status": None}).json["status"] == "active"


# Suspending


def test_the_links_of_a_suspended_publisher_fall_back(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    last = new_campaign(admin, "last", fail_url="https://last.example/fail")
    smartlink = new_smartlink(admin, campaign, catch_all_campaign_id=last["id"])
    code = put_on(admin, smartlink, publisher)
    apply(publisher, new_smartlink(admin))
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    click = explained(admin, code)
    assert (click["outcome"], click["destination_url"], click["campaign_id"]) == ("fallback", FALLBACK, None)
    assert refusals(click) == ["not_approved"]


def test_the_direct_links_of_a_suspended_publisher_end_on_the_page(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, fail_url="https://acme.example/fail"), new_publisher(admin)
    key = approve(admin, publisher.id, campaign)["tracking_key"]
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    click = explained(admin, key)
    assert (click["outcome"], click["destination_url"], refusals(click)) == ("no_offer", None, ["not_approved"])


def test_the_links_of_a_reinstated_publisher_work_as_before(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    code = put_on(admin, new_smartlink(admin, campaign), publisher)
    key = good(admin.get(f"{path_of(publisher.id)}/campaigns"))["items"][0]["tracking_key"]
    for status in ("suspended", "active"):
        admin.patch(path_of(publisher.id), {"status": status})
    assert [explained(admin, each)["outcome"] for each in (code, key)] == ["offer", "offer"]


def test_nobody_elses_links_are_suspended(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    put_on(admin, smartlink, ann)
    code = put_on(admin, smartlink, bob)
    admin.patch(path_of(ann.id), {"status": "suspended"})
    assert explained(admin, code)["outcome"] == "offer"


def test_a_suspended_publisher_with_more_links_than_fit_into_a_transaction_loses_them_all(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_LINKS_AT_ONCE", 1)
    publisher = new_publisher(admin)
    codes = [put_on(admin, new_smartlink(admin, new_campaign(admin)), publisher) for _ in range(3)]
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    assert [explained(admin, code)["outcome"] for code in codes] == ["fallback"] * 3


def test_a_link_got_while_suspended_begins_to_work_with_the_publisher(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin)), new_publisher(admin)
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    code = put_on(admin, smartlink, publisher)
    assert explained(admin, code)["outcome"] == "fallback"
    admin.patch(path_of(publisher.id), {"status": "active"})
    assert explained(admin, code)["outcome"] == "offer"


def test_a_link_stopped_while_suspended_stays_stopped_and_comes_back_working(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin)), new_publisher(admin)
    code = put_on(admin, smartlink, publisher)
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    admin.patch(path_of(publisher.id), {"status": "active"})
    assert clicked(code).status == 404
    assert put_on(admin, smartlink, publisher) == code
    assert explained(admin, code)["outcome"] == "offer"


def test_a_suspended_publisher_still_reads_but_cannot_apply(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    assert publisher.api.get("/publisher/me").json["status"] == "suspended"
    refused = apply(publisher, smartlink)
    assert (refused.status, refused.json["detail"]) == (403, "your account is suspended")


# Keys


def test_every_key_of_a_publisher_works_until_it_is_revoked(admin: Api) -> None:
    publisher = new_publisher(admin)
    made = admin.post(f"{path_of(publisher.id)}/keys")
    second = Api(made.json["api_key"])
    assert made.status == 201
    assert set(made.json) == {*KEY, "api_key"}
    assert [each.get("/publisher/me").status for each in (publisher.api, second)] == [200, 200]
    revoked = admin.delete(f"{path_of(publisher.id)}/keys/{made.json['key_id']}")
    assert (revoked.status, revoked.text) == (204, "")
    assert [each.get("/publisher/me").status for each in (publisher.api, second)] == [200, 401]


def test_a_publishers_keys_are_listed_oldest_first_without_the_revoked(admin: Api) -> None:
    publisher = new_publisher(admin)
    path = f"{path_of(publisher.id)}/keys"
    made = [admin.post(path).json["key_id"] for _ in range(2)]
    admin.delete(f"{path}/{made[0]}")
    keys = good(admin.get(path_of(publisher.id)))["keys"]
    assert [key["key_id"] for key in keys[1:]] == made[1:]
    assert keys[0]["prefix"] == publisher.api.key[:20]


def test_a_key_can_be_revoked_by_its_own_publisher_only_and_once(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    key_id = ann.api.key[8:20]
    statuses = [admin.delete(f"{path_of(each.id)}/keys/{key_id}").status for each in (bob, ann, ann)]
    assert statuses == [404, 204, 404]


def test_an_admins_key_is_no_publishers_key(admin: Api) -> None:
    assert admin.delete(f"/admin/publishers/admin/keys/{admin.key[10:22]}").status == 404
    assert admin.get("/admin/publishers").status == 200


def test_a_key_does_not_open_the_admins_side(admin: Api) -> None:
    assert new_publisher(admin).api.get("/admin/publishers").status == 403


def test_no_table_holds_a_keys_secret(admin: Api) -> None:
    secret = admin.post(f"{path_of(new_publisher(admin).id)}/keys").json["api_key"][-43:]
    rows = list(ApiKeyRow.scan())
    assert secret not in str([row.serialize() for row in rows])
    assert {row.role for row in rows} == {authentication.Role.ADMIN.value, authentication.Role.PUBLISHER.value}


# Campaigns


def test_an_approved_campaign_has_a_tracking_key_that_redirects_to_it(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, "game"), new_publisher(admin)
    approval = approve(admin, publisher.id, campaign)
    assert set(approval) == APPROVAL
    assert (approval["campaign_id"], approval["campaign_name"]) == (campaign["id"], "game")
    assert approval["url"] == f"http://api1.execute-api.localhost:4566/s/{approval['tracking_key']}"
    click = explained(admin, approval["tracking_key"])
    assert (click["smartlink_id"], click["campaign_id"], click["outcome"]) == (None, campaign["id"], "offer")
    assert (click["publisher_id"], refusals(click)) == (publisher.id, [None])


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_campaigns_of_a_publisher_are_listed_without_the_withdrawn(admin: Api, limit: int) -> None:
    publisher = new_publisher(admin)
    approved = [approve(admin, publisher.id, new_campaign(admin, name)) for name in ("a", "b", "c", "d")]
    path = f"{path_of(publisher.id)}/campaigns"
    assert admin.delete(f"{path}/{approved.pop(1)['campaign_id']}").status == 204
    assert [each for page in pages(admin, path, limit) for each in page] == approved


def test_a_campaign_approved_twice_keeps_its_key(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    assert approve(admin, publisher.id, campaign) == approve(admin, publisher.id, campaign)


def test_two_publishers_have_two_keys_for_one_campaign(admin: Api) -> None:
    campaign = new_campaign(admin)
    keys = {approve(admin, new_publisher(admin, name).id, campaign)["tracking_key"] for name in ("Ann", "Bob")}
    assert len(keys) == 2


def test_a_withdrawn_campaigns_link_stops_and_its_key_comes_back(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    key = approve(admin, publisher.id, campaign)["tracking_key"]
    path = f"{path_of(publisher.id)}/campaigns/{campaign['id']}"
    withdrawn = admin.delete(path)
    assert (withdrawn.status, withdrawn.text, admin.delete(path).status) == (204, "", 404)
    assert clicked(key).status == 404
    assert approve(admin, publisher.id, campaign)["tracking_key"] == key
    assert clicked(key).status == 302


def test_only_a_campaign_can_be_approved(admin: Api) -> None:
    path = f"{path_of(new_publisher(admin).id)}/campaigns"
    assert complaints(admin.post(path, {"campaign_id": "cmp_none"})) == {"/campaign_id": "is not a campaign: cmp_none"}
    assert complaints(admin.post(path, {})) == {"/campaign_id": "is required"}


# Changes that others cross


@pytest.mark.usefixtures("unhurried")
def test_a_key_that_is_revoked_twice_in_the_same_moment_is_revoked_and_audited_once(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = new_publisher(admin)
    made = good(admin.post(f"{path_of(publisher.id)}/keys"))
    path, document = f"{path_of(publisher.id)}/keys/{made['key_id']}", api_keys.document

    def crossed(row: ApiKeyRow) -> KeyDocument:
        monkeypatch.setattr(api_keys, "document", document)
        assert admin.delete(path).status == 204
        return document(row)

    monkeypatch.setattr(api_keys, "document", crossed)
    assert admin.delete(path).status == 404
    assert len(good(admin.get(f"/admin/audit?subject={publisher.id}/{made['key_id']}"))["items"]) == 2


@pytest.mark.usefixtures("unhurried")
def test_a_campaign_that_is_withdrawn_twice_in_the_same_moment_is_withdrawn_and_audited_once(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    approve(admin, publisher.id, campaign)
    path, withdraw = f"{path_of(publisher.id)}/campaigns/{campaign['id']}", campaign_approvals.withdraw

    def crossed(request: Request, row: CampaignApprovalRow) -> None:
        monkeypatch.setattr(campaign_approvals, "withdraw", withdraw)
        assert admin.delete(path).status == 204
        withdraw(request, row)

    monkeypatch.setattr(campaign_approvals, "withdraw", crossed)
    assert admin.delete(path).status == 404
    assert len(good(admin.get(f"/admin/audit?subject={publisher.id}/{campaign['id']}"))["items"]) == 2


def test_an_edit_over_more_links_than_one_transaction_takes_reaches_them_all(admin: Api) -> None:
    publisher = new_publisher(admin)
    for n in range(95):
        code = f"code{n:06}"
        MembershipRow(publisher.id, f"sml_{n}", status="approved", code=code).save()
        LinkRow(code, publisher_id=publisher.id, route_id=f"sml_{n}", active=True, publisher_active=True).save()
    good(admin.patch(path_of(publisher.id), {"status": "suspended"}))
    assert {row.publisher_active for row in LinkRow.scan()} == {False}
