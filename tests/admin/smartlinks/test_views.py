from typing import Any

import pytest

from chalicelib.domain.stored_targeting import STORED_DEFAULTS
from chalicelib.tables.clicks import ClickRow, DuplicateMarkerRow
from chalicelib.tables.counters import CapCounterRow
from tests.admin.edited_smartlinks import location, path_of, tracking_keys, with_offers
from tests.builders import LEARNED_AT
from tests.conftest import Api
from tests.documents import (
    CURL,
    FALLBACK,
    add_publisher,
    apply,
    click_and_explain,
    clicked,
    errors_by_pointer,
    good,
    new_campaign,
    new_link,
    new_publisher,
    new_smartlink,
    pages,
    pending,
    publish_weights,
    recorded,
    refusals,
    set_terms,
)

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
ADDED = {"id", "status", "version", "offer_count", "live_count", "pending_count", "epoch", "warnings"}
CLICK = {
    "click_id",
    "at",
    "smartlink_id",
    "publisher_id",
    "outcome",
    "campaign_id",
    "destination_url",
    "country",
    "region",
    "city",
    "network",
    "connection",
    "device",
    "os",
    "os_version",
    "browser",
    "language",
    "sub_ids",
    "source",
    "external_click_id",
    "is_bot",
    "is_duplicate",
    "is_unique",
    "decision",
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


def test_document_has_exactly_the_documented_fields(admin: Api) -> None:
    assert set(new_smartlink(admin)) == {*SETTINGS, *ADDED}


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
    "no name": ({"name": ""}, {"/name": "must have at least 1 characters"}),
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
        {"/offers": "must list each campaign once; listed twice: cmp_a"},
    ),
    "several errors in two offers": (
        {"offers": [{"campaign_id": "cmp_a", "weight": -1, "priority": 1001}, {"weight": 1.2345, "enabled": 1}]},
        {
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
    assert pages(admin, "/admin/smartlinks", 50) == [[smartlink]]


@pytest.mark.parametrize("domain", ["https://go.example", "go.example/", "GO.example", "localhost", "-go.example", ""])
def test_tracking_domain_is_a_plain_host_name(admin: Api, domain: str) -> None:
    assert set(errors_by_pointer(admin.post("/admin/smartlinks", {"name": "S", "tracking_domain": domain}))) == {
        "/tracking_domain"
    }


def test_links_use_the_tracking_domain(admin: Api) -> None:
    smartlink = new_smartlink(admin, tracking_domain="go.network.example")
    code = add_publisher(admin, smartlink, new_publisher(admin))
    (member,) = good(admin.get(f"{path_of(smartlink)}/publishers"))["items"]
    assert member["link"] == {"code": code, "url": f"https://go.network.example/s/{code}"}


def test_document_has_warnings(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, {"campaign_id": campaign["id"], "weight": 0}, fallback_url=None)
    assert smartlink["warnings"] == [
        'No fallback URL is set. Clicks without an eligible offer see the "no offer available" page.',
        f"Offer {campaign['id']} can never receive a click: its weight is 0.",
    ]


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
    assert after == {**before, "description": "Now with more", "tags": ["apps"], "version": 2}
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


def test_stale_edit_pause_or_delete_changes_nothing(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    path, stale = path_of(smartlink), '"2"'
    assert admin.patch(path, {"name": "B"}, If_Match=stale).status == 412
    assert admin.post(f"{path}/pause", If_Match=stale).status == 412
    assert admin.delete(path, If_Match=stale).status == 412
    assert admin.get(path).json == smartlink


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


def test_edit_of_the_offers_starts_a_new_epoch_only_if_configured(admin: Api) -> None:
    keep, reset = new_smartlink(admin), new_smartlink(admin, on_pool_change="reset")
    campaign = new_campaign(admin)
    epochs = [admin.patch(path_of(each), with_offers(campaign)).json["epoch"] for each in (keep, reset)]
    assert epochs == [1, 2]
    assert admin.patch(path_of(reset), {"name": "B"}).json["epoch"] == 2


# Pause


def test_paused_smartlink_sends_every_click_to_its_fallback_url(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, new_publisher(admin))
    paused = good(admin.post(f"{path_of(smartlink)}/pause"))
    assert (paused["status"], paused["version"]) == ("paused", 2)
    click = click_and_explain(admin, code)
    assert (click["outcome"], click["destination_url"], refusals(click)) == ("paused", FALLBACK, [])


def test_resumed_smartlink_routes_as_before(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, new_publisher(admin))
    admin.post(f"{path_of(smartlink)}/pause")
    resumed = good(admin.post(f"{path_of(smartlink)}/resume"))
    assert (resumed["status"], resumed["version"], resumed["offers"]) == ("active", 3, smartlink["offers"])
    assert click_and_explain(admin, code)["outcome"] == "offer"


def test_edit_leaves_a_paused_smartlink_paused(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    admin.post(f"{path_of(smartlink)}/pause")
    assert admin.patch(path_of(smartlink), {"name": "B"}).json["status"] == "paused"


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
    assert admin.post(f"/admin/applications/{application}/approve").status == 404
    assert admin.post(f"/admin/applications/{application}/decline", {}).status == 404


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
        "link": {"code": code, "url": url},
    }
    assert admin.get(path).json == {"items": [added.json], "next_cursor": None}


def test_pending_or_declined_publisher_is_not_listed(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    apply(new_publisher(admin, "Ann"), smartlink)
    admin.post(f"/admin/applications/{pending(admin)[0]}/decline", {})
    apply(new_publisher(admin, "Bob"), smartlink)
    assert pages(admin, f"{path_of(smartlink)}/publishers", 50) == [[]]


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
    monkeypatch.setattr("chalicelib.access.campaign_approvals._BATCH", 2)
    campaigns = [new_campaign(admin, f"c{n}") for n in range(5)]
    publisher = new_publisher(admin)
    add_publisher(admin, new_smartlink(admin, *campaigns), publisher)
    assert set(tracking_keys(admin, publisher.id)) == {each["id"] for each in campaigns}


# Simulation


PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Mobile/15E148"


def simulated(admin: Api, smartlink: dict[str, Any], **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = good(admin.post(f"{path_of(smartlink)}/simulate", fields))
    return document


def test_simulation_returns_a_click_document(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, {"campaign_id": campaign["id"], "weight": 3, "priority": 10})
    click = simulated(admin, smartlink, country="US", device="mobile", os="ios", language="en", source="news", draw=0.5)
    assert set(click) == CLICK
    assert (click["click_id"], click["publisher_id"], click["smartlink_id"]) == (None, None, smartlink["id"])
    assert (click["outcome"], click["campaign_id"]) == ("offer", campaign["id"])
    assert [click[name] for name in ("country", "device", "os", "language", "source")] == [
        "US",
        "mobile",
        "ios",
        "en",
        "news",
    ]
    assert click["decision"] == {
        "segment": "US|mobile",
        "arm": "weighted",
        "route_version": 1,
        "weights_version": None,
        "draw": 0.5,
        "propensity": 1.0,
        "considered": [{"campaign_id": campaign["id"], "priority": 10, "weight": 3, "refused": None}],
    }


def test_simulation_stores_and_reserves_nothing(admin: Api) -> None:
    caps = [{"metric": "clicks", "window": window, "limit": "1"} for window in ("day", "total")]
    campaign = new_campaign(admin, caps=caps, duplicate_filter={"window_seconds": 60})
    smartlink = new_smartlink(admin, campaign)
    outcomes = [simulated(admin, smartlink, ip="203.0.113.7", user_agent=PHONE)["outcome"] for _ in range(3)]
    assert outcomes == ["offer"] * 3
    assert [*ClickRow.scan(), *CapCounterRow.scan(), *DuplicateMarkerRow.scan()] == []


def test_simulation_sees_earlier_clicks_of_the_network_as_duplicates(admin: Api) -> None:
    campaign = new_campaign(admin, duplicate_filter={"identity": "ip", "window_seconds": 3600})
    smartlink = new_smartlink(admin, campaign)
    clicked(add_publisher(admin, smartlink, new_publisher(admin)), CloudFront_Viewer_Address="[2001:db8::1]:1")
    addresses = ["2001:db8::2", "2001:db8:0:1::1", None]
    refused = [refusals(simulated(admin, smartlink, ip=address)) for address in addresses]
    assert refused == [["duplicate"], [None], [None]]


def test_simulation_sees_caps_reached_by_clicks(admin: Api) -> None:
    campaign = new_campaign(admin, caps=[{"metric": "clicks", "window": "total", "limit": "1"}])
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    clicked(add_publisher(admin, smartlink, publisher))
    assert refusals(simulated(admin, smartlink, publisher_id=publisher.id)) == ["cap"]


def test_simulation_uses_the_caps_of_the_publishers_terms(admin: Api) -> None:
    cap = {"metric": "clicks", "window": "total", "limit": "1", "scope": "publisher"}
    campaign = new_campaign(admin, caps=[cap])
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    clicked(add_publisher(admin, smartlink, publisher))
    refused = [refusals(simulated(admin, smartlink, publisher_id=publisher.id))]
    for caps in ([{**cap, "limit": "2"}], [], None):
        set_terms(admin, publisher.id, campaign, caps=caps)
        refused.append(refusals(simulated(admin, smartlink, publisher_id=publisher.id)))
    assert refused == [["cap"], [None], [None], ["cap"]]


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(0, ("optimized", [0.25, 0.75])), (99, ("optimized", [0.25, 0.75])), (100, ("holdout", [3, 1]))],
)
def test_simulation_uses_learned_weights_unless_the_hold_out_has_every_click(
    admin: Api, percent: int, expected: tuple[str, list[float]]
) -> None:
    one, two = (new_campaign(admin, name)["id"] for name in ("one", "two"))
    offers = [{"campaign_id": one, "weight": 3}, {"campaign_id": two, "weight": 1}]
    smartlink = new_smartlink(admin, *offers, rotation="optimized", holdout_percent=percent)
    publish_weights(smartlink, {"*": {one: 0.25, two: 0.75}})
    click = simulated(admin, smartlink, country="US", device="mobile", draw=0.5)
    decision = click["decision"]
    assert (decision["arm"], [each["weight"] for each in decision["considered"]]) == expected
    assert decision["weights_version"] == LEARNED_AT
    assert click["campaign_id"] == (two if decision["arm"] == "optimized" else one)
    assert decision["segment"] == ("*" if decision["arm"] == "optimized" else "US|mobile")


def test_draw_of_a_simulation_selects_the_offer(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    smartlink = new_smartlink(admin, {"campaign_id": game["id"], "weight": 3}, shop)
    drawn = [simulated(admin, smartlink, draw=draw)["campaign_id"] for draw in (0, 0.7499, 0.75, 0.9999)]
    assert drawn == [game["id"], game["id"], shop["id"], shop["id"]]


def test_time_of_a_simulation_is_checked_against_schedules(admin: Api) -> None:
    schedule = {"starts_at": "2027-01-01T00:00:00Z", "hours": [9], "timezone": "Europe/Berlin"}
    smartlink = new_smartlink(admin, new_campaign(admin, schedule=schedule))
    moments = ("2026-12-31T08:00:00Z", "2027-01-04T08:00:00Z", "2027-01-04T09:59:59+01:00", "2027-01-04T09:00:00Z")
    clicks = [simulated(admin, smartlink, at=at) for at in moments]
    assert [refusals(each) for each in clicks] == [["schedule"], [None], [None], ["schedule"]]
    assert clicks[2]["at"] == "2027-01-04T08:59:59.000Z"


def test_approvals_of_the_publisher_apply_to_a_simulation(admin: Api) -> None:
    campaign, ann, bob = new_campaign(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    smartlink = new_smartlink(admin, campaign, offer_access="respect")
    admin.post(f"/admin/publishers/{ann.id}/campaigns", {"campaign_id": campaign["id"]})
    clicks = [simulated(admin, smartlink, publisher_id=each.id) for each in (ann, bob)]
    assert [each["publisher_id"] for each in clicks] == [ann.id, bob.id]
    assert [refusals(each) for each in clicks] == [[None], ["not_approved"]]


def test_simulation_for_a_suspended_publisher_goes_to_the_fallback_url(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin)), new_publisher(admin)
    admin.patch(f"/admin/publishers/{publisher.id}", {"status": "suspended"})
    click = simulated(admin, smartlink, publisher_id=publisher.id)
    assert (click["outcome"], refusals(click)) == ("fallback", ["not_approved"])


def test_simulation_without_a_publisher_has_no_approvals(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), offer_access="respect")
    assert refusals(simulated(admin, smartlink)) == ["not_approved"]


def test_user_agent_fills_in_missing_fields(admin: Api) -> None:
    iphone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Mobile/15E148 Safari"
    )
    smartlink = new_smartlink(admin, new_campaign(admin))
    detected = simulated(admin, smartlink, user_agent=iphone)
    explicit = simulated(admin, smartlink, user_agent=iphone, device="tablet", os="android", browser="Chrome")
    assert [detected[name] for name in ("device", "os", "browser", "is_bot")] == ["mobile", "ios", "safari", False]
    assert [explicit[name] for name in ("device", "os", "browser")] == ["tablet", "android", "chrome"]


def test_user_agent_of_a_bot_is_a_bot_and_a_missing_one_is_not(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    assert [simulated(admin, smartlink, **fields)["is_bot"] for fields in ({"user_agent": CURL}, {})] == [True, False]


def test_address_fills_in_the_country(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.admin.smartlinks import views
    from chalicelib.routing.location import GeoLocation

    places = {"203.0.113.7": GeoLocation("DE", "DE-BE", "Berlin")}
    monkeypatch.setattr(views, "locate", lambda address, _=None: places.get(address, GeoLocation()))
    smartlink = new_smartlink(admin, new_campaign(admin))
    clicks = [simulated(admin, smartlink, ip=ip) for ip in ("203.0.113.7", "203.0.113.8")]
    assert [(each["country"], each["region"]) for each in clicks] == [("DE", "DE-BE"), (None, None)]


def test_simulation_of_a_paused_smartlink_goes_to_the_fallback_url(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    admin.post(f"{path_of(smartlink)}/pause")
    click = simulated(admin, smartlink)
    assert (click["outcome"], click["destination_url"]) == ("paused", FALLBACK)


WRONG_SIMULATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a draw of 1": ({"draw": 1}, "/draw"),
    "a draw below 0": ({"draw": -0.1}, "/draw"),
    "a country's name": ({"country": "Germany"}, "/country"),
    "an unknown device": ({"device": "phone"}, "/device"),
    "an unknown publisher": ({"publisher_id": "pub_none"}, "/publisher_id"),
    "an empty publisher": ({"publisher_id": ""}, "/publisher_id"),
    "no time": ({"at": "yesterday"}, "/at"),
    "a time without an offset": ({"at": "2026-11-01T00:00:00"}, "/at"),
    "an unknown field": ({"planet": "Mars"}, "/planet"),
}


@pytest.mark.parametrize(("fields", "pointer"), WRONG_SIMULATIONS.values(), ids=WRONG_SIMULATIONS)
def test_invalid_simulation_is_rejected(admin: Api, fields: dict[str, Any], pointer: str) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    assert set(errors_by_pointer(admin.post(f"{path_of(smartlink)}/simulate", fields))) == {pointer}


def test_simulations_without_a_draw_have_different_draws(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    draws = {simulated(admin, smartlink)["decision"]["draw"] for _ in range(5)}
    assert len(draws) == 5
    assert all(0 <= draw < 1 for draw in draws)


def test_simulation_does_not_change_recorded_clicks(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin))
    clicked(code)
    (smartlink,) = pages(admin, "/admin/smartlinks", 50)[0]
    simulated(admin, smartlink)
    assert len(recorded()) == 1
