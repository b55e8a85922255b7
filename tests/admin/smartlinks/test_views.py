from typing import Any

import pytest

from chalicelib.domain.stored_targeting import STORED_DEFAULTS
from chalicelib.tables.tracking_domains import DomainRow
from tests.admin.edited_smartlinks import archive_within_pool, location, path_of, tracking_keys, with_offers
from tests.conftest import Api
from tests.documents import (
    FALLBACK,
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
    pending,
    publish_weights,
    refusals,
)
from tests.tracking_domains.rows import an_active_domain

SETTINGS: dict[str, Any] = {
    "name": "Summer App Deals",
    "description": "",
    "tags": [],
    "visibility": "ask",
    "tracking_domain": None,
    "fallback_url": FALLBACK,
    "catch_all_campaign_id": None,
    "rotation": "weighted",
    "goal": "epc",
    "untouched_clicks": 50,
    "holdout_percent": 5,
    "offer_access": "grant",
    "on_pool_change": "keep",
    "publisher_epc_floor": None,
    "offers": [],
}


def counts(admin: Api, smartlink: dict[str, Any]) -> tuple[int, int]:
    """Return the numbers of live links and of pending applications."""
    shown = good(admin.get(path_of(smartlink)))
    return shown["live_count"], shown["pending_count"]


# Create and read


def test_smartlink_needs_a_name_and_has_defaults(admin: Api) -> None:
    smartlink = good(admin.post("/admin/smartlinks", {"name": "Summer App Deals", "fallback_url": FALLBACK}))
    assert {name: smartlink[name] for name in SETTINGS} == SETTINGS
    assert (smartlink["id"][:4], smartlink["status"], smartlink["version"]) == ("sml_", "active", 1)
    assert (smartlink["offer_count"], smartlink["live_count"], smartlink["pending_count"]) == (0, 0, 0)
    assert smartlink["epoch"] == 1


def test_documented_example_is_returned_unchanged(admin: Api) -> None:
    campaign = new_campaign(admin)
    targeting = {"countries": ["US", "GB"], "devices": ["mobile"]}
    offer = {"campaign_id": campaign["id"], "weight": 3, "priority": 10, "enabled": True, "destination_url": None}
    offer["targeting"] = targeting
    smartlink = good(admin.post("/admin/smartlinks", {**SETTINGS, "offers": [offer]}))
    whole = {**SETTINGS, "offers": [{**offer, "targeting": {**STORED_DEFAULTS, **targeting}}]}
    assert {name: smartlink[name] for name in SETTINGS} == whole
    assert (smartlink["offer_count"], smartlink["warnings"]) == (1, [])
    assert admin.get(path_of(smartlink)).json == smartlink


WRONG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "no name": ({"name": ""}, {"/name": "must not be empty"}),
    "an unknown visibility": ({"visibility": "open"}, {"/visibility": "must be 'ask', 'public' or 'private'"}),
    "an unknown rotation": ({"rotation": "random"}, {"/rotation": "must be 'weighted' or 'optimized'"}),
    "an unknown goal": ({"goal": "luck"}, {"/goal": "must be 'epc', 'profit', 'revenue' or 'conversion_rate'"}),
    "an unknown access": ({"offer_access": "all"}, {"/offer_access": "must be 'grant' or 'respect'"}),
    "a hold-out above 100 %": ({"holdout_percent": 101}, {"/holdout_percent": "must be 100 or less"}),
    "a negative number of clicks": ({"untouched_clicks": -1}, {"/untouched_clicks": "must be 0 or more"}),
    "a fallback without a host": ({"fallback_url": "https:///more"}, {"/fallback_url": "must have a host"}),
    "a read-only field": ({"live_count": 1}, {"/live_count": "is not a known field"}),
    "an unknown catch-all": (
        {"catch_all_campaign_id": "cmp_none"},
        {"/catch_all_campaign_id": "is not a campaign: cmp_none"},
    ),
    "two unknown campaigns": (
        {"offers": [{"campaign_id": "cmp_a"}, {"campaign_id": "cmp_b"}]},
        {"/offers/0/campaign_id": "is not a campaign: cmp_a", "/offers/1/campaign_id": "is not a campaign: cmp_b"},
    ),
    "a campaign twice": (
        {"offers": [{"campaign_id": "cmp_a"}, {"campaign_id": "cmp_a"}]},
        {
            "/offers": "must list each campaign once; listed twice: cmp_a",
            "/offers/0/campaign_id": "is not a campaign: cmp_a",
            "/offers/1/campaign_id": "is not a campaign: cmp_a",
        },
    ),
    "several errors in two offers": (
        {"offers": [{"campaign_id": "cmp_a", "weight": -1, "priority": 1001}, {"weight": 1.2345, "enabled": 1}]},
        {
            "/offers/0/campaign_id": "is not a campaign: cmp_a",
            "/offers/0/weight": "must be 0 or more",
            "/offers/0/priority": "must be 1000 or less",
            "/offers/1/campaign_id": "is required",
            "/offers/1/weight": "must have at most 3 decimal places",
            "/offers/1/enabled": "must be true or false",
        },
    ),
}


