from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.access import membership, terms
from chalicelib.admin import references, route_publishing
from chalicelib.admin.smartlinks import simulation_views
from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.admin.smartlinks.simulation_schemas import Simulation, SimulationDocument, UnsavedSimulation
from chalicelib.admin.smartlinks.simulation_views import simulate, simulate_unsaved
from chalicelib.domain.route import LearnedWeights
from chalicelib.http.models import Body, validate
from chalicelib.routing.click_references import PastRoute
from chalicelib.routing.route_history import decode_with_documents
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.clicks import ClickRow, DuplicateMarkerRow
from chalicelib.tables.counters import CapCounterRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.admin.edited_smartlinks import path_of
from tests.builders import LEARNED_AT
from tests.conftest import Api
from tests.documents import (
    CURL,
    FALLBACK,
    add_publisher,
    clicked,
    errors_by_pointer,
    good,
    new_campaign,
    new_link,
    new_publisher,
    new_smartlink,
    pages,
    publish_weights,
    recorded,
    refusals,
    set_terms,
)
from tests.http.support import a_request

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Mobile/15E148"


def simulated(admin: Api, smartlink: dict[str, Any], **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = good(admin.post(f"{path_of(smartlink)}/simulate", fields))
    return document


def test_simulation_returns_a_click_document(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, {"campaign_id": campaign["id"], "weight": 3, "priority": 10})
    click = simulated(admin, smartlink, country="US", device="mobile", os="ios", language="en", source="news", draw=0.5)
    assert set(click) == set(SimulationDocument.model_fields)
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
        "weights_at": None,
        "draw": 0.5,
        "propensity": 1.0,
        "considered": [
            {
                "campaign_id": campaign["id"],
                "campaign_name": "game",
                "priority": 10,
                "weight": 3,
                "chance": 1.0,
                "refused": None,
                "refused_by": None,
                "allowed": None,
                "campaign_status": "active",
                "payout": "0",
                "currency": "USD",
                "campaign_targeting": campaign["targeting"],
            }
        ],
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
    from chalicelib.routing.location import GeoLocation

    places = {"203.0.113.7": GeoLocation("DE", "DE-BE", "Berlin")}
    monkeypatch.setattr(simulation_views, "locate", lambda address, _=None: places.get(address, GeoLocation()))
    smartlink = new_smartlink(admin, new_campaign(admin))
    clicks = [simulated(admin, smartlink, ip=ip) for ip in ("203.0.113.7", "203.0.113.8")]
    assert [(each["country"], each["region"]) for each in clicks] == [("DE", "DE-BE"), (None, None)]


def test_simulation_of_a_paused_smartlink_goes_to_the_fallback_url(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    admin.post(f"{path_of(smartlink)}/pause")
    click = simulated(admin, smartlink)
    assert (click["outcome"], click["destination_url"]) == ("paused", FALLBACK)


def test_simulation_has_the_warnings_about_the_smartlink(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), fallback_url=None)
    assert simulated(admin, smartlink)["warnings"] == smartlink["warnings"]
    assert [each["code"] for each in smartlink["warnings"]] == ["no_fallback_url"]


def test_payout_of_a_simulation_is_that_of_the_publishers_terms(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, payout="1.50", revenue="2.00"), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    set_terms(admin, publisher.id, campaign, payout="1.75")
    clicks = [simulated(admin, smartlink), simulated(admin, smartlink, publisher_id=publisher.id)]
    assert [(each["payout"], each["decision"]["considered"][0]["payout"]) for each in clicks] == [
        ("1.50", "1.50"),
        ("1.75", "1.75"),
    ]
    assert [each["publisher_name"] for each in clicks] == [None, "Ann"]


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


# Unsaved smartlinks


UNSAVED = "/admin/smartlinks/simulate"


def test_unsaved_smartlink_is_simulated_and_nothing_is_stored(admin: Api) -> None:
    cap = {"metric": "clicks", "window": "day", "limit": "1"}
    campaign = new_campaign(admin, caps=[cap], duplicate_filter={"window_seconds": 60}, payout="1.50", revenue="2.00")
    unsaved = {"name": "New", "offers": [{"campaign_id": campaign["id"], "weight": 3}]}
    clicks = [good(admin.post(UNSAVED, {"smartlink": unsaved, "country": "US", "ip": "203.0.113.7"})) for _ in "12"]
    (offer,) = clicks[1]["decision"]["considered"]
    assert [each["outcome"] for each in clicks] == ["offer", "offer"]
    assert (clicks[0]["smartlink_id"], clicks[0]["smartlink_name"], clicks[0]["link"]) == (None, "New", None)
    assert (clicks[0]["decision"]["route_version"], offer["campaign_name"], offer["payout"]) == (0, "game", "1.50")
    assert [each["code"] for each in clicks[0]["warnings"]] == ["no_fallback_url"]
    assert [*ClickRow.scan(), *CapCounterRow.scan(), *DuplicateMarkerRow.scan(), *SmartlinkRow.scan()] == []


def test_all_errors_of_an_unsaved_simulation_come_together(admin: Api) -> None:
    offers = [{"campaign_id": "cmp_none", "weight": -1}, {"campaign_id": 3}]
    urls = {"fallback_url": "http://api1.execute-api.localhost:4566/s/abcde12345", "catch_all_campaign_id": "cmp_gone"}
    body = {"smartlink": {"name": "", "offers": offers, **urls}, "publisher_id": "pub_none", "smartlink_id": "sml_none"}
    assert list(errors_by_pointer(admin.post(UNSAVED, {**body, "country": "UK", "planet": 1})).items()) == [
        ("/smartlink/name", "must not be empty"),
        ("/smartlink/offers/0/campaign_id", "is not a campaign: cmp_none"),
        ("/smartlink/offers/0/weight", "must be 0 or more"),
        ("/smartlink/offers/1/campaign_id", "must be a string"),
        ("/smartlink/fallback_url", "must not lead to one of our own links; use the address that the link leads to"),
        ("/smartlink/catch_all_campaign_id", "is not a campaign: cmp_gone"),
        ("/publisher_id", "is not a publisher: pub_none"),
        ("/smartlink_id", "is not a smartlink: sml_none"),
        ("/country", "must be a country code such as GB; UK is GB"),
        ("/planet", "is not a known field"),
    ]


def test_deleted_smartlink_has_no_edits(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    admin.delete(path_of(smartlink))
    body = {"smartlink": {"name": "New"}, "smartlink_id": smartlink["id"]}
    assert set(errors_by_pointer(admin.post(UNSAVED, body))) == {"/smartlink_id"}


def test_unsaved_smartlink_that_is_too_large_has_the_pointer_of_the_smartlink(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route_publishing, "MAX_ROUTE_BYTES", 10)
    assert set(errors_by_pointer(admin.post(UNSAVED, {"smartlink": {"name": "New"}}))) == {"/smartlink"}


@pytest.mark.parametrize(("policy", "arm"), [("keep", "optimized"), ("reset", "weighted")])
def test_edit_uses_the_learned_weights_that_it_would_keep(admin: Api, policy: str, arm: str) -> None:
    one, two, three = (new_campaign(admin, name)["id"] for name in ("one", "two", "three"))
    offers = [{"campaign_id": one, "weight": 3}, {"campaign_id": two, "weight": 1}]
    smartlink = new_smartlink(admin, *offers, rotation="optimized")
    publish_weights(smartlink, {"*": {one: 0.25, two: 0.75}})
    after = [offers[1], {"campaign_id": three}]
    edited = {"name": "New", "rotation": "optimized", "on_pool_change": policy, "offers": after}
    decision = good(admin.post(UNSAVED, {"smartlink": edited, "smartlink_id": smartlink["id"]}))["decision"]
    assert decision["arm"] == arm
    assert decision["considered"][0]["weight"] == (0.75 if policy == "keep" else 1)


def test_values_that_the_saved_smartlink_has_stay_valid_in_its_edit(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    row = SmartlinkRow.get(smartlink["id"])
    row.settings["offers"][0]["targeting"]["countries"] = ["UK"]
    row.save()
    edited = {**row.settings, "name": "New"}
    assert set(errors_by_pointer(admin.post(UNSAVED, {"smartlink": edited}))) == {
        "/smartlink/offers/0/targeting/countries/0"
    }
    assert good(admin.post(UNSAVED, {"smartlink": edited, "smartlink_id": row.id}))["smartlink_name"] == "New"


TARGETINGS = st.sampled_from([{}, {"countries": ["US", "GB"]}, {"devices": ["mobile"]}, {"exclude_bots": True}])


def _documents(campaign_ids: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw smartlinks with any of these campaigns."""
    offer = st.fixed_dictionaries(
        {"campaign_id": st.sampled_from(campaign_ids)},
        optional={
            "weight": st.integers(0, 3),
            "priority": st.integers(0, 1),
            "enabled": st.booleans(),
            "targeting": TARGETINGS,
            "destination_url": st.just("https://landing.example/?cid={click_id}"),
        },
    )
    return st.fixed_dictionaries(
        {"name": st.just("S"), "offers": st.lists(offer, max_size=5, unique_by=lambda each: each["campaign_id"])},
        optional={
            "fallback_url": st.just(FALLBACK),
            "catch_all_campaign_id": st.sampled_from(campaign_ids),
            "rotation": st.sampled_from(["weighted", "optimized"]),
            "offer_access": st.sampled_from(["grant", "respect"]),
        },
    )


def _visits(publisher_ids: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"draw": st.floats(0, 1, exclude_max=True), "at": st.just("2026-11-04T12:30:00Z")},
        optional={
            "publisher_id": st.sampled_from(publisher_ids),
            "country": st.sampled_from(["US", "GB", "DE"]),
            "device": st.sampled_from(["mobile", "desktop"]),
            "user_agent": st.sampled_from([PHONE, CURL]),
            "ip": st.sampled_from(["203.0.113.7", "203.0.113.8"]),
            "sub_ids": st.just({"sub1": "news"}),
        },
    )


def _read_once(monkeypatch: pytest.MonkeyPatch, campaigns: dict[str, CampaignRow]) -> None:
    """Read publishers, terms and campaigns from the tables once: hundreds of simulations would read the same."""
    monkeypatch.setattr(membership, "get_publisher_or_404", cache(membership.get_publisher_or_404))
    monkeypatch.setattr(terms, "newest_row", cache(terms.newest_row))
    monkeypatch.setattr(references, "get_or_none", cache(get_or_none))
    monkeypatch.setattr(route_publishing, "campaigns", lambda ids: {each: campaigns[each] for each in ids})


@dataclass
class _Saved:
    """A saved smartlink and its route, as the views read them."""

    row: SmartlinkRow
    route: PastRoute | None = None

    def save(self, document: dict[str, Any], learned: LearnedWeights | None) -> None:
        self.row.settings = validate(SmartlinkSettings, document).model_dump(mode="json")
        rows = route_publishing.campaigns(route_publishing.campaign_ids(self.row.settings))
        compiled = decode_with_documents(route_publishing.encode_route(self.row, rows.values()), 1)
        self.route = PastRoute(replace(compiled.route, learned=learned), compiled.documents)


def test_unsaved_smartlink_answers_as_the_saved_one(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    cap = {"metric": "clicks", "window": "total", "limit": "1"}
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    capped = new_campaign(admin, "capped", caps=[cap], duplicate_filter={"identity": "ip", "window_seconds": 3600})
    paid = new_campaign(admin, "paid", payout="1.50", revenue="2.00")
    others = [new_campaign(admin, targeting={"countries": ["US"]}), new_campaign(admin, status="paused")]
    ids = [each["id"] for each in (capped, paid, *others)]
    clicked(add_publisher(admin, new_smartlink(admin, capped), ann))
    set_terms(admin, ann.id, paid, payout="1.75")
    admin.patch(f"/admin/publishers/{bob.id}", {"status": "suspended"})
    saved = _Saved(SmartlinkRow.get(new_smartlink(admin)["id"]))
    _read_once(monkeypatch, route_publishing.campaigns(ids))
    monkeypatch.setattr(membership, "get_smartlink_or_404", lambda _: saved.row)
    monkeypatch.setattr(simulation_views, "get_or_none", lambda *_: saved.row)
    monkeypatch.setattr(route_publishing, "current_route", lambda _: saved.route)
    request, key = replace(a_request(), now=datetime.now(UTC)), saved.row.id
    weights = LearnedWeights(LEARNED_AT, {"*": dict.fromkeys(ids, 0.2)})

    @settings(max_examples=200, deadline=None)
    @given(_documents(ids), _visits([ann.id, bob.id]), st.booleans())
    def check(document: dict[str, Any], visit: dict[str, Any], has_learned: bool) -> None:
        saved.save(document, weights if has_learned else None)
        answer = simulate(request, key, Body(Simulation, visit))
        edited = {**visit, "smartlink": document, "smartlink_id": key}
        assert simulate_unsaved(request, Body(UnsavedSimulation, edited)) == answer
        if not has_learned:
            new = simulate_unsaved(request, Body(UnsavedSimulation, {**visit, "smartlink": document}))
            decision = new.decision.model_copy(update={"route_version": 1})
            assert new.model_copy(update={"smartlink_id": key, "decision": decision}) == answer

    check()
