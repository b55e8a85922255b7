from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.http import dispatch
from chalicelib.tables.counters import CapCounterRow
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, new_campaign, new_publisher, set_terms

SALE = {"name": "sale", "payout": "3.00"}
TERMS: dict[str, Any] = {
    "payout": "1.75",
    "payout_percent": "0.5",
    "goals": [{"name": "sale", "payout": None, "payout_percent": "9"}],
    "caps": [{"metric": "clicks", "window": "day", "limit": "5", "scope": "publisher", "timezone": "UTC"}],
}
EMPTY: dict[str, Any] = {"payout": None, "payout_percent": None, "goals": [], "caps": None}
NOW = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)


def path_of(publisher_id: str, campaign_id: str = "") -> str:
    return f"/admin/publishers/{publisher_id}/terms" + (f"/{campaign_id}" if campaign_id else "")


def test_terms_are_returned_as_they_were_set(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, "game", goals=[SALE]), new_publisher(admin)
    path = path_of(publisher.id, campaign["id"])
    answered = admin.put(path, TERMS)
    document = good(answered)
    added = {"campaign_id": campaign["id"], "campaign_name": "game", "version": 1}
    assert {name: value for name, value in document.items() if name != "cap_usage"} == {**TERMS, **added}
    assert (answered.headers["ETag"], admin.get(path).json) == ('"1"', document)


def test_put_replaces_what_was_there(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, goals=[SALE]), new_publisher(admin)
    set_terms(admin, publisher.id, campaign, **TERMS)
    document = set_terms(admin, publisher.id, campaign)
    assert {name: document[name] for name in EMPTY} == EMPTY
    assert document["version"] == 2


def test_deleted_terms_are_not_found(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    path = path_of(publisher.id, campaign["id"])
    set_terms(admin, publisher.id, campaign)
    assert [admin.delete(path).status, admin.delete(path).status, admin.get(path).status] == [204, 404, 404]
    assert good(admin.get(path_of(publisher.id))) == {"items": [], "next_cursor": None, "version": 2}


def test_publisher_without_terms_has_an_empty_list(admin: Api) -> None:
    publisher = new_publisher(admin)
    assert good(admin.get(path_of(publisher.id))) == {"items": [], "next_cursor": None, "version": 0}
    missing = admin.get(path_of(publisher.id, "cmp_1"))
    detail = f"Publisher {publisher.id} has no terms for campaign cmp_1."
    assert (missing.status, missing.json["detail"]) == (404, detail)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_terms_are_listed_by_campaign(admin: Api, limit: int) -> None:
    publisher = new_publisher(admin)
    campaigns = [new_campaign(admin, name) for name in ("a", "b", "c")]
    for each in campaigns:
        set_terms(admin, publisher.id, each, payout="1", caps=TERMS["caps"])
    cursor, shown = "", list[Any]()
    while len(shown) < 3:
        page = good(admin.get(f"{path_of(publisher.id)}?limit={limit}{cursor}"))
        assert (page["version"], len(page["items"])) == (3, min(limit, 3 - len(shown)))
        shown += page["items"]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert shown == [good(admin.get(path_of(publisher.id, each["id"]))) for each in campaigns]


def test_unknown_publisher_is_not_found(admin: Api) -> None:
    campaign = new_campaign(admin)
    path = path_of("pub_none", campaign["id"])
    assert [admin.put(path, {}).status, admin.delete(path).status, admin.get(path).status] == [404] * 3
    assert admin.get(path_of("pub_none")).status == 404


def test_unknown_campaign_is_an_error(admin: Api) -> None:
    publisher, gone = new_publisher(admin), new_campaign(admin)
    admin.delete(f"/admin/campaigns/{gone['id']}")
    unknown = admin.put(path_of(publisher.id, "cmp_none"), {"goals": [SALE]})
    assert errors_by_pointer(unknown) == {"/campaign_id": "is not a campaign: cmp_none"}
    archived = admin.put(path_of(publisher.id, gone["id"]), {})
    assert errors_by_pointer(archived) == {"/campaign_id": f"is an archived campaign: {gone['id']}"}


def test_every_unknown_goal_is_an_error(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, goals=[SALE]), new_publisher(admin)
    goals = [{"name": name} for name in ("lead", "sale", "default")]
    assert errors_by_pointer(admin.put(path_of(publisher.id, campaign["id"]), {"goals": goals})) == {
        "/goals/0/name": "is not a named goal of the campaign: lead",
        "/goals/2/name": "is not a named goal of the campaign: default",
    }


def test_edit_of_another_version_changes_nothing(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    path = path_of(publisher.id, campaign["id"])
    stale, first = [admin.put(path, {"payout": "1"}, If_Match=tag) for tag in ('"1"', '"0"')]
    assert (stale.status, first.status) == (412, 200)
    assert [admin.put(path, {}, If_Match='"0"').status, admin.delete(path, If_Match='"2"').status] == [412, 412]
    assert admin.get(path).json == first.json
    assert admin.delete(path, If_Match='"1"').status == 204


def test_change_is_in_the_audit_log_of_publisher_and_campaign(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    set_terms(admin, publisher.id, campaign, payout="1")
    admin.delete(path_of(publisher.id, campaign["id"]))
    for subject in (publisher.id, campaign["id"]):
        items = good(admin.get(f"/admin/audit?subject={subject}"))["items"][:2]
        assert [each["action"].partition(" ")[0] for each in items] == ["DELETE", "PUT"]
        assert [(each["before"], each["after"]) for each in items] == [
            ({**EMPTY, "payout": "1"}, None),
            (None, {**EMPTY, "payout": "1"}),
        ]


def test_terms_of_an_archived_campaign_can_be_shown_and_deleted(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    set_terms(admin, publisher.id, campaign, payout="1")
    admin.delete(f"/admin/campaigns/{campaign['id']}")
    path = path_of(publisher.id, campaign["id"])
    assert [admin.get(path).status, admin.delete(path).status] == [200, 204]


def test_terms_show_the_usage_of_the_publishers_caps_in_force(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "datetime", SimpleNamespace(now=lambda _: NOW))
    everyone = {"metric": "clicks", "window": "day", "limit": "9"}
    own = {"metric": "payout", "window": "total", "limit": "50.5", "scope": "publisher"}
    campaign, publisher = new_campaign(admin, caps=[everyone, own]), new_publisher(admin)
    CapCounterRow(f"{campaign['id']}|payout|total|UTC|ever|{publisher.id}", used=12_500_000).save()
    CapCounterRow(f"{campaign['id']}|clicks|day|UTC|1795737600|{publisher.id}", used=3).save()
    (usage,) = set_terms(admin, publisher.id, campaign)["cap_usage"]
    assert usage == {**own, "timezone": "UTC", "used": "12.50", "resets_at": None}
    (usage,) = set_terms(admin, publisher.id, campaign, caps=TERMS["caps"])["cap_usage"]
    assert usage == {**TERMS["caps"][0], "used": "3", "resets_at": "2026-11-28T00:00:00.000Z"}
