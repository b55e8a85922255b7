import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.admin.smartlinks.version_changes import MAX_BYTES, MAX_VALUE_BYTES
from chalicelib.tables.smartlinks import SmartlinkVersionRow
from chalicelib.tables.users import UserRow
from tests.admin.edited_smartlinks import archive_within_pool, location, path_of, tracking_keys, with_offers
from tests.conftest import Api
from tests.documents import (
    FALLBACK,
    add_publisher,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    publish_weights,
)
from tests.strategies import COUNTRIES
from tests.tracking_domains.rows import an_active_domain

OUTSIDE = {
    "version",
    "updated_at",
    "created_at",
    "live_count",
    "pending_count",
    "epoch",
    "warnings",
    "offer_count",
    "id",
}


def settings_of(document: dict[str, Any]) -> str:
    """Return the part of a smartlink that a version has, byte by byte."""
    return json.dumps({name: value for name, value in document.items() if name not in OUTSIDE})


def document_of(version: dict[str, Any]) -> str:
    """Return the same part of a version."""
    origin = {"smartlink_id", "version", "at", "user_id", "user_name", "action", "restored_version", "cloned_from"}
    return json.dumps({name: value for name, value in version.items() if name not in origin})


# List and show


def test_version_is_listed_with_its_changes(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    smartlink = new_smartlink(admin, game)
    edited = good(admin.patch(path_of(smartlink), {"name": "B", **with_offers(shop)}))
    newest, first = good(admin.get(f"{path_of(smartlink)}/versions"))["items"]
    of_game = {"campaign_id": game["id"], "campaign_name": "game", "is_truncated": False}
    of_shop = {"campaign_id": shop["id"], "campaign_name": "shop", "is_truncated": False}
    by_nobody = {"campaign_id": None, "campaign_name": None, "is_truncated": False}
    assert newest == {
        "version": 2,
        "at": edited["updated_at"],
        "user_id": "admin",
        "user_name": "admin",
        "action": "edited",
        "restored_version": None,
        "cloned_from": None,
        "status": "active",
        "omitted_changes": 0,
        "changes": [
            {"pointer": "/name", "before": "Summer App Deals", "after": "B", **by_nobody},
            {"pointer": "/offers/0", "before": smartlink["offers"][0], "after": None, **of_game},
            {"pointer": "/offers/0", "before": None, "after": edited["offers"][0], **of_shop},
        ],
    }
    assert (first["version"], first["action"], first["changes"]) == (1, "created", [])


def test_version_names_the_user_who_made_it(admin: Api) -> None:
    path = path_of(new_smartlink(admin))
    user_id = good(admin.get(f"{path}/versions"))["items"][0]["user_id"]
    user = UserRow(id=user_id, version=1, name="Ann", role="owner", created_at="2026-11-28", updated_at="2026-11-28")
    user.save()
    listed, shown = good(admin.get(f"{path}/versions"))["items"][0], good(admin.get(f"{path}/versions/1"))
    assert [(each["user_id"], each["user_name"]) for each in (listed, shown)] == [(user_id, "Ann")] * 2


def test_version_of_an_earlier_release_has_no_user(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    SmartlinkVersionRow.get(smartlink["id"], 1).delete()
    good(admin.post(f"{path_of(smartlink)}/pause"))
    shown = good(admin.get(f"{path_of(smartlink)}/versions/1"))
    assert (shown["action"], shown["user_id"], shown["user_name"]) == ("earlier", None, None)


def test_every_version_is_shown_as_the_smartlink_was(admin: Api) -> None:
    one, two = new_campaign(admin, "one"), new_campaign(admin, "two")
    path = path_of(new_smartlink(admin, one))
    documents = [good(admin.get(path))]
    documents += [good(admin.patch(path, edit)) for edit in (with_offers(two, one), {"tags": ["a"], "offers": []})]
    documents.append(good(admin.post(f"{path}/pause")))
    versions = [good(admin.get(f"{path}/versions/{n}")) for n in (1, 2, 3, 4)]
    assert list(map(document_of, versions)) == list(map(settings_of, documents))
    assert [each["at"] for each in versions] == [each["updated_at"] for each in documents]


@pytest.mark.parametrize("deleted", [False, True], ids=["unknown", "deleted"])
def test_versions_of_a_smartlink_that_does_not_exist_are_not_found(admin: Api, deleted: bool) -> None:
    path = path_of(new_smartlink(admin)) if deleted else "/admin/smartlinks/sml_none"
    admin.delete(path)
    calls = [admin.get(f"{path}/versions"), admin.get(f"{path}/versions/1"), admin.post(f"{path}/versions/1/restore")]
    assert [each.status for each in calls] == [404] * 3


def test_page_of_the_largest_versions_is_under_a_megabyte(admin: Api) -> None:
    path = path_of(smartlink := new_smartlink(admin))
    first = SmartlinkVersionRow.get(smartlink["id"], 1)
    value = "x" * (MAX_VALUE_BYTES // 2)
    change = {"pointer": "/description", "before": value, "after": value, "campaign_id": "cmp_1", "is_truncated": False}
    changes = json.dumps([change] * (MAX_BYTES // len(json.dumps(change))))
    with SmartlinkVersionRow.batch_write() as batch:
        for n in range(1, 201):
            batch.save(SmartlinkVersionRow(**{**first.attribute_values, "version": n, "changes": changes}))
    page = admin.get(f"{path}/versions?limit=200")
    assert 900_000 < len(page.text) < 1_000_000
    last = page.json["items"][-1]["version"]
    after = good(admin.get(f"{path}/versions?limit=200&cursor={page.json['next_cursor']}"))
    assert after["items"][0]["version"] == last - 1


# Restore


def test_restored_smartlink_is_the_version_in_everything_but_version_and_times(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    smartlink = new_smartlink(admin, game, tags=["a"])
    path, code = path_of(smartlink), add_publisher(admin, smartlink, new_publisher(admin))
    good(admin.patch(path, {"name": "B", "tags": [], "fallback_url": None, **with_offers(shop)}))
    restored = admin.post(f"{path}/versions/1/restore")
    assert settings_of(good(restored)) == settings_of(smartlink)
    assert (restored.json["version"], restored.headers["ETag"], restored.json["live_count"]) == (3, '"3"', 1)
    assert admin.get(path).json == restored.json
    assert location(code) == "https://game.example/"


def test_restoring_restores_the_status(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    path, code = path_of(smartlink), add_publisher(admin, smartlink, new_publisher(admin))
    good(admin.post(f"{path}/pause"))
    good(admin.post(f"{path}/resume"))
    assert good(admin.post(f"{path}/versions/2/restore"))["status"] == "paused"
    assert location(code) == FALLBACK
    assert good(admin.post(f"{path}/versions/1/restore"))["status"] == "active"


def test_current_version_can_be_restored(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    assert good(admin.post(f"{path_of(smartlink)}/versions/1/restore"))["version"] == 2
    newest, _ = good(admin.get(f"{path_of(smartlink)}/versions"))["items"]
    assert (newest["action"], newest["restored_version"], newest["changes"]) == ("restored", 1, [])


def test_route_of_a_restored_version_has_the_campaigns_of_today(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    path, code = path_of(smartlink), add_publisher(admin, smartlink, new_publisher(admin))
    good(admin.patch(path, {"offers": []}))
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://new.example/"}))
    good(admin.post(f"{path}/versions/1/restore"))
    assert location(code) == "https://new.example/"
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://newest.example/"}))
    assert location(code) == "https://newest.example/"


def test_version_with_archived_campaigns_is_refused_with_their_names(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    path = path_of(new_smartlink(admin, game, catch_all_campaign_id=shop["id"]))
    before = good(admin.patch(path, {"offers": [], "catch_all_campaign_id": None}))
    assert [admin.delete(f"/admin/campaigns/{each['id']}").status for each in (game, shop)] == [204, 204]
    refused = admin.post(f"{path}/versions/1/restore")
    assert refused.status == 409
    names = f"game ({game['id']}), shop ({shop['id']})"
    assert (
        f"Version 1 has campaigns that are archived or do not exist: {names}. Edit the smartlink instead."
        in refused.json["detail"]
    )
    assert admin.get(path).json == before


def test_version_on_a_domain_that_was_deleted_is_refused(admin: Api) -> None:
    domain = an_active_domain()
    path = path_of(new_smartlink(admin, tracking_domain=domain.host))
    good(admin.patch(path, {"tracking_domain": None}))
    assert admin.delete(f"/admin/domains/{domain.id}").status == 204
    refused = admin.post(f"{path}/versions/1/restore")
    assert (refused.status, f"Version 1 uses {domain.host}, " in refused.json["detail"]) == (409, True)


def test_current_version_with_an_archived_campaign_cannot_be_restored(admin: Api) -> None:
    campaign = new_campaign(admin)
    path = path_of(new_smartlink(admin, campaign))
    archive_within_pool(campaign)
    assert admin.post(f"{path}/versions/1/restore").status == 409


def test_campaign_of_a_restored_version_cannot_be_archived(admin: Api) -> None:
    campaign = new_campaign(admin)
    path = path_of(new_smartlink(admin, campaign))
    good(admin.patch(path, {"offers": []}))
    good(admin.post(f"{path}/versions/1/restore"))
    assert admin.delete(f"/admin/campaigns/{campaign['id']}").status == 409


def test_publishers_are_approved_for_restored_offers(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    path = path_of(smartlink)
    good(admin.patch(path, {"offers": []}))
    publisher = new_publisher(admin)
    add_publisher(admin, smartlink, publisher)
    assert tracking_keys(admin, publisher.id) == {}
    good(admin.post(f"{path}/versions/1/restore"))
    assert set(tracking_keys(admin, publisher.id)) == {campaign["id"]}


@pytest.mark.parametrize("policy", ["keep", "reset"])
def test_restored_offers_reset_learning_only_if_configured(admin: Api, policy: str) -> None:
    one, two = new_campaign(admin, "one"), new_campaign(admin, "two")
    smartlink = new_smartlink(admin, one, two, on_pool_change=policy)
    path = path_of(smartlink)
    good(admin.patch(path, {"name": "B"}))
    publish_weights(smartlink, {"*": {one["id"]: 1.0}})
    good(admin.post(f"{path}/versions/1/restore"))
    assert good(admin.get(f"{path}/weights"))["weights_version"] is not None
    good(admin.patch(path, {**with_offers(one), "on_pool_change": "keep"}))
    epoch = good(admin.get(path))["epoch"]
    assert good(admin.post(f"{path}/versions/1/restore"))["epoch"] == epoch + (policy == "reset")


def test_stale_restoration_changes_nothing(admin: Api) -> None:
    path = path_of(new_smartlink(admin))
    before = good(admin.patch(path, {"name": "B"}))
    assert admin.post(f"{path}/versions/1/restore", If_Match='"1"').status == 412
    assert admin.post(f"{path}/versions/3/restore").status == 404
    assert admin.get(path).json == before
    assert good(admin.post(f"{path}/versions/1/restore", If_Match='"2"'))["version"] == 3


def test_restoration_with_an_idempotency_key_makes_one_version(admin: Api) -> None:
    path = path_of(new_smartlink(admin))
    answers = [admin.post(f"{path}/versions/1/restore", Idempotency_Key="once").json["version"] for _ in range(2)]
    assert answers == [2, 2]


def test_restoration_is_in_the_audit_log_with_its_version(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    good(admin.patch(path_of(smartlink), {"name": "B"}))
    good(admin.post(f"{path_of(smartlink)}/versions/1/restore"))
    entry = good(admin.get(f"/admin/audit?subject={smartlink['id']}"))["items"][0]
    assert entry["action"] == "POST /admin/smartlinks/{smartlink_id}/versions/{version}/restore"
    assert (entry["before"]["name"], entry["after"]["name"]) == ("B", "Summer App Deals")
    assert entry["after"]["restored_version"] == 1


EDITS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["A", "B"]),
            "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2),
            "visibility": st.sampled_from(["ask", "private"]),
            "rotation": st.sampled_from(["weighted", "optimized"]),
            "on_pool_change": st.sampled_from(["keep", "reset"]),
            "catch_all": st.sampled_from([None, 0]),
            "offers": st.lists(
                st.tuples(st.integers(0, 2), st.sampled_from([0, 1, 2.5]), st.sampled_from(COUNTRIES)),
                max_size=3,
                unique_by=lambda offer: offer[0],
            ),
        },
    )
    | st.sampled_from(["pause", "resume"]),
    max_size=4,
)


def _sent(edit: dict[str, Any], campaigns: list[str]) -> dict[str, Any]:
    """Return an edit with the IDs of campaigns in place of their numbers."""
    sent = {name: value for name, value in edit.items() if name != "catch_all"}
    if "offers" in edit:
        sent["offers"] = [
            {"campaign_id": campaigns[n], "weight": weight, "targeting": {"countries": [country]}}
            for n, weight, country in edit["offers"]
        ]
    if "catch_all" in edit:
        sent["catch_all_campaign_id"] = None if edit["catch_all"] is None else campaigns[edit["catch_all"]]
    return sent


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, data=st.data())
def test_any_version_can_be_restored_after_any_edits(admin: Api, edits: list[Any], data: st.DataObject) -> None:
    campaigns = [new_campaign(admin, f"c{n}")["id"] for n in range(3)]
    path = path_of(smartlink := new_smartlink(admin))
    documents = [smartlink]
    for edit in edits:
        answered = admin.post(f"{path}/{edit}") if isinstance(edit, str) else admin.patch(path, _sent(edit, campaigns))
        documents.append(good(answered))
    version = data.draw(st.integers(1, len(documents)))
    restored = good(admin.post(f"{path}/versions/{version}/restore"))
    assert settings_of(restored) == settings_of(documents[version - 1])
    assert restored["version"] == len(documents) + 1
    assert [row.version for row in SmartlinkVersionRow.query(smartlink["id"])] == [*range(1, len(documents) + 2)]
