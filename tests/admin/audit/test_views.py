from typing import Any

import pytest

from chalicelib.admin.audit import views
from chalicelib.lists.reads import Reads
from chalicelib.tables.publishers import PublisherRow
from chalicelib.tables.requests import AuditRow
from tests.conftest import Api, dynamodb
from tests.documents import (
    add_publisher,
    apply,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    pending,
)
from tests.people import new_user

AUDIT = "/admin/audit"


def audited(admin: Api, subject: str = "") -> list[dict[str, Any]]:
    query = f"&subject={subject}" if subject else ""
    items: list[dict[str, Any]] = good(admin.get(f"{AUDIT}?limit=200{query}"))["items"]
    return items


def latest(admin: Api, subject: str = "") -> tuple[str, str, Any, Any]:
    """Return action, subject, before and after of the newest change."""
    entry = audited(admin, subject)[0]
    return entry["action"], entry["subject"], entry["before"], entry["after"]


def actions(admin: Api, subject: str = "") -> list[str]:
    """Return the actions, oldest first."""
    return [each["action"] for each in reversed(audited(admin, subject))]


# The list


def test_entry_has_actor_action_subject_and_time(admin: Api) -> None:
    campaign = new_campaign(admin)
    (entry,) = audited(admin)
    assert entry == {
        "id": entry["id"],
        "at": campaign["created_at"],
        "actor": admin.key.removeprefix("slk_admin_")[:12],
        "user_id": "admin",
        "user_name": "admin",
        "action": "POST /admin/campaigns",
        "subject": campaign["id"],
        "before": None,
        "after": entry["after"],
    }
    assert entry["id"].startswith("aud_")


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_changes_are_listed_newest_first(admin: Api, limit: int) -> None:
    created = [new_campaign(admin, name)["id"] for name in ("a", "b", "c")]
    listed = [each["subject"] for page in pages(admin, AUDIT, limit) for each in page]
    assert listed == created[::-1]


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_changes_are_filtered_by_subject(admin: Api, limit: int) -> None:
    first, second = new_campaign(admin, "a"), new_campaign(admin, "b")
    for payout in ("1", "2"):
        good(admin.patch(f"/admin/campaigns/{first['id']}", {"payout": payout}))
        good(admin.patch(f"/admin/campaigns/{second['id']}", {"payout": payout}))
    changes = [each for page in pages(admin, f"{AUDIT}?subject={first['id']}", limit) for each in page]
    assert [change["after"]["payout"] for change in changes] == ["2", "1", "0"]
    assert {change["subject"] for change in changes} == {first["id"]}