@pytest.mark.parametrize(("change", "complaint"), WRONG.values(), ids=WRONG)
def test_invalid_field_has_a_pointer(admin: Api, change: dict[str, Any], complaint: dict[str, str]) -> None:
    smartlink = new_smartlink(admin)
    assert errors_by_pointer(admin.post("/admin/smartlinks", {**SETTINGS, **change})) == complaint
    assert errors_by_pointer(admin.patch(path_of(smartlink), change)) == complaint
    assert admin.get(path_of(smartlink)).json == smartlink
    assert listed(admin, "/admin/smartlinks") == [smartlink["id"]]


@pytest.mark.parametrize("domain", ["https://go.example", "go.example/", "GO.example", "localhost", "-go.example", ""])
def test_tracking_domain_is_a_plain_host_name(admin: Api, domain: str) -> None:
    assert set(errors_by_pointer(admin.post("/admin/smartlinks", {"name": "S", "tracking_domain": domain}))) == {
        "/tracking_domain"
    }


def test_links_use_the_tracking_domain_as_long_as_it_is_active(admin: Api) -> None:
    domain = an_active_domain("go.network.example")
    smartlink = new_smartlink(admin, tracking_domain="go.network.example")
    code = add_publisher(admin, smartlink, new_publisher(admin))
    (member,) = good(admin.get(f"{path_of(smartlink)}/publishers"))["items"]
    assert member["link"] == {"code": code, "url": f"https://go.network.example/s/{code}"}
    domain.update([DomainRow.status.set("failed")])
    (member,) = good(admin.get(f"{path_of(smartlink)}/publishers"))["items"]
    assert member["link"]["url"].endswith(f".execute-api.localhost:4566/s/{code}")


def test_document_has_warnings(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, {"campaign_id": campaign["id"], "weight": 0}, fallback_url=None)
    assert [each["code"] for each in smartlink["warnings"]] == ["no_fallback_url", "offer_weight_zero"]
    assert smartlink["warnings"][1] == {
        "code": "offer_weight_zero",
        "pointer": "/offers/0/weight",
        "detail": f"Offer game ({campaign['id']}) can never receive a click: its weight is 0.",
        "fix": {"offers": [{**smartlink["offers"][0], "weight": 1}]},
    }


def test_unknown_smartlink_is_not_found(admin: Api) -> None:
    publisher = new_publisher(admin)
    path = "/admin/smartlinks/sml_none"
    calls = {
        "GET": [path, f"{path}/publishers"],
        "PATCH": [path],
        "DELETE": [path, f"{path}/publishers/{publisher.id}"],
        "POST": [f"{path}/pause", f"{path}/resume", f"{path}/simulate"],
    }
    for method, paths in calls.items():
        assert [admin.call(method, each).status for each in paths] == [404] * len(paths), method
    assert admin.post(f"{path}/publishers", {"publisher_id": publisher.id}).status == 404


# Edit


def test_edit_changes_only_the_fields_it_has(admin: Api) -> None:
    before = new_smartlink(admin, new_campaign(admin))
    edited = admin.patch(path_of(before), {"description": "Now with more", "tags": ["apps"]})
    after = good(edited)
    changed = {"description": "Now with more", "tags": ["apps"], "version": 2, "updated_at": after["updated_at"]}
    assert after == {**before, **changed}
    assert edited.headers["ETag"] == '"2"'
    assert admin.get(path_of(before)).json == after


