from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.admin.users import roster
from chalicelib.http import authentication
from chalicelib.notifications.preferences import Audience, email_choices
from chalicelib.tables.users import UserRow
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, listed, new_campaign
from tests.people import CREATED_AT, new_user

USERS = "/admin/users"
DEFAULT_EMAILS = email_choices({}, Audience.STAFF)
BEN = {"name": "Ben", "email": "ben@network.example", "role": "manager"}
FIRST = {
    "id": "admin",
    "version": 0,
    "name": "admin",
    "email": None,
    "role": "owner",
    "email_notifications": DEFAULT_EMAILS,
    "created_at": None,
    "updated_at": None,
}


def path_of(user_id: str) -> str:
    return f"{USERS}/{user_id}"


def version_of(admin: Api, user_id: str) -> str:
    return admin.get(path_of(user_id)).headers["ETag"]


def act_after_the_first_read(monkeypatch: pytest.MonkeyPatch, act: Callable[[], int]) -> list[int]:
    """Let another request change the users after the next one read them; return the list of its status."""
    load, statuses, acts = roster.load_roster, list[int](), [act]

    def load_and_lose() -> roster.Roster:
        loaded = load()
        if acts:
            statuses.append(acts.pop()())
        return loaded

    monkeypatch.setattr("chalicelib.admin.users.views.load_roster", load_and_lose)
    return statuses


# The owner `admin`


def test_owner_of_the_keys_of_earlier_releases_is_listed(admin: Api) -> None:
    assert good(admin.get(USERS)) == {"items": [FIRST], "next_cursor": None, "total": None}
    assert good(admin.get(path_of("admin"))) == FIRST


def test_edited_owner_admin_is_stored_and_their_keys_still_work(admin: Api) -> None:
    edited = good(admin.patch(path_of("admin"), {"name": "Ann", "email": "ann@network.example"}, If_Match='"0"'))
    assert edited["created_at"] == edited["updated_at"] != None  # noqa: E711 - both in one
    assert edited == {**FIRST, **edited, "version": 1, "name": "Ann", "email": "ann@network.example"}
    assert good(admin.get(path_of("admin"))) == edited
    assert listed(admin, USERS) == ["admin"]


def test_owner_admin_is_removed_once_there_is_another_owner(admin: Api) -> None:
    refused = admin.delete(path_of("admin"))
    assert (refused.status, refused.json["detail"]) == (
        409,
        "User admin is the last owner. Make another user an owner first.",
    )
    other = new_user(admin, "owner")
    assert other.api.delete(path_of("admin"), If_Match='"0"').status == 204
    assert (admin.get(USERS).status, listed(other.api, USERS)) == (401, [other.id])
    assert other.api.delete(path_of("admin")).status == 404


# Create, show and edit


def test_new_user_has_no_key_until_one_is_made(admin: Api) -> None:
    created = admin.post(USERS, {**BEN, "email": " ben@network.example "})
    user = created.json
    assert (created.status, created.headers["ETag"], user["id"][:4]) == (201, '"1"', "usr_")
    assert user == {**FIRST, **BEN, **{name: user[name] for name in ("id", "created_at", "updated_at")}, "version": 1}
    assert good(admin.get(f"{path_of(user['id'])}/keys"))["items"] == []
    key = good(admin.post(f"{path_of(user['id'])}/keys"))["api_key"]
    assert good(Api(key).get("/admin/me"))["user"]["id"] == user["id"]


def test_edit_changes_only_the_given_fields(admin: Api) -> None:
    user = good(admin.post(USERS, BEN))
    switches = {"cap_reached": False, "fallback_share": True}
    edited = good(admin.patch(path_of(user["id"]), {"email_notifications": switches}, If_Match='"1"'))
    choices = {**DEFAULT_EMAILS, **switches}
    assert edited == {**user, "email_notifications": choices, "version": 2, "updated_at": edited["updated_at"]}
    merged = good(admin.patch(path_of(user["id"]), {"email_notifications": {"cap_reached": None}}))
    assert merged["email_notifications"] == {**DEFAULT_EMAILS, "fallback_share": True}
    assert admin.patch(path_of(user["id"]), {"name": "Bob"}, If_Match='"2"').status == 412


def test_repeated_request_creates_one_user(admin: Api) -> None:
    first, second = (admin.post(USERS, BEN, Idempotency_Key="k") for _ in range(2))
    assert first.json == second.json
    assert len(listed(admin, USERS)) == 2


WRONG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "no such role": ({"role": "boss"}, {"/role": "must be 'owner', 'manager' or 'analyst'"}),
    "no address": ({"email": "ben"}, {"/email": "must be an e-mail address such as ann@pub.example"}),
    "a padded address": (
        {"email": " " * 300 + "other@network.example"},
        {"/email": "must be an e-mail address such as ann@pub.example"},
    ),
    "an empty name": ({"name": ""}, {"/name": "must not be empty"}),
    "an unknown field": ({"phone": "1"}, {"/phone": "is not a known field"}),
}