def test_pair_is_listed_under_itself_and_both_ids(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    add_publisher(admin, smartlink, publisher)
    pair = f"{smartlink['id']}/{publisher.id}"
    assert [audited(admin, each)[0]["subject"] for each in (pair, smartlink["id"], publisher.id)] == [pair] * 3
    assert len(audited(admin, pair)) == 1
    assert [each["subject"] for each in audited(admin)] == [pair, publisher.id, smartlink["id"]]


def test_subject_without_changes_has_an_empty_list(admin: Api) -> None:
    assert audited(admin, "cmp_none") == []


def test_empty_subject_lists_all_changes(admin: Api) -> None:
    campaign = new_campaign(admin)
    assert [each["subject"] for each in good(admin.get(f"{AUDIT}?subject="))["items"]] == [campaign["id"]]


def an_old_change(n: int, subject: str = "cmp_1") -> None:
    """Store a change as earlier releases did: without a user."""
    for partition in ("2026", f"{subject}#2026"):
        fields: dict[str, Any] = {"at": "", "actor": "key_1", "action": "POST /admin/campaigns", "subject": subject}
        AuditRow(partition, f"aud_00{n}", before=None, after={}, **fields).save()


def test_change_of_an_earlier_release_is_that_of_the_owner_admin(admin: Api) -> None:
    an_old_change(1)
    (entry,) = audited(admin)
    assert (entry["actor"], entry["user_id"], entry["user_name"]) == ("key_1", "admin", "admin")


def test_changes_are_filtered_by_user(admin: Api) -> None:
    for n in range(3):
        an_old_change(n)
    user = new_user(admin, "manager")
    before = {each["id"] for each in audited(admin)}
    first, second = new_campaign(user.api), new_campaign(admin)
    good(user.api.patch(f"/admin/campaigns/{second['id']}", {"payout": "1"}))

    def found(filters: str) -> list[str]:
        items = [each for page in pages(admin, f"{AUDIT}?{filters}", 1) for each in page]
        return [each["subject"] for each in items if each["id"] not in before or each["id"].startswith("aud_00")]

    assert found(f"user_id={user.id}") == [second["id"], first["id"]]
    assert found("user_id=admin") == [second["id"], *["cmp_1"] * 3]
    assert found(f"user_id={user.id}&subject={second['id']}") == [second["id"]]
    assert found("user_id=admin&subject=cmp_1") == ["cmp_1"] * 3
    assert found("user_id=usr_none") == []


def test_changes_are_searched_by_subject_action_and_name(admin: Api) -> None:
    user, campaign = new_user(admin, "manager", "Ben"), new_campaign(admin)
    good(user.api.patch(f"/admin/campaigns/{campaign['id']}", {"payout": "1"}))
    counts = {q: len(good(admin.get(f"{AUDIT}?q={q}"))["items"]) for q in ("ben", "patch", campaign["id"], "nothing")}
    assert counts == {"ben": 1, "patch": 1, campaign["id"]: 2, "nothing": 0}
    assert good(admin.get(f"{AUDIT}?count=true&limit=1"))["total"] == 4


def test_page_ends_early_after_many_changes_that_do_not_match(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "Reads", lambda: Reads(items=2))
    for n in range(5):
        an_old_change(n)
    found = pages(admin, f"{AUDIT}?q=none", 200)
    assert [len(page) for page in found] == [0, 0, 0]


def test_cursor_of_another_list_is_an_error(admin: Api) -> None:
    campaign, _ = new_campaign(admin), new_campaign(admin)
    cursor = good(admin.get(f"{AUDIT}?limit=1"))["next_cursor"]
    refused = admin.get(f"{AUDIT}?subject={campaign['id']}&cursor={cursor}")
    assert errors_by_pointer(refused) == {"/cursor": "is not a cursor of this list"}


def test_large_changes_are_spread_over_pages_without_gaps(admin: Api) -> None:
    for n in range(45):
        after = {"long": "x" * 190_000}
        AuditRow("2026", f"aud_{n:02}", at="", actor="", action="", subject="", before=None, after=after).save()
    listed = pages(admin, AUDIT, 200)
    assert [len(page) for page in listed] == [5] * 9
    assert [each["id"] for page in listed for each in page] == [f"aud_{n:02}" for n in reversed(range(45))]


# Campaigns


def test_campaign_is_audited_by_its_settings_without_its_token(admin: Api) -> None:
    campaign = new_campaign(admin, payout="1.50")
    path = f"/admin/campaigns/{campaign['id']}"
    good(admin.patch(path, {"payout": "2.00"}))
    action, subject, before, after = latest(admin)
    assert (action, subject) == ("PATCH /admin/campaigns/{campaign_id}", campaign["id"])
    assert (before["payout"], after["payout"]) == ("1.50", "2.00")
    assert {**before, "payout": "2.00"} == after
    assert campaign["postback_token"] not in admin.get(AUDIT).text


def test_archived_campaign_is_audited_by_its_status(admin: Api) -> None:
    campaign = new_campaign(admin)
    admin.delete(f"/admin/campaigns/{campaign['id']}")
    action, subject, before, after = latest(admin)
    assert (action, subject) == ("DELETE /admin/campaigns/{campaign_id}", campaign["id"])
    assert (before["status"], after["status"]) == ("active", "archived")


def test_edit_of_a_campaign_in_many_smartlinks_is_audited_once(admin: Api) -> None:
    campaign = new_campaign(admin)
    for _ in range(41):
        new_smartlink(admin, campaign)
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"payout": "2"}))
    assert actions(admin)[42:] == ["PATCH /admin/campaigns/{campaign_id}"]


# Smartlinks