def test_null_resets_a_field_to_its_default(admin: Api) -> None:
    smartlink = new_smartlink(admin, description="old", untouched_clicks=10, publisher_epc_floor="0.01")
    nulls = dict.fromkeys(("description", "untouched_clicks", "publisher_epc_floor", "fallback_url"))
    after = good(admin.patch(path_of(smartlink), nulls))
    assert [after[name] for name in nulls] == ["", 50, None, None]


def test_offers_are_replaced_as_a_whole(admin: Api) -> None:
    one, two = new_campaign(admin), new_campaign(admin)
    smartlink = new_smartlink(admin, {"campaign_id": one["id"], "weight": 7})
    after = good(admin.patch(path_of(smartlink), with_offers(two)))
    assert [(offer["campaign_id"], offer["weight"]) for offer in after["offers"]] == [(two["id"], 1)]


def test_code_of_a_link_never_changes(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    smartlink, publisher = new_smartlink(admin, game), new_publisher(admin)
    path, code = path_of(smartlink), add_publisher(admin, smartlink, publisher)
    assert location(code) == "https://game.example/"
    admin.patch(path, {"name": "Winter", "visibility": "private", **with_offers(shop)})
    assert location(code) == "https://shop.example/"
    admin.post(f"{path}/pause")
    assert location(code) == FALLBACK
    admin.post(f"{path}/resume")
    admin.patch(f"/admin/campaigns/{shop['id']}", {"destination_url": "https://new.example/"})
    assert location(code) == "https://new.example/"
    (member,) = good(admin.get(f"{path}/publishers"))["items"]
    assert member["link"]["code"] == code


# Clone


def test_clone_has_the_same_settings_and_is_paused(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    offer = {"campaign_id": game["id"], "weight": 2.5, "priority": 3, "targeting": {"countries": ["US"]}}
    source = new_smartlink(
        admin, offer, catch_all_campaign_id=shop["id"], rotation="optimized", visibility="private", tags=["a"]
    )
    answered = admin.post(f"{path_of(source)}/clone")
    clone = good(answered)
    own = {name: clone[name] for name in ("id", "created_at", "updated_at")}
    assert clone == {**source, **own, "name": "Copy of Summer App Deals", "status": "paused"}
    assert clone["id"] != source["id"]
    assert (answered.status, answered.headers["ETag"]) == (201, '"1"')
    assert admin.get(path_of(clone)).json == clone
    assert admin.get(path_of(source)).json == source
    assert good(admin.post(f"{path_of(clone)}/resume"))["status"] == "active"


def test_clone_has_no_publishers_links_or_learning(admin: Api) -> None:
    campaign = new_campaign(admin)
    source = new_smartlink(admin, campaign, rotation="optimized", on_pool_change="reset")
    add_publisher(admin, source, new_publisher(admin, "Ann"))
    apply(new_publisher(admin, "Bob"), source)
    good(admin.patch(path_of(source), {"offers": []}))
    good(admin.patch(path_of(source), with_offers(campaign)))
    publish_weights(source, {"*": {campaign["id"]: 1.0}})
    clone = good(admin.post(f"{path_of(source)}/clone"))
    assert (clone["version"], clone["epoch"], clone["live_count"], clone["pending_count"]) == (1, 1, 0, 0)
    assert good(admin.get(f"{path_of(clone)}/publishers"))["items"] == []
    assert good(admin.get(f"{path_of(clone)}/weights"))["weights_version"] is None


def test_clone_with_an_archived_campaign_is_refused_with_its_name(admin: Api) -> None:
    campaign = new_campaign(admin, "old")
    source = new_smartlink(admin, campaign)
    archive_within_pool(campaign)
    refused = admin.post(f"{path_of(source)}/clone")
    names = f"old ({campaign['id']})"
    message = f"The smartlink has campaigns that are archived or do not exist: {names}. Remove them from it first."
    assert (refused.status, refused.json["detail"]) == (409, message)
    assert listed(admin, "/admin/smartlinks") == [source["id"]]


def test_clone_with_a_tracking_domain_that_is_not_active_any_more_is_refused(admin: Api) -> None:
    domain = an_active_domain()
    source = new_smartlink(admin, tracking_domain=domain.host)
    domain.update([DomainRow.status.set("failed")])
    refused = admin.post(f"{path_of(source)}/clone")
    message = "no active tracking domain. Set another tracking_domain or null in it first."
    assert (refused.status, refused.json["detail"]) == (409, f"The smartlink uses {domain.host}, which is {message}")


def test_clone_with_an_idempotency_key_is_made_once(admin: Api) -> None:
    source = new_smartlink(admin)
    clones = [admin.post(f"{path_of(source)}/clone", Idempotency_Key="once").json["id"] for _ in range(2)]
    assert listed(admin, "/admin/smartlinks") == [clones[0], source["id"]]
    assert clones[0] == clones[1]


def test_clone_is_in_the_audit_log_with_its_source(admin: Api) -> None:
    source = new_smartlink(admin)
    clone = good(admin.post(f"{path_of(source)}/clone"))
    (entry,) = good(admin.get(f"/admin/audit?subject={clone['id']}"))["items"]
    assert entry["action"] == "POST /admin/smartlinks/{smartlink_id}/clone"
    assert (entry["before"], entry["after"]["cloned_from"]) == (None, source["id"])
    assert entry["after"]["name"] == clone["name"]


# Delete


@pytest.mark.parametrize("visibility", ["ask", "public", "private"])
def test_deleted_smartlink_is_not_found_by_its_publishers(admin: Api, visibility: str) -> None:
    smartlink, publisher = new_smartlink(admin, visibility=visibility), new_publisher(admin)
    add_publisher(admin, smartlink, publisher)
    admin.delete(path_of(smartlink))
    assert pages(publisher.api, "/publisher/smartlinks", 50) == [[]]
    assert publisher.api.get(f"/publisher/smartlinks/{smartlink['id']}").status == 404
    assert apply(publisher, smartlink).status == 404


def test_application_for_a_deleted_smartlink_cannot_be_decided(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    apply(new_publisher(admin), smartlink)
    (application,) = pending(admin)
    admin.delete(path_of(smartlink))
    assert pending(admin) == []
    assert admin.post(f"/admin/applications/{application}/approve").status == 409
    assert admin.post(f"/admin/applications/{application}/decline", {}).status == 409


def test_click_on_a_deleted_smartlink_is_still_explained(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    click = click_and_explain(admin, add_publisher(admin, smartlink, new_publisher(admin)))
    admin.delete(path_of(smartlink))
    assert admin.get(f"/admin/clicks/{click['click_id']}").json == click


# Publishers


def test_publisher_on_a_smartlink_is_listed_with_their_link(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin, "Ann")
    path = f"{path_of(smartlink)}/publishers"
    added = admin.post(path, {"publisher_id": publisher.id})
    code = added.json["link"]["code"]
    url = f"http://api1.execute-api.localhost:4566/s/{code}"
    assert added.status == 201
    assert added.json == {
        "publisher_id": publisher.id,
        "publisher_name": "Ann",
        "status": "approved",
        "applied_at": None,
        "decided_at": None,
        "link": {"code": code, "url": url},
    }
    assert admin.get(path).json == {"items": [added.json], "next_cursor": None, "total": None}


def test_unknown_publisher_cannot_be_added(admin: Api) -> None:
    path = f"{path_of(new_smartlink(admin))}/publishers"
    assert errors_by_pointer(admin.post(path, {"publisher_id": "pub_none"})) == {
        "/publisher_id": "is not a publisher: pub_none"
    }
    assert errors_by_pointer(admin.post(path, {})) == {"/publisher_id": "is required"}


def test_publisher_added_twice_keeps_their_link(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    assert add_publisher(admin, smartlink, publisher) == add_publisher(admin, smartlink, publisher)
    assert counts(admin, smartlink) == (1, 0)


def test_two_publishers_have_two_links(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    codes = {add_publisher(admin, smartlink, new_publisher(admin, name)) for name in ("Ann", "Bob")}
    assert len(codes) == 2
    assert {len(code) for code in codes} == {10}


def test_link_of_a_removed_publisher_stops_until_they_are_added_again(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin)), new_publisher(admin)
    code = add_publisher(admin, smartlink, publisher)
    removed = admin.delete(f"{path_of(smartlink)}/publishers/{publisher.id}")
    assert (removed.status, removed.text) == (204, "")
    assert clicked(code).status == 404
    assert add_publisher(admin, smartlink, publisher) == code
    assert clicked(code).status == 302


def test_only_a_publisher_on_the_smartlink_can_be_removed(admin: Api) -> None:
    smartlink, ann, bob = new_smartlink(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    path = f"{path_of(smartlink)}/publishers"
    apply(bob, smartlink)
    assert [admin.delete(f"{path}/{each}").status for each in (ann.id, bob.id, "pub_none")] == [404] * 3
    add_publisher(admin, smartlink, ann)
    assert [admin.delete(f"{path}/{ann.id}").status for _ in range(2)] == [204, 404]


def test_counts_follow_every_change(admin: Api) -> None:
    smartlink, ann, bob = new_smartlink(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    path = f"{path_of(smartlink)}/publishers"
    seen = []

    def after(answered: object) -> None:
        assert answered
        seen.append(counts(admin, smartlink))

    after(apply(ann, smartlink))
    after(apply(ann, smartlink))
    after(admin.post(f"/admin/applications/{pending(admin)[0]}/decline", {}))
    after(apply(ann, smartlink))
    after(admin.post(f"/admin/applications/{pending(admin)[0]}/approve"))
    after(apply(bob, smartlink))
    after(add_publisher(admin, smartlink, bob))
    after(admin.delete(f"{path}/{ann.id}"))
    after(apply(ann, smartlink))
    after(add_publisher(admin, smartlink, ann))
    after(admin.patch(path_of(smartlink), {"name": "B"}))
    assert seen == [(0, 1), (0, 1), (0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (1, 0), (1, 1), (2, 0), (2, 0)]


def test_public_smartlink_counts_new_publishers_at_once(admin: Api) -> None:
    smartlink = new_smartlink(admin, visibility="public")
    apply(new_publisher(admin), smartlink)
    assert counts(admin, smartlink) == (1, 0)


# Approvals


def test_approved_publisher_may_run_every_offer_by_direct_link(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    smartlink, publisher = new_smartlink(admin, game, shop), new_publisher(admin)
    apply(publisher, smartlink)
    assert tracking_keys(admin, publisher.id) == {}
    admin.post(f"/admin/applications/{pending(admin)[0]}/approve")
    minted = tracking_keys(admin, publisher.id)
    assert set(minted) == {game["id"], shop["id"]}
    assert location(minted[game["id"]]) == "https://game.example/"
    assert location(minted[shop["id"]]) == "https://shop.example/"


def test_withdrawn_campaign_stays_withdrawn_until_it_is_approved_again(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    add_publisher(admin, new_smartlink(admin, campaign), publisher)
    key = tracking_keys(admin, publisher.id)[campaign["id"]]
    path = f"/admin/publishers/{publisher.id}/campaigns"
    assert admin.delete(f"{path}/{campaign['id']}").status == 204
    add_publisher(admin, new_smartlink(admin, campaign), publisher)
    assert tracking_keys(admin, publisher.id) == {}
    assert clicked(key).status == 404
    assert good(admin.post(path, {"campaign_id": campaign["id"]}))["tracking_key"] == key
    assert clicked(key).status == 302


def test_respected_approvals_are_not_given_and_unapproved_offers_are_skipped(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    publisher = new_publisher(admin)
    smartlink = new_smartlink(admin, {"campaign_id": game["id"], "priority": 1}, shop, offer_access="respect")
    code = add_publisher(admin, smartlink, publisher)
    assert tracking_keys(admin, publisher.id) == {}
    assert refusals(click_and_explain(admin, code)) == ["not_approved", "not_approved"]
    admin.post(f"/admin/publishers/{publisher.id}/campaigns", {"campaign_id": shop["id"]})
    click = click_and_explain(admin, code)
    assert (click["campaign_id"], refusals(click)) == (shop["id"], ["not_approved", None])


def test_withdrawn_campaign_is_skipped_only_if_approvals_are_respected(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    links = [new_smartlink(admin, campaign, offer_access=access) for access in ("grant", "respect")]
    codes = [add_publisher(admin, each, publisher) for each in links]
    admin.delete(f"/admin/publishers/{publisher.id}/campaigns/{campaign['id']}")
    assert [click_and_explain(admin, code)["outcome"] for code in codes] == ["offer", "fallback"]


def test_more_approvals_than_one_transaction_takes_are_all_made(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.access.grants.GRANTED_PER_TRANSACTION", 2)
    campaigns = [new_campaign(admin, f"c{n}") for n in range(5)]
    publisher = new_publisher(admin)
    add_publisher(admin, new_smartlink(admin, *campaigns), publisher)
    assert set(tracking_keys(admin, publisher.id)) == {each["id"] for each in campaigns}
