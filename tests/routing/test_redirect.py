import hashlib
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

import app
from chalicelib.caps import reservation
from chalicelib.clicks import backlog
from chalicelib.domain.click import RejectionReason
from chalicelib.domain.visitor import Connection
from chalicelib.dynamodb import wait_limit
from chalicelib.lambdas import write_clicks
from chalicelib.routing import pages, redirect, route_cache
from chalicelib.routing.click_record import arm_draw_of, draw_of
from chalicelib.routing.location import GeoLocation
from chalicelib.tables.clicks import DuplicateMarkerRow
from chalicelib.tables.counters import CapCounterRow
from chalicelib.tables.routes import RouteRow
from tests.builders import LEARNED_AT, time_of
from tests.conftest import Api, ApiResponse, dynamodb, table_definitions
from tests.documents import (
    CURL,
    FALLBACK,
    add_publisher,
    click_and_explain,
    clicked,
    good,
    new_campaign,
    new_link,
    new_publisher,
    new_smartlink,
    publish_weights,
    recorded,
    refusals,
    set_terms,
)
from tests.moto_endpoint import noted

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


def host_of(answered: ApiResponse) -> str | None:
    assert answered.status == 302, answered.text
    return urlsplit(answered.headers["Location"]).hostname


def query(answered: ApiResponse) -> dict[str, list[str]]:
    return parse_qs(urlsplit(answered.headers["Location"]).query, keep_blank_values=True)


def clicks_cap(limit: int, **changes: str) -> dict[str, str]:
    return {"metric": "clicks", "window": "day", "limit": str(limit), **changes}