@pytest.mark.parametrize(("change", "errors"), WRONG.values(), ids=WRONG)
def test_invalid_field_is_reported_with_its_pointer(admin: Api, change: dict[str, Any], errors: dict[str, str]) -> None:
    user = good(admin.post(USERS, {**BEN, "email": "other@network.example"}))
    assert errors_by_pointer(admin.post(USERS, {**BEN, **change})) == errors
    assert errors_by_pointer(admin.patch(path_of(user["id"]), change)) == errors


@pytest.mark.parametrize("choice", [True, None])
def test_unknown_kind_of_notification_is_reported(admin: Api, choice: bool | None) -> None:
    errors = errors_by_pointer(admin.patch(path_of("admin"), {"email_notifications": {"lunch": choice}}))
    assert list(errors) == ["/email_notifications/lunch"]


@pytest.mark.parametrize("email", ["ben@network.example", "BEN@network.example", "  ben@network.example"])
def test_email_address_belongs_to_one_user(admin: Api, email: str) -> None:
    user, other = new_user(admin, name="Ben"), new_user(admin, name="Cleo")
    taken = {"/email": "is that of another user"}
    assert errors_by_pointer(admin.post(USERS, {**BEN, "email": email, "name": "x"})) == taken
    assert errors_by_pointer(admin.patch(path_of(other.id), {"email": email})) == taken
    assert good(admin.patch(path_of(user.id), {"email": email}))["email"] == email.strip()


def test_email_address_of_a_removed_user_is_free(admin: Api) -> None:
    admin.delete(path_of(new_user(admin, name="Ben").id))
    assert admin.post(USERS, BEN).status == 201