def test_every_change_of_a_smartlink_is_audited(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    path = f"/admin/smartlinks/{smartlink['id']}"
    good(admin.patch(path, {"name": "Winter"}))
    good(admin.post(f"{path}/pause"))
    good(admin.post(f"{path}/resume"))
    admin.delete(path)
    entries = audited(admin, smartlink["id"])[::-1]
    assert [each["action"] for each in entries] == [
        "POST /admin/smartlinks",
        "PATCH /admin/smartlinks/{smartlink_id}",
        "POST /admin/smartlinks/{smartlink_id}/pause",
        "POST /admin/smartlinks/{smartlink_id}/resume",
        "DELETE /admin/smartlinks/{smartlink_id}",
    ]
    shown = [
        [each[side] and (each[side]["name"], each[side]["status"]) for side in ("before", "after")] for each in entries
    ]
    summer, winter, paused = ("Summer App Deals", "active"), ("Winter", "active"), ("Winter", "paused")
    assert shown == [[None, summer], [summer, winter], [winter, paused], [paused, winter], [winter, None]]


def test_large_smartlink_is_audited_by_its_differences(admin: Api) -> None:
    campaigns = [new_campaign(admin, f"c{n}") for n in range(3)]
    targeting = {"sources": [f"{n:03}{'s' * 200}" for n in range(200)]}
    offers = [{"campaign_id": each["id"], "targeting": targeting} for each in campaigns]
    smartlink = new_smartlink(admin, *offers)
    good(admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"name": "Winter"}))
    _, _, before, after = latest(admin)
    assert before == {"truncated": True, "name": "Summer App Deals"}
    assert after == {"truncated": True, "name": "Winter"}