def used() -> list[int]:
    return sorted(row.used for row in CapCounterRow.scan())


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Provide a function that sets the clock of the redirect."""
    return lambda now: monkeypatch.setattr(redirect, "datetime", SimpleNamespace(now=lambda _: now))


# The redirect


def test_redirect_has_exactly_these_headers(admin: Api) -> None:
    campaign = new_campaign(admin, destination_url="https://game.example/")
    answered = clicked(new_link(admin, campaign))
    assert (answered.status, answered.text) == (302, "")
    assert answered.headers == {
        "Location": "https://game.example/",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }


# The cookie of pixels


def clicks_cookie(answered: ApiResponse) -> str:
    """Return the cookie that the response sets, as the browser sends it; empty if it sets none."""
    return answered.headers.get("Set-Cookie", "").partition(";")[0]


def test_click_on_a_campaign_with_a_pixel_sets_the_cookie_for_its_window(admin: Api) -> None:
    campaign = new_campaign(admin, tracking="pixel", attribution_window_days=7)
    header = clicked(new_link(admin, campaign)).headers["Set-Cookie"]
    (click_id,) = recorded()
    expires_at = int(time_of(click_id).timestamp()) + 604_800
    assert header == (
        f"clicks={campaign['id']}.{click_id}.{expires_at}; Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=None"
    )


def test_cookie_keeps_the_clicks_on_other_campaigns(admin: Api) -> None:
    first, second = (new_campaign(admin, tracking="pixel") for _ in range(2))
    cookie = clicks_cookie(clicked(new_link(admin, first)))
    both = clicks_cookie(clicked(new_link(admin, second), Cookie=f"theme=dark; {cookie}"))
    newest, oldest = both.removeprefix("clicks=").split("~")
    assert (newest.partition(".")[0], f"clicks={oldest}") == (second["id"], cookie)


def test_cookie_beside_a_very_long_destination_has_only_its_own_click(admin: Api) -> None:
    first = new_campaign(admin, "first", tracking="pixel")
    second = new_campaign(admin, "second", tracking="pixel", destination_url="https://b.example/?{external_click_id}")
    cookie = clicks_cookie(clicked(new_link(admin, first)))
    long = clicks_cookie(clicked(new_link(admin, second), {"click_id": "\u754c" * 1000}, Cookie=cookie))
    assert long.count(".") == 2
    assert long.startswith(f"clicks={second['id']}.")


def test_click_that_reaches_no_campaign_sets_no_cookie(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, tracking="pixel", targeting={"countries": ["DE"]}))
    assert set(clicked(code).headers) == {"Location", "Cache-Control", "Referrer-Policy"}


@pytest.mark.parametrize("destination", ["image", "script", "iframe", "style", "empty", "video"])
def test_click_that_is_no_visit_to_a_page_sets_no_cookie(admin: Api, destination: str) -> None:
    code = new_link(admin, new_campaign(admin, tracking="pixel"))
    assert clicks_cookie(clicked(code, Sec_Fetch_Dest=destination)) == ""
    assert clicks_cookie(clicked(code, Sec_Fetch_Dest="document")) != ""


def test_closing_the_pixel_sets_no_cookie_any_more(admin: Api) -> None:
    campaign = new_campaign(admin, tracking="pixel")
    code = new_link(admin, campaign)
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"tracking": "postback"}))
    assert clicks_cookie(clicked(code)) == ""


def test_every_macro_is_filled_with_the_values_of_the_click(admin: Api) -> None:
    names = ["click_id", "external_click_id", "campaign_id", "smartlink_id", "publisher_id", "source", "country"]
    names += ["region", "city", "device", "os", "browser", "language", "timestamp", *(f"sub{n}" for n in range(1, 11))]
    url = "https://game.example/?" + "&".join(f"{name}={{{name}}}" for name in names)
    campaign, publisher = new_campaign(admin, destination_url=url), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    code = add_publisher(admin, smartlink, publisher)
    subs = {f"sub{n}": f"label {n}" for n in range(1, 10)}
    place = {"CloudFront_Viewer_Country_Region": "CA", "CloudFront_Viewer_City": "San José"}
    answered = clicked(code, {**subs, "source": "blog", "click_id": "mine"}, Accept_Language="en-GB", **place)
    ((click_id, row),) = recorded().items()
    assert {name: values[0] for name, values in query(answered).items()} == {
        "click_id": click_id,
        "external_click_id": "mine",
        "campaign_id": campaign["id"],
        "smartlink_id": smartlink["id"],
        "publisher_id": publisher.id,
        "source": "blog",
        "country": "US",
        "region": "US-CA",
        "city": "San José",
        "device": "mobile",
        "os": "ios",
        "browser": "safari",
        "language": "en",
        "timestamp": str(row.at // 1000),
        **subs,
        "sub10": "",
    }


@pytest.mark.parametrize("label", ["sub1", "source", "click_id"])
def test_no_parameter_can_inject_a_header(admin: Api, label: str) -> None:
    url = "https://game.example/?a={sub1}{source}{external_click_id}&{query}"
    code = new_link(admin, new_campaign(admin, destination_url=url))
    answered = clicked(code, {label: "x\r\nSet-Cookie: a=b", "rest\r\n": "y\r\nz"})
    assert answered.headers["Location"] == ("https://game.example/?a=x%0D%0ASet-Cookie%3A%20a%3Db&rest%0D%0A=y%0D%0Az")
    assert not any("\r" in value or "\n" in value for value in answered.headers.values())


def test_other_parameters_are_passed_on_if_the_destination_uses_them(admin: Api) -> None:
    passing_on = new_link(admin, new_campaign(admin, destination_url="https://game.example/?a=1&{query}"))
    plain = new_link(admin, new_campaign(admin, destination_url="https://game.example/?a=1"))
    sent = {"utm_source": "a b&c", "sub1": "s", "gclid": "1"}
    assert clicked(passing_on, sent).headers["Location"] == "https://game.example/?a=1&utm_source=a%20b%26c&gclid=1"
    assert clicked(plain, sent).headers["Location"] == "https://game.example/?a=1"


def test_tracking_parameters_have_aliases(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, destination_url="https://game.example/?x={external_click_id}"))
    sent = {"pub_sub": "one", "sub_id_2": "two", "aff_sub3": "three", "sub10": "ten", "source_id": "blog"}
    click = click_and_explain(admin, code, {**sent, "external_transaction_id": "mine"})
    assert click["sub_ids"] == {"sub1": "one", "sub2": "two", "sub3": "three", "sub10": "ten"}
    assert (click["source"], click["destination_url"]) == ("blog", "https://game.example/?x=mine")


def test_tracking_key_leads_to_its_campaign(admin: Api) -> None:
    campaign, publisher = (
        new_campaign(admin, destination_url="https://game.example/?s={smartlink_id}"),
        new_publisher(admin),
    )
    path = f"/admin/publishers/{publisher.id}/campaigns"
    key = good(admin.post(path, {"campaign_id": campaign["id"]}))["tracking_key"]
    assert clicked(key).headers["Location"] == "https://game.example/?s="


def test_country_header_needs_the_edge_secret(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin))
    secrets = ["edge-secret", "another", ""]
    assert [click_and_explain(admin, code, X_Edge_Secret=each)["country"] for each in secrets] == ["US", None, None]


def test_click_is_logged_only_if_logging_is_enabled(
    admin: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign = new_campaign(admin)
    code = new_link(admin, campaign)
    clicked(code)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("LOG_CLICKS", "1")
    clicked(code)
    click_id = max(recorded())
    assert capsys.readouterr().err.startswith(f"click {click_id} offer {campaign['id']} ")


# Learned weights


def optimized(admin: Api, **changes: Any) -> tuple[str, dict[str, str]]:
    """Create a smartlink with two offers in rotation `optimized`; return a link code, and the campaigns by name."""
    ids = {name: new_campaign(admin, name)["id"] for name in ("one", "two")}
    offers = [{"campaign_id": ids["one"], "weight": 3}, {"campaign_id": ids["two"], "weight": 1}]
    smartlink = new_smartlink(admin, *offers, rotation="optimized", **changes)
    publish_weights(
        smartlink, {"US|mobile": {ids["one"]: 0.0, ids["two"]: 1.0}, "*": {ids["one"]: 1.0, ids["two"]: 0.0}}
    )
    return add_publisher(admin, smartlink, new_publisher(admin)), ids


def test_click_uses_the_learned_weights_of_its_segment(admin: Api) -> None:
    code, _ = optimized(admin, holdout_percent=0)
    countries = {country: host_of(clicked(code, CloudFront_Viewer_Country=country)) for country in ("US", "GB")}
    assert countries == {"US": "two.example", "GB": "one.example"}
    rows = {row.country: row for row in recorded().values()}
    assert {(row.arm, row.propensity, row.weights_version) for row in rows.values()} == {
        ("optimized", "1.0", LEARNED_AT)
    }
    assert {country: row.segment for country, row in rows.items()} == {"US": None, "GB": "*"}


def test_hold_out_uses_configured_weights(admin: Api) -> None:
    code, _ = optimized(admin, holdout_percent=100)
    clicked(code)
    ((click_id, row),) = recorded().items()
    first = draw_of(click_id) < 0.75
    stored: tuple[Any, ...] = (row.arm, row.weights_version, row.segment)
    assert stored == ("holdout", LEARNED_AT, None)
    assert row.propensity == ("0.75" if first else "0.25")


def test_arm_follows_from_the_click_id(admin: Api) -> None:
    code, _ = optimized(admin, holdout_percent=50)
    for _ in range(12):
        clicked(code)
    arms = {click_id: row.arm for click_id, row in recorded().items()}
    assert arms == {click_id: "holdout" if arm_draw_of(click_id) < 0.5 else "optimized" for click_id in arms}


# HEAD


def test_head_returns_the_same_headers_without_a_cookie_and_stores_nothing(admin: Api) -> None:
    url = "https://game.example/?c={country}&s={sub1}"
    caps = [clicks_cap(1), clicks_cap(1, window="total")]
    campaign = new_campaign(
        admin, destination_url=url, caps=caps, duplicate_filter={"window_seconds": 60}, tracking="pixel"
    )
    code = new_link(admin, campaign)
    heads = [Api().click(code, "HEAD", {"sub1": "a"}) for _ in range(3)]
    assert [*recorded(), *CapCounterRow.scan(), *DuplicateMarkerRow.scan()] == []
    answered = clicked(code, {"sub1": "a"})
    del answered.headers["Set-Cookie"]
    assert heads == [answered] * 3


def test_head_checks_caps_without_using_them(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, caps=[clicks_cap(1)]))
    clicked(code)
    assert host_of(Api().click(code, "HEAD")) == "network.example"
    assert used() == [1]


def test_head_of_an_unknown_code_is_not_found(admin: Api) -> None:
    head, answer = (admin.click("abcde12345", method) for method in ("HEAD", "GET"))
    assert (head.status, head.headers, head.text) == (404, answer.headers, "")


def test_head_has_no_page(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, targeting={"countries": ["DE"]}), fallback_url=None)
    head, answer = (Api().click(code, method) for method in ("HEAD", "GET"))
    assert (answer.status, "no offer" in answer.text.lower()) == (200, True)
    assert (head.status, head.headers, head.text) == (200, answer.headers, "")


# Unknown codes


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    "code", ["abcde12345", "a" * 10_000, "short", "abcde1234!", "%00%00%00", "абвгдежзик", "{code}"]
)
def test_unknown_code_gets_the_not_found_page(code: str) -> None:
    answered = Api().click(code)
    assert (answered.status, answered.text) == (404, pages.UNKNOWN_LINK)
    assert answered.headers == {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}


def test_ids_are_no_link_codes(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    assert [clicked(each).status for each in (campaign["id"], smartlink["id"], publisher.id)] == [404] * 3


# Rejections

PAST = {"ends_at": "2026-01-01T00:00:00Z"}
AT_T = {"CloudFront_Viewer_ASN": "7018"}
DATA_CENTRE = GeoLocation("US", connection=Connection.HOSTING)
REJECTED: dict[RejectionReason, dict[str, Any]] = {
    RejectionReason.DISABLED: {"offer": {"enabled": False}},
    RejectionReason.CAMPAIGN_PAUSED: {"campaign": {"status": "paused"}},
    RejectionReason.SCHEDULE: {"campaign": {"schedule": PAST}},
    RejectionReason.NOT_APPROVED: {"pool": {"offer_access": "respect"}},
    RejectionReason.COUNTRY: {"campaign": {"targeting": {"countries": ["DE"]}}},
    RejectionReason.REGION: {"offer": {"targeting": {"regions": ["US-CA"]}}},
    RejectionReason.CITY: {"offer": {"targeting": {"cities": ["US/Austin"]}}},
    RejectionReason.NETWORK: {"campaign": {"targeting": {"exclude_networks": ["AS7018"]}}, "headers": AT_T},
    RejectionReason.CONNECTION: {"offer": {"targeting": {"connections": ["cellular"]}}},
    RejectionReason.DEVICE: {"campaign": {"targeting": {"devices": ["desktop"]}}},
    RejectionReason.OS: {"offer": {"targeting": {"os": ["android"]}}},
    RejectionReason.OS_VERSION: {"campaign": {"targeting": {"os_versions": {"ios": ">=99"}}}},
    RejectionReason.BROWSER: {"campaign": {"targeting": {"browsers": ["firefox"]}}},
    RejectionReason.LANGUAGE: {"offer": {"targeting": {"languages": ["de"]}}},
    RejectionReason.SOURCE: {"campaign": {"targeting": {"exclude_sources": ["spam"]}}, "query": {"source": "spam"}},
    RejectionReason.SUB_ID: {"offer": {"targeting": {"sub_ids": {"sub1": ["news-*"]}}}, "query": {"sub1": "push"}},
    RejectionReason.HOSTING: {"campaign": {"targeting": {"exclude_hosting": True}}, "place": DATA_CENTRE},
    RejectionReason.BOT: {"headers": {"User_Agent": CURL}},
    RejectionReason.DUPLICATE: {"campaign": {"duplicate_filter": {"window_seconds": 60}}, "earlier": 1},
    RejectionReason.CAP: {"campaign": {"caps": [clicks_cap(2)]}, "earlier": 2},
    RejectionReason.LOWER_TIER: {"offer": {"priority": -1}, "better": True},
}


def test_every_rejection_reason_has_a_case() -> None:
    assert set(REJECTED) == set(RejectionReason)


@pytest.mark.parametrize("reason", RejectionReason)
def test_rejected_offer_has_its_reason(admin: Api, reason: RejectionReason, monkeypatch: pytest.MonkeyPatch) -> None:
    case = REJECTED[reason]
    found = case.get("place", GeoLocation())
    monkeypatch.setattr(
        redirect, "locate", lambda _, number: replace(found, network=f"AS{number}") if number else found
    )
    campaign = new_campaign(admin, **case.get("campaign", {}))
    better = [new_campaign(admin, "better")] if case.get("better") else []
    offer = {"campaign_id": campaign["id"], **case.get("offer", {})}
    code = new_link(admin, *better, offer, **case.get("pool", {}))
    request = (case.get("query"), case.get("headers", {}))
    for _ in range(case.get("earlier", 0)):
        assert click_and_explain(admin, code, request[0], **request[1])["outcome"] == "offer"
    click = click_and_explain(admin, code, request[0], **request[1])
    assert refusals(click) == [None] * len(better) + [reason.value]
    assert click["outcome"] == ("offer" if better else "fallback")
    assert (click["is_bot"], click["is_duplicate"]) == (
        reason is RejectionReason.BOT,
        reason is RejectionReason.DUPLICATE,
    )
    assert click["is_unique"] == (reason not in {RejectionReason.BOT, RejectionReason.DUPLICATE})


def test_rejected_offer_passes_click_on(admin: Api) -> None:
    first, second = new_campaign(admin, "first", targeting={"countries": ["DE"]}), new_campaign(admin, "second")
    code = new_link(admin, {"campaign_id": first["id"], "priority": 9}, second)
    assert host_of(clicked(code)) == "second.example"
    assert host_of(clicked(code, CloudFront_Viewer_Country="DE")) == "first.example"


def test_offer_with_a_landing_page_sends_its_clicks_there(admin: Api) -> None:
    campaign = new_campaign(admin, "game")
    code = new_link(admin, {"campaign_id": campaign["id"], "destination_url": "https://summer.example/?cid={click_id}"})

    click = click_and_explain(admin, code)

    assert click["destination_url"] == f"https://summer.example/?cid={click['click_id']}"
    assert host_of(clicked(code)) == "summer.example"


# Caps


def test_cap_is_reached_exactly(admin: Api) -> None:
    capped, other = new_campaign(admin, "capped", caps=[clicks_cap(3)]), new_campaign(admin, "other")
    code = new_link(admin, {"campaign_id": capped["id"], "priority": 1}, other)
    assert [host_of(clicked(code)) for _ in range(5)] == ["capped.example"] * 3 + ["other.example"] * 2
    assert used() == [3]


def test_cap_counts_all_links_of_its_campaign(admin: Api) -> None:
    capped = new_campaign(admin, "capped", caps=[clicks_cap(3)])
    codes = [new_link(admin, capped), new_link(admin, capped)]
    hosts = [host_of(clicked(code)) for code in codes * 2]
    assert hosts == ["capped.example"] * 3 + ["network.example"]


def test_exhausted_cap_is_cached(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, "capped", caps=[clicks_cap(1)]))
    assert [host_of(clicked(code)) for _ in range(2)] == ["capped.example", "network.example"]
    (row,) = CapCounterRow.scan()
    row.update([CapCounterRow.used.set(0)])
    assert host_of(clicked(code)) == "network.example"
    reservation.clear_leases()
    assert host_of(clicked(code)) == "capped.example"


def test_raised_cap_accepts_clicks_at_once(admin: Api) -> None:
    campaign = new_campaign(admin, "capped", caps=[clicks_cap(1)])
    code = new_link(admin, campaign)
    for _ in range(2):
        clicked(code)
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"caps": [clicks_cap(2)]})
    assert [host_of(clicked(code)) for _ in range(2)] == ["capped.example", "network.example"]


def test_publisher_cap_counts_each_publisher_separately(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin, "capped", caps=[clicks_cap(1, scope="publisher")]))
    codes = [add_publisher(admin, smartlink, new_publisher(admin, name)) for name in ("Ann", "Bob")]
    hosts = [host_of(clicked(code)) for code in codes * 2]
    assert hosts == ["capped.example"] * 2 + ["network.example"] * 2
    assert used() == [1, 1]


def test_click_counts_in_all_caps_or_in_none(admin: Api) -> None:
    caps = [clicks_cap(5), clicks_cap(2, window="total"), clicks_cap(9, scope="publisher")]
    code = new_link(admin, new_campaign(admin, "capped", caps=caps))
    assert [host_of(clicked(code)) for _ in range(4)] == ["capped.example"] * 2 + ["network.example"] * 2
    assert used() == [2, 2, 2]


def test_cap_starts_again_with_its_window(admin: Api, moment: Callable[[datetime], None]) -> None:
    code = new_link(admin, new_campaign(admin, "capped", caps=[clicks_cap(1, timezone="Europe/Berlin")]))
    hosts = []
    for at in ("2026-11-30T22:00Z", "2026-11-30T22:59:59Z", "2026-11-30T23:00Z", "2026-12-01T22:00Z"):
        moment(datetime.fromisoformat(at))
        hosts.append(host_of(clicked(code)))
    assert hosts == ["capped.example", "network.example", "capped.example", "network.example"]


def test_conversion_caps_do_not_count_clicks(admin: Api) -> None:
    cap = {"metric": "conversions", "window": "day", "limit": "1"}
    code = new_link(admin, new_campaign(admin, "capped", caps=[cap]))
    assert [host_of(clicked(code)) for _ in range(2)] == ["capped.example"] * 2
    assert used() == []


def reached_conversion_cap(admin: Api, scope: str = "campaign") -> tuple[dict[str, Any], str, str]:
    """Create a campaign at its cap of one conversion; return it, a link code, and the key of the cap counter."""
    cap = {"metric": "conversions", "window": "total", "limit": "1", "scope": scope}
    campaign, publisher = new_campaign(admin, caps=[cap]), new_publisher(admin)
    code = add_publisher(admin, new_smartlink(admin, campaign), publisher)
    scope_id = publisher.id if scope == "publisher" else "*"
    key = f"{campaign['id']}|conversions|total|UTC|ever|{scope_id}"
    CapCounterRow(key, used=1).save()
    return campaign, code, key


@pytest.mark.parametrize("scope", ["campaign", "publisher"])
def test_reached_conversion_cap_rejects_clicks(admin: Api, scope: str) -> None:
    _, code, key = reached_conversion_cap(admin, scope)
    assert refusals(click_and_explain(admin, code)) == ["cap"]
    CapCounterRow(key, used=0).save()
    assert refusals(click_and_explain(admin, code)) == [None]


def test_reached_cap_of_one_publisher_does_not_affect_others(admin: Api) -> None:
    campaign, _, _ = reached_conversion_cap(admin, "publisher")
    assert refusals(click_and_explain(admin, new_link(admin, campaign))) == [None]


def test_caps_of_terms_replace_the_campaigns_caps_of_the_publisher(admin: Api) -> None:
    campaign = new_campaign(admin, "capped", caps=[clicks_cap(2, scope="publisher"), clicks_cap(4)])
    smartlink, ann, bob = new_smartlink(admin, campaign), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    set_terms(admin, ann.id, campaign, caps=[clicks_cap(1)])
    codes = [add_publisher(admin, smartlink, each) for each in (ann, bob)]
    offered = [host_of(clicked(code)) == "capped.example" for code in (codes[0], codes[0], *[codes[1]] * 3)]
    assert offered == [True, False, True, True, False]
    set_terms(admin, ann.id, campaign, caps=[])
    assert [host_of(clicked(codes[0])) for _ in range(2)] == ["capped.example", "network.example"]
    assert sorted(used()) == [1, 2, 4]


def test_conversion_cap_of_terms_rejects_clicks_of_that_publisher_only(admin: Api) -> None:
    campaign, ann, bob = new_campaign(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    smartlink, cap = new_smartlink(admin, campaign), {"metric": "payout", "window": "total", "limit": "9.50"}
    codes = [add_publisher(admin, smartlink, each) for each in (ann, bob)]
    set_terms(admin, ann.id, campaign, caps=[cap])
    for each in (ann, bob):
        CapCounterRow(f"{campaign['id']}|payout|total|UTC|ever|{each.id}", used=9_500_000).save()
    assert [refusals(click_and_explain(admin, code)) for code in codes] == [["cap"], [None]]


def test_click_stores_the_version_of_terms_that_its_link_carries(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    code = add_publisher(admin, new_smartlink(admin, campaign), publisher)
    clicked(code)
    for payout in ("1", "2"):
        set_terms(admin, publisher.id, campaign, payout=payout)
        clicked(code)
    assert [row.terms_version for _, row in sorted(recorded().items())] == [None, 1, 2]


def test_terms_cost_a_click_no_request(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, caps=[clicks_cap(9, scope="publisher")]), new_publisher(admin)
    code = add_publisher(admin, new_smartlink(admin, campaign), publisher)
    with noted() as operations:
        clicked(code)
        before = list(operations)
    set_terms(admin, publisher.id, campaign, payout="2", caps=[clicks_cap(8)])
    with noted() as operations:
        clicked(code)
        assert operations == before


def test_head_and_simulation_see_a_reached_conversion_cap(admin: Api) -> None:
    _, code, _ = reached_conversion_cap(admin)
    smartlink_id = good(admin.get("/admin/smartlinks"))["items"][0]["id"]
    assert host_of(Api().click(code, "HEAD")) == "network.example"
    simulated = good(admin.post(f"/admin/smartlinks/{smartlink_id}/simulate", {"country": "US", "device": "mobile"}))
    assert refusals(simulated) == ["cap"]


def test_click_rejected_by_a_conversion_cap_counts_nowhere_and_leaves_no_marker(admin: Api) -> None:
    campaign, code, key = reached_conversion_cap(admin)
    caps = [{"metric": "conversions", "window": "total", "limit": "1"}, clicks_cap(9)]
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"caps": caps, "duplicate_filter": {"window_seconds": 60}})
    assert refusals(click_and_explain(admin, code)) == ["cap"]
    assert ([row.key for row in CapCounterRow.scan()], list(DuplicateMarkerRow.scan())) == ([key], [])


def test_conversion_cap_is_read_once_in_two_seconds(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    cap = {"metric": "conversions", "window": "day", "limit": "9"}
    code = new_link(admin, new_campaign(admin, caps=[cap]))
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(route_cache, "time", SimpleNamespace(monotonic=lambda: clock.now))
    with noted() as operations:
        for clock.now in (100.0, 101.9, 102.0):
            Api().click(code)
    assert operations.count("BatchGetItem") == 2


def test_conversion_cap_that_cannot_be_read_counts_as_reached(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, caps=[{"metric": "payout", "window": "day", "limit": "9"}]))
    dynamodb().delete_table(TableName="smartlink-caps")
    assert refusals(click_and_explain(admin, code)) == ["cap"]


# Duplicates


def test_visitor_counts_once_in_the_window_and_again_after_it(admin: Api, moment: Callable[[datetime], None]) -> None:
    code = new_link(admin, new_campaign(admin, "once", duplicate_filter={"window_seconds": 3600}))
    first = datetime(2026, 11, 21, 12, tzinfo=UTC)
    hosts = []
    for seconds in (0, 1, 3599, 3600, 3601):
        moment(first + timedelta(seconds=seconds))
        hosts.append(host_of(clicked(code)))
    assert hosts == ["once.example", "network.example", "network.example", "once.example", "network.example"]


def test_another_address_or_user_agent_is_another_visitor(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, "once", duplicate_filter={"window_seconds": 3600}))
    visits: list[dict[str, Any]] = [{}, {"CloudFront_Viewer_Address": "203.0.113.8:1"}, {"User_Agent": WINDOWS}]
    assert [host_of(clicked(code, **visit)) for visit in visits] == ["once.example"] * 3
    assert [host_of(clicked(code, **visit)) for visit in visits] == ["network.example"] * 3


def test_addresses_of_one_household_are_one_visitor(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, "once", duplicate_filter={"window_seconds": 3600}))
    addresses = ["[2001:db8:0:1::1]:1", "[2001:db8:0:1:9::9]:2", "[2001:db8:0:2::1]:1"]
    hosts = [host_of(clicked(code, CloudFront_Viewer_Address=address)) for address in addresses]
    assert hosts == ["once.example", "network.example", "once.example"]


def test_identity_sub1_lets_clicks_without_it_pass(admin: Api) -> None:
    filtered = new_campaign(admin, "once", duplicate_filter={"identity": "sub1", "window_seconds": 3600})
    code = new_link(admin, filtered)
    hosts = [host_of(Api().click(code, query=query)) for query in ({"sub1": "a"}, {"pub_sub": "a"}, {}, {})]
    assert hosts == ["once.example", "network.example", "once.example", "once.example"]
    assert len(list(DuplicateMarkerRow.scan())) == 1


def test_identity_external_click_id_is_compared_among_the_clicks_of_a_publisher(admin: Api) -> None:
    filtered = new_campaign(admin, "once", duplicate_filter={"identity": "external_click_id", "window_seconds": 3600})
    codes = [new_link(admin, filtered) for _ in range(2)]
    hosts = [host_of(Api().click(code, query={"click_id": "1"})) for code in (*codes, *codes)]
    assert hosts == ["once.example"] * 2 + ["network.example"] * 2


def test_marker_is_hashed_with_the_key_of_the_deployment(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    code = new_link(admin, new_campaign(admin, "once", duplicate_filter={"identity": "ip", "window_seconds": 3600}))
    monkeypatch.setenv("VISITOR_HASH_KEY", "secret")
    clicked(code)
    (marker,) = DuplicateMarkerRow.scan()
    digest = hashlib.blake2b(b"203.0.113.7", digest_size=16, key=b"secret").hexdigest()
    assert marker.key.partition("|")[2] == f"ip|{digest}"


def test_duplicate_does_not_count_in_a_cap(admin: Api) -> None:
    campaign = new_campaign(admin, "once", caps=[clicks_cap(5)], duplicate_filter={"window_seconds": 60})
    code = new_link(admin, campaign)
    assert [refusals(click_and_explain(admin, code)) for _ in range(2)] == [[None], ["duplicate"]]
    assert used() == [1]


def test_click_over_the_cap_leaves_no_duplicate_marker(admin: Api) -> None:
    campaign = new_campaign(admin, "once", caps=[clicks_cap(1)], duplicate_filter={"window_seconds": 60})
    code = new_link(admin, campaign)
    clicked(code)
    assert refusals(click_and_explain(admin, code, User_Agent=WINDOWS)) == ["cap"]
    assert len(list(DuplicateMarkerRow.scan())) == 1


# Fallbacks


def test_click_without_an_offer_goes_to_the_catch_all(admin: Api) -> None:
    campaign, last = new_campaign(admin, targeting={"countries": ["DE"]}), new_campaign(admin, "last")
    click = click_and_explain(admin, new_link(admin, campaign, catch_all_campaign_id=last["id"]))
    assert (click["outcome"], click["campaign_id"]) == ("catch_all", last["id"])
    assert click["destination_url"] == f"https://last.example/?cid={click['click_id']}"
    assert refusals(click) == ["country"]


def test_click_rejected_by_the_catch_all_goes_to_its_fail_url(admin: Api) -> None:
    last = new_campaign(admin, "last", status="paused", fail_url="https://last.example/fail?c={country}")
    click = click_and_explain(admin, new_link(admin, catch_all_campaign_id=last["id"]))
    assert (click["outcome"], click["campaign_id"]) == ("fail_url", None)
    assert click["destination_url"] == "https://last.example/fail?c=US"


def test_catch_all_at_cap_passes_click_to_the_fallback_url(admin: Api) -> None:
    last = new_campaign(admin, "last", caps=[clicks_cap(1)])
    code = new_link(admin, catch_all_campaign_id=last["id"])
    assert [click_and_explain(admin, code)["outcome"] for _ in range(2)] == ["catch_all", "fallback"]


def test_macros_of_the_fallback_url_are_filled(admin: Api) -> None:
    click = click_and_explain(
        admin, new_link(admin, fallback_url="https://network.example/?c={country}&s={sub1}"), {"sub1": "a"}
    )
    assert click["destination_url"] == "https://network.example/?c=US&s=a"
    assert (click["outcome"], click["decision"]["propensity"]) == ("fallback", None)


def test_click_without_any_fallback_gets_the_page(admin: Api) -> None:
    code = new_link(admin, fallback_url=None)
    answered = clicked(code)
    assert (answered.status, answered.text) == (200, pages.NO_OFFER)
    assert answered.headers == {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    click = click_and_explain(admin, code)
    assert (click["outcome"], click["destination_url"]) == ("no_offer", None)


def test_paused_smartlink_without_fallback_url_gets_the_page(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), fallback_url=None)
    code = add_publisher(admin, smartlink, new_publisher(admin))
    admin.post(f"/admin/smartlinks/{smartlink['id']}/pause")
    assert clicked(code).text == pages.NO_OFFER
    assert click_and_explain(admin, code)["outcome"] == "paused"


# Errors


def _rewrite_route(route_id: str, change: Callable[[dict[str, Any]], object]) -> None:
    row = RouteRow.get(route_id)
    document = json.loads(zlib.decompress(row.snapshot))
    change(document)
    row.update([RouteRow.snapshot.set(zlib.compress(json.dumps(document).encode()))])


def _only_campaign(document: dict[str, Any]) -> dict[str, Any]:
    (campaign,) = document["campaigns"].values()
    only_campaign: dict[str, Any] = campaign
    return only_campaign


INVALID: dict[str, Callable[[dict[str, Any]], object]] = {
    "an unknown time zone": lambda route: _only_campaign(route)["schedule"].update(timezone="Mars/Base", hours=[1]),
    "a campaign without its payout": lambda route: _only_campaign(route).pop("payout"),
    "an offer without its campaign": lambda route: route["campaigns"].clear(),
    "a cap of an unknown kind": lambda route: _only_campaign(route).update(caps=[{"metric": "smiles"}]),
    "an unknown access": lambda route: route["pool"].update(offer_access="sometimes"),
}


@pytest.mark.parametrize("change", INVALID.values(), ids=INVALID)
def test_invalid_route_leads_to_the_fallback_url(admin: Api, change: Callable[[dict[str, Any]], object]) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, new_publisher(admin))
    _rewrite_route(smartlink["id"], change)
    assert clicked(code).headers.get("Location") == FALLBACK
    assert [row.outcome for row in recorded().values()] == ["fallback"]


def test_route_that_cannot_be_decoded_gets_the_page(admin: Api, capsys: pytest.CaptureFixture[str]) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, new_publisher(admin))
    RouteRow(smartlink["id"]).update([RouteRow.snapshot.set(b"rubbish")])
    answered = clicked(code)
    assert (answered.status, answered.text) == (200, pages.NO_OFFER)
    assert [row.outcome for row in recorded().values()] == ["no_offer"]
    assert f"route {smartlink['id']}@1 is invalid" in capsys.readouterr().err


def test_weights_that_cannot_be_decoded_leave_the_configured_ones(admin: Api) -> None:
    one, two = new_campaign(admin, "one"), new_campaign(admin, "two")
    smartlink = new_smartlink(admin, one, {"campaign_id": two["id"], "weight": 0}, rotation="optimized")
    code = add_publisher(admin, smartlink, new_publisher(admin))
    RouteRow(smartlink["id"]).update([RouteRow.weights.set(b"rubbish"), RouteRow.weights_version.set(LEARNED_AT)])
    assert host_of(clicked(code)) == "one.example"
    stored: list[tuple[Any, ...]] = [(row.arm, row.weights_version) for row in recorded().values()]
    assert stored == [("weighted", None)]


def test_cached_link_works_while_the_tables_are_down(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    code = new_link(admin, new_campaign(admin))
    clicked(code)
    for name in ("links", "routes"):
        dynamodb().delete_table(TableName=f"smartlink-{name}")
    for later in (3.0, 3600.0):
        now = time.monotonic() + later
        monkeypatch.setattr(route_cache, "time", SimpleNamespace(monotonic=lambda now=now: now))
        assert host_of(Api().click(code)) == "game.example"


def test_uncached_link_gets_the_unavailable_page_while_the_tables_are_down(
    admin: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    code = new_link(admin, new_campaign(admin))
    dynamodb().delete_table(TableName="smartlink-routes")
    answered = clicked(code)
    assert (answered.status, answered.text) == (503, pages.UNAVAILABLE)
    assert code in capsys.readouterr().err


def test_approvals_that_cannot_be_read_count_as_none(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin), offer_access="respect")
    dynamodb().delete_table(TableName="smartlink-campaign_approvals")
    assert refusals(click_and_explain(admin, code)) == ["not_approved"]


def test_cap_that_cannot_be_counted_counts_as_reached(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, caps=[clicks_cap(9)]))
    dynamodb().delete_table(TableName="smartlink-caps")
    assert refusals(click_and_explain(admin, code)) == ["cap"]


def test_duplicate_marker_that_cannot_be_written_rejects_no_click(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, duplicate_filter={"window_seconds": 60}))
    dynamodb().delete_table(TableName="smartlink-duplicates")
    assert refusals(click_and_explain(admin, code)) == [None]


def _delete_clicks_table() -> None:
    dynamodb().delete_table(TableName="smartlink-clicks")


def _create_clicks_table() -> None:
    dynamodb().create_table(TableName="smartlink-clicks", **table_definitions()["clicks"])


def test_click_that_cannot_be_written_is_queued_and_written_later(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin))
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="unwritten-clicks")["QueueUrl"]
    _delete_clicks_table()
    assert host_of(clicked(code, {"sub1": "a"})) == "game.example"
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    _create_clicks_table()
    event = {"Records": [{"messageId": message["MessageId"], "body": message["Body"]}]}
    assert write_clicks(event, None) == {"batchItemFailures": []}
    (click_id,) = recorded()
    click = good(admin.get(f"/admin/clicks/{click_id}"))
    assert (click["outcome"], click["sub_ids"], click["country"]) == ("offer", {"sub1": "a"}, "US")


def test_click_that_cannot_be_queued_is_logged(admin: Api, capsys: pytest.CaptureFixture[str]) -> None:
    code = new_link(admin, new_campaign(admin))
    _delete_clicks_table()
    assert host_of(clicked(code)) == "game.example"
    (line,) = [each for each in capsys.readouterr().err.splitlines() if each.startswith("CLICK_NOT_WRITTEN ")]
    _create_clicks_table()
    backlog.write(line.removeprefix("CLICK_NOT_WRITTEN "))
    assert [row.outcome for row in recorded().values()] == ["offer"]


@pytest.mark.parametrize("table_works", [True, False])
def test_lease_is_released_only_after_the_click_is_stored(
    admin: Api, table_works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = new_link(admin, new_campaign(admin))
    clicks_stored = list[int]()
    monkeypatch.setattr(reservation, "release_expired_lease", lambda _: clicks_stored.append(len(recorded())))
    if not table_works:
        _delete_clicks_table()
    assert host_of(clicked(code)) == "game.example"
    assert clicks_stored == ([1] if table_works else [])


def test_all_requests_of_a_click_share_one_time_limit(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    code = new_link(admin, new_campaign(admin, caps=[clicks_cap(9)]))
    clicked(code)
    limits, current = list[wait_limit.WaitLimit](), wait_limit.current

    def recorded_limit() -> wait_limit.WaitLimit:
        limits.append(current())
        return limits[-1]

    monkeypatch.setattr(wait_limit, "current", recorded_limit)
    assert host_of(Api().click(code)) == "game.example"
    assert len(limits) == 2  # the reservation and the write
    assert (limits[0] is limits[1], limits[0].attempts) == (True, 2)
    assert not wait_limit.is_click()


def test_lease_that_cannot_be_released_does_not_stop_the_redirect(
    admin: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: datetime) -> None:
        raise ValueError

    code = new_link(admin, new_campaign(admin))
    monkeypatch.setattr(reservation, "release_expired_lease", fails)
    assert host_of(clicked(code)) == "game.example"
    assert "lease not released: ValueError()" in capsys.readouterr().err


def test_edit_is_live_after_two_seconds(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = new_campaign(admin)
    code = new_link(admin, campaign)
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(route_cache, "time", SimpleNamespace(monotonic=lambda: clock.now))
    assert host_of(clicked(code)) == "game.example"
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://new.example/"})
    hosts = []
    for clock.now in (101.9, 102.0):
        hosts.append(host_of(Api().click(code)))
    assert hosts == ["game.example", "new.example"]


def test_application_registers_the_backlog_handler() -> None:
    assert app.app.handler_map["write_clicks"] is not None


def test_first_click_makes_two_reads_and_a_write_and_the_next_only_a_write(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin))
    with noted() as operations:
        assert [admin.click(code).status for _ in range(2)] == [302, 302]
    assert operations == ["GetItem", "GetItem", "PutItem", "PutItem"]