def test_two_users_do_not_get_the_same_email_address_at_once(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made = act_after_the_first_read(monkeypatch, lambda: admin.post(USERS, {**BEN, "name": "Benny"}).status)
    assert errors_by_pointer(admin.post(USERS, BEN)) == {"/email": "is that of another user"}
    assert (made, len(listed(admin, USERS))) == ([201], 2)


def test_network_has_at_most_200_users(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "MAX_USERS", 2)
    assert admin.post(USERS, BEN).status == 201
    refused = admin.post(USERS, {**BEN, "email": "cleo@network.example"})
    assert (refused.status, refused.json["detail"]) == (409, "A network has at most 2 users. Remove one first.")


def test_missing_user_is_not_found(admin: Api) -> None:
    calls = [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/keys"), ("POST", "/keys"), ("DELETE", "/keys/abc")]
    assert [admin.call(method, path_of("usr_9") + rest).status for method, rest in calls] == [404] * 6


# Owners


def test_last_owner_keeps_the_role(admin: Api) -> None:
    refused = admin.patch(path_of("admin"), {"role": "manager"})
    assert (refused.status, refused.json["detail"]) == (
        409,
        "User admin is the last owner. Make another user an owner first.",
    )


@pytest.mark.parametrize("first", ["demote", "remove"])
def test_of_two_owners_who_are_taken_away_at_once_one_stays(
    admin: Api, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    path = path_of(new_user(admin, "owner").id)
    acts = {
        "demote": lambda: admin.patch(path, {"role": "analyst"}).status,
        "remove": lambda: admin.delete(path).status,
    }
    done = act_after_the_first_read(monkeypatch, acts[first])
    assert admin.delete(path_of("admin")).status == 409
    assert done in ([200], [204])
    assert good(admin.get(path_of("admin")))["role"] == "owner"


TAKEN: dict[str, Callable[[Api, str], int]] = {
    "demoted": lambda admin, path: admin.patch(path, {"role": "analyst"}).status,
    "removed": lambda admin, path: admin.delete(path).status,
}
CHANGES: dict[str, Callable[[Api, str], int]] = {
    "create": lambda api, _: api.post(USERS, {**BEN, "email": "eve@network.example"}).status,
    "edit": lambda api, path: api.patch(path, {"role": "analyst"}).status,
    "remove": lambda api, path: api.delete(path).status,
}


@pytest.mark.parametrize("take", TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_owner_who_is_none_any_more_changes_no_user(
    admin: Api, monkeypatch: pytest.MonkeyPatch, take: Callable[[Api, str], int], change: Callable[[Api, str], int]
) -> None:
    ben, cleo = new_user(admin, "owner", "Ben"), new_user(admin, "owner", "Cleo")
    act_after_the_first_read(monkeypatch, lambda: take(admin, path_of(ben.id)))
    assert change(ben.api, path_of(cleo.id)) == 403
    assert listed(cleo.api, f"{USERS}?role=owner") == [cleo.id, "admin"]


# Removing


def test_removed_user_is_gone_with_their_keys(admin: Api) -> None:
    user = new_user(admin, "manager")
    assert user.api.get("/admin/campaigns").status == 200
    assert admin.delete(path_of(user.id), If_Match='"2"').status == 412
    assert admin.delete(path_of(user.id), If_Match='"1"').status == 204
    assert user.api.get("/admin/campaigns").status == 401
    assert (admin.get(path_of(user.id)).status, listed(admin, USERS)) == (404, ["admin"])


def test_key_that_survives_a_removal_cut_short_is_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    user = new_user(admin, "manager")
    monkeypatch.setattr("chalicelib.access.api_keys.revoke_all", lambda *_: 1 / 0)
    assert admin.delete(path_of(user.id)).status == 500
    assert user.api.get("/admin/campaigns").status == 401
    assert admin.post(f"{path_of(user.id)}/keys").status == 404


def test_user_removed_while_a_key_is_made_for_them_gets_none(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    user, generate = new_user(admin, "manager"), authentication.generate_key

    def remove_first(role: authentication.Role) -> authentication.GeneratedKey:
        UserRow.get("network", user.id).update([UserRow.removed_at.set(CREATED_AT)])
        return generate(role)

    monkeypatch.setattr(authentication, "generate_key", remove_first)
    assert admin.post(f"{path_of(user.id)}/keys").status == 404


# Roles


def test_user_may_change_only_their_own_notifications(admin: Api) -> None:
    analyst, other = new_user(admin, "analyst", "Ben"), new_user(admin, "manager", "Cleo")
    edited = good(analyst.api.patch(path_of(analyst.id), {"email_notifications": {"cap_reached": False}}))
    assert edited["email_notifications"] == {**DEFAULT_EMAILS, "cap_reached": False}
    refused = analyst.api.patch(path_of(analyst.id), {"role": "owner"})
    assert (refused.status, refused.json["detail"]) == (
        403,
        "Only owners of the network change users. You may change your own email_notifications.",
    )
    assert analyst.api.patch(path_of(other.id), {"email_notifications": {}}).status == 403
    assert good(analyst.api.get(path_of(analyst.id)))["role"] == "analyst"


def test_new_role_is_in_force_at_once(admin: Api) -> None:
    user = new_user(admin, "analyst")
    body = {"name": "game", "destination_url": "https://game.example/"}
    statuses = [user.api.post("/admin/campaigns", body).status]
    for role in ("manager", "analyst"):
        admin.patch(path_of(user.id), {"role": role})
        statuses.append(user.api.post("/admin/campaigns", body).status)
    assert statuses == [403, 201, 403]


def test_analyst_never_sees_the_token_of_a_campaign(admin: Api) -> None:
    analyst, campaign = new_user(admin, "analyst"), new_campaign(admin)
    path = f"/admin/campaigns/{campaign['id']}"
    good(admin.post(f"{path}/rotate-token"))
    assert good(analyst.api.get(path)) == {**good(admin.get(path)), "postback_token": None, "postback_url": None}
    token = good(admin.get(path))["postback_token"]
    for each in (path, "/admin/campaigns", "/admin/audit"):
        assert token not in analyst.api.get(each).text


# The list


def test_users_are_found_by_name_and_role_and_sorted(admin: Api) -> None:
    ben, cleo = new_user(admin, "analyst", "Ben"), new_user(admin, "manager", "Cleo")
    good(admin.patch(path_of(ben.id), {"name": "Benny"}))
    assert listed(admin, USERS) == [cleo.id, ben.id, "admin"]
    assert listed(admin, f"{USERS}?sort=created_at") == ["admin", ben.id, cleo.id]
    assert listed(admin, f"{USERS}?sort=name") == ["admin", ben.id, cleo.id]
    assert listed(admin, f"{USERS}?sort=-updated_at") == [ben.id, cleo.id, "admin"]
    assert listed(admin, f"{USERS}?q=CLE") == [cleo.id]
    assert listed(admin, f"{USERS}?role=analyst&role=owner") == [ben.id, "admin"]
    assert good(admin.get(f"{USERS}?count=true&limit=1"))["total"] == 3


@pytest.mark.parametrize("sort", ["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"])
def test_pages_have_every_user_once(admin: Api, sort: str) -> None:
    for name in ("b", "c"):
        new_user(admin, name=name)
    assert listed(admin, f"{USERS}?sort={sort}", limit=1) == listed(admin, f"{USERS}?sort={sort}")
    assert len(listed(admin, f"{USERS}?sort={sort}", limit=2)) == 3


# The audit log


def test_changes_of_users_are_audited_with_the_name_of_that_time(admin: Api) -> None:
    user = new_user(admin, "owner", "Ben")
    good(user.api.patch(path_of(user.id), {"name": "Benny"}))
    good(user.api.patch(path_of("admin"), {"name": "Ann"}))
    user.api.delete(path_of("admin"))
    entries = good(user.api.get(f"/admin/audit?user_id={user.id}"))["items"]
    assert [(each["user_name"], each["action"][:6], each["subject"]) for each in entries] == [
        ("Benny", "DELETE", "admin"),
        ("Benny", "PATCH ", "admin"),
        ("Ben", "PATCH ", user.id),
    ]
    (changed,) = [each for each in entries if each["subject"] == user.id]
    before = {"name": "Ben", "email": "ben@network.example", "role": "owner", "email_notifications": {}}
    assert (changed["before"], changed["after"]) == (before, {**before, "name": "Benny"})
    assert entries[0]["after"] is None