def test_added_and_removed_publisher_is_audited_as_a_pair(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    code = add_publisher(admin, smartlink, publisher)
    pair = f"{smartlink['id']}/{publisher.id}"
    approved = {
        "smartlink_id": smartlink["id"],
        "publisher_id": publisher.id,
        "application_id": None,
        "status": "approved",
        "code": code,
    }
    assert latest(admin) == ("POST /admin/smartlinks/{smartlink_id}/publishers", pair, None, approved)
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    removal = "DELETE /admin/smartlinks/{smartlink_id}/publishers/{publisher_id}"
    assert latest(admin) == (removal, pair, approved, {**approved, "status": "declined"})


def test_publisher_added_twice_is_audited_once(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    for _ in range(2):
        add_publisher(admin, smartlink, publisher)
    assert len(audited(admin, f"{smartlink['id']}/{publisher.id}")) == 1


# Applications


def test_approved_application_is_audited_with_the_code_of_the_link(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    (application,) = pending(admin)
    code = good(admin.post(f"/admin/applications/{application}/approve"))["link"]["code"]
    pending_state = {
        "smartlink_id": smartlink["id"],
        "publisher_id": publisher.id,
        "application_id": application,
        "status": "pending",
        "code": None,
    }
    action = "POST /admin/applications/{application_id}/approve"
    assert latest(admin) == (action, application, pending_state, {**pending_state, "status": "approved", "code": code})


def test_declined_application_is_audited_with_its_reason(admin: Api) -> None:
    apply(new_publisher(admin), new_smartlink(admin))
    (application,) = pending(admin)
    good(admin.post(f"/admin/applications/{application}/decline", {"reason": "no such traffic"}))
    action, subject, before, after = latest(admin)
    assert (action, subject) == ("POST /admin/applications/{application_id}/decline", application)
    assert after == {**before, "status": "declined", "reason": "no such traffic"}


# Publishers


def test_new_publisher_is_audited_with_the_id_of_their_key_without_its_secret(admin: Api) -> None:
    created = good(admin.post("/admin/publishers", {"name": "Ann", "email": "ann@pub.example"}))
    key_id = created["keys"][0]["key_id"]
    after = {
        "name": "Ann",
        "email": "ann@pub.example",
        "tags": [],
        "status": "active",
        "email_notifications": {},
        "key_id": key_id,
    }
    assert latest(admin) == ("POST /admin/publishers", created["id"], None, after)
    assert created["api_key"][-43:] not in admin.get(AUDIT).text


def test_suspension_is_audited(admin: Api) -> None:
    publisher = new_publisher(admin, "Ann")
    good(admin.patch(f"/admin/publishers/{publisher.id}", {"status": "suspended"}))
    before = {"name": "Ann", "email": "ann@pub.example", "tags": [], "status": "active", "email_notifications": {}}
    action = "PATCH /admin/publishers/{publisher_id}"
    assert latest(admin) == (action, publisher.id, before, {**before, "status": "suspended"})


def test_created_and_revoked_key_is_audited_by_its_public_part(admin: Api) -> None:
    publisher = new_publisher(admin)
    path = f"/admin/publishers/{publisher.id}/keys"
    created = good(admin.post(path))
    secret = created.pop("api_key")[-43:]
    pair = f"{publisher.id}/{created['key_id']}"
    assert latest(admin) == ("POST /admin/publishers/{publisher_id}/keys", pair, None, created)
    assert admin.delete(f"{path}/{created['key_id']}").status == 204
    assert latest(admin) == ("DELETE /admin/publishers/{publisher_id}/keys/{key_id}", pair, created, None)
    assert secret not in admin.get(AUDIT).text


def test_approved_and_withdrawn_campaign_is_audited_as_a_pair(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    path, body = f"/admin/publishers/{publisher.id}/campaigns", {"campaign_id": campaign["id"]}
    approval = good(admin.post(path, body))
    pair = f"{publisher.id}/{campaign['id']}"
    active = {
        "tracking_key": approval["tracking_key"],
        "active": True,
        "approved_at": approval["approved_at"],
        "granted_by": None,
    }
    assert latest(admin) == ("POST /admin/publishers/{publisher_id}/campaigns", pair, None, active)
    admin.delete(f"{path}/{campaign['id']}")
    withdrawn = "DELETE /admin/publishers/{publisher_id}/campaigns/{campaign_id}"
    assert latest(admin) == (withdrawn, pair, active, {**active, "active": False})
    good(admin.post(path, body))
    assert [each["before"] and each["before"]["active"] for each in audited(admin, pair)] == [False, True, None]


# Changes that are not audited


def test_repeated_request_is_audited_once(admin: Api) -> None:
    body = {"name": "Ann", "email": "ann@pub.example"}
    for _ in range(2):
        good(admin.post("/admin/publishers", body, Idempotency_Key="k"))
    assert actions(admin) == ["POST /admin/publishers"]


def test_rejected_change_is_not_audited(admin: Api) -> None:
    campaign = new_campaign(admin)
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"payout": "much"})
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"payout": "2"}, If_Match='"7"')
    assert actions(admin) == ["POST /admin/campaigns"]


def test_change_fails_if_the_audit_log_is_unavailable(admin: Api) -> None:
    publisher = new_publisher(admin, "Ann")
    dynamodb().delete_table(TableName="smartlink-audit")
    assert admin.patch(f"/admin/publishers/{publisher.id}", {"name": "Anna"}).status == 503
    assert PublisherRow.get(publisher.id).name == "Ann"


def test_key_that_a_publisher_makes_or_revokes_is_audited_in_their_name(admin: Api) -> None:
    publisher = new_publisher(admin, "Ann")
    key_id = good(publisher.api.post("/publisher/me/keys"))["key_id"]
    assert publisher.api.delete(f"/publisher/me/keys/{key_id}").status == 204
    entries = audited(admin, f"{publisher.id}/{key_id}")
    own = publisher.api.key[8:20]
    assert [(each["user_id"], each["user_name"], each["actor"], each["action"]) for each in entries] == [
        (publisher.id, "Ann", own, "DELETE /publisher/me/keys/{key_id}"),
        (publisher.id, "Ann", own, "POST /publisher/me/keys"),
    ]


def test_changes_by_publishers_other_than_of_their_keys_are_not_audited(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin, visibility="public")
    before = audited(admin)
    good(apply(publisher, smartlink))
    assert audited(admin) == before


def test_publishers_cannot_read_the_audit_log(admin: Api) -> None:
    assert new_publisher(admin).api.get(AUDIT).status == 403
