from typing import Any

import pytest

from chalicelib.admin.smartlinks.warnings import warnings
from tests.builders import NOW, campaign_document, smartlink_settings

OPEN = {"exclude_bots": False}
CAP = {"metric": "clicks", "window": "day", "limit": "10"}


def _warnings(*seats: dict[str, Any], campaigns: list[dict[str, Any]] | None = None, **changes: Any) -> list[str]:
    """What is said of a smartlink of these seats (one sound seat where there is none)."""
    given = list(seats) or [{"campaign_id": "cmp_1"}]
    named = campaigns or [campaign_document(seat["campaign_id"]) for seat in given]
    settings = smartlink_settings(**{"offers": given, **changes})
    return warnings(settings, {campaign["id"]: campaign for campaign in named}, NOW)


def _of_reach(campaign: dict[str, Any], **seat: Any) -> list[str]:
    """What is said of the reach of a seat of this campaign."""
    return _warnings({"campaign_id": "cmp_1", **seat}, campaigns=[campaign_document("cmp_1", **campaign)])


def _of_the_catch_all(**changes: Any) -> list[str]:
    last = campaign_document("cmp_last", **changes)
    return _warnings(campaigns=[campaign_document("cmp_1"), last], catch_all_campaign_id="cmp_last")


def test_a_sound_smartlink_has_no_warnings() -> None:
    last = campaign_document("cmp_last", fail_url="https://acme.example/fail")
    seats: list[dict[str, Any]] = [
        {"campaign_id": "cmp_1", "priority": 2, "targeting": {"countries": ["US"]}},
        {"campaign_id": "cmp_2"},
    ]
    campaigns = [campaign_document("cmp_1"), campaign_document("cmp_2"), last]
    nets = {"catch_all_campaign_id": "cmp_last", "tracking_domain": "go.network.example"}

    assert _warnings(*seats, campaigns=campaigns, **nets) == []


def test_a_missing_fallback_is_told() -> None:
    assert _warnings(fallback_url=None) == [
        "There is no fallback URL: clicks that no offer takes end on a page saying so."
    ]


def test_an_empty_pool_is_told() -> None:
    assert _warnings(offers=[]) == ["There are no offers."]


@pytest.mark.parametrize("status", ["paused", "archived"])
def test_a_catch_all_that_takes_no_clicks_is_told(status: str) -> None:
    assert _of_the_catch_all(status=status) == [f"The catch-all cmp_last is {status} and takes no clicks."]


RESTRICTED = ["The catch-all cmp_last has restrictions: not every click ends there."]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"targeting": {"countries": ["US"]}}, id="countries"),
        pytest.param({"targeting": {"exclude_sources": ["blog"]}}, id="excluded sources"),
        pytest.param({"caps": [CAP]}, id="a cap"),
        pytest.param({"schedule": {"hours": [9]}}, id="hours"),
        pytest.param({"schedule": {"ends_at": "2026-11-04T12:00:00Z"}}, id="an end that is past"),
        pytest.param({"duplicate_filter": {"window_seconds": 60}}, id="a duplicate filter"),
    ],
)
def test_a_catch_all_with_restrictions_is_told(changes: dict[str, Any]) -> None:
    assert _of_the_catch_all(**changes) == RESTRICTED


@pytest.mark.parametrize("exclude_bots", [True, False])
def test_a_catch_all_may_refuse_bots(*, exclude_bots: bool) -> None:
    assert _of_the_catch_all(targeting={"exclude_bots": exclude_bots}) == []


def test_a_campaign_tracked_by_cookie_on_another_domain_is_told() -> None:
    campaign = campaign_document("cmp_1", destination_url="https://acme.example/")

    assert _warnings(campaigns=[campaign], tracking_domain="go.network.example") == [
        (
            "Campaign cmp_1 does not pass {click_id} on and so is tracked by cookie, but the links are on "
            "go.network.example: its pixel must be called on that domain too."
        )
    ]


def test_a_campaign_tracked_by_cookie_is_sound_without_a_tracking_domain() -> None:
    assert _warnings(campaigns=[campaign_document("cmp_1", destination_url="https://acme.example/")]) == []


def test_different_currencies_are_told() -> None:
    campaigns = [campaign_document("cmp_1", currency="USD"), campaign_document("cmp_2", currency="EUR")]

    assert _warnings({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2"}, campaigns=campaigns) == [
        "The campaigns pay in different currencies (EUR, USD): their figures do not compare."
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"rotation": "optimized"}, True, id="money is compared"),
        pytest.param({"rotation": "optimized", "goal": "profit"}, True, id="profit is"),
        pytest.param({"rotation": "optimized", "goal": "conversion_rate"}, False, id="rates are compared"),
        pytest.param({}, False, id="nothing is learned anyway"),
    ],
)
def test_that_nothing_is_learned_of_several_currencies_is_told(changes: dict[str, Any], told: bool) -> None:
    campaigns = [campaign_document("cmp_1", currency="USD"), campaign_document("cmp_2", currency="EUR")]
    found = _warnings({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2"}, campaigns=campaigns, **changes)
    learning = "Nothing is learned: the goal compares money, and the offers pay in different currencies."

    assert (learning in found) is told


def test_offers_of_one_currency_are_learned_of() -> None:
    campaigns = [campaign_document("cmp_1"), campaign_document("cmp_2")]
    offers = ({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2"})

    assert _warnings(*offers, campaigns=campaigns, rotation="optimized") == []


@pytest.mark.parametrize(
    ("campaign", "seat", "reason"),
    [
        pytest.param({}, {"enabled": False}, "it is disabled", id="disabled"),
        pytest.param({}, {"weight": 0}, "its weight is 0", id="weight 0"),
        pytest.param({"status": "paused"}, {}, "its campaign is not active", id="paused"),
        pytest.param(
            {"schedule": {"ends_at": "2026-11-04T12:30:00Z"}}, {}, "its campaign has ended", id="ended this very moment"
        ),
        pytest.param(
            {"targeting": {"countries": ["US"], "devices": ["mobile"]}},
            {"targeting": {"countries": ["GB"], "devices": ["tablet"]}},
            "its own targeting and the campaign's have no countries, devices in common",
            id="nothing in common",
        ),
    ],
)
def test_an_offer_that_nobody_can_reach_is_told(campaign: dict[str, Any], seat: dict[str, Any], reason: str) -> None:
    assert _of_reach(campaign, **seat) == [f"Nobody can reach the offer of cmp_1: {reason}."]


@pytest.mark.parametrize(
    "campaign",
    [
        pytest.param({"schedule": {"ends_at": "2026-11-04T12:30:00.001Z"}}, id="ends later"),
        pytest.param({"schedule": {"starts_at": "2026-12-01T00:00:00Z"}}, id="starts later"),
        pytest.param({"caps": [CAP]}, id="capped"),
        pytest.param({"targeting": {"countries": ["US"], "exclude_countries": ["GB"]}}, id="targeted"),
    ],
)
def test_an_offer_that_somebody_can_reach_at_some_time_is_sound(campaign: dict[str, Any]) -> None:
    assert _of_reach(campaign) == []


@pytest.mark.parametrize(
    ("campaign", "seat"),
    [
        pytest.param({"countries": ["US"]}, {"exclude_countries": ["US"]}, id="the same countries"),
        pytest.param({"countries": ["US"]}, {"exclude_countries": ["US", "GB"]}, id="more countries"),
        pytest.param({"exclude_sources": ["news"]}, {"sources": ["news"]}, id="the same sources"),
    ],
)
def test_an_offer_that_excludes_all_it_includes_is_told(campaign: dict[str, Any], seat: dict[str, Any]) -> None:
    told = ["Nobody can reach the offer of cmp_1: everything it includes is excluded too."]

    assert _of_reach({"targeting": campaign}, targeting=seat) == told


@pytest.mark.parametrize(
    "targeting",
    [
        pytest.param({"countries": ["US", "GB"], "exclude_countries": ["US"]}, id="countries"),
        pytest.param({"sources": ["news", "blog"], "exclude_sources": ["blog"]}, id="sources"),
        pytest.param({"exclude_countries": ["US"], "exclude_sources": ["blog"]}, id="nothing is included"),
    ],
)
def test_an_offer_that_excludes_some_of_what_it_includes_is_sound(targeting: dict[str, Any]) -> None:
    assert _of_reach({"targeting": targeting}) == []


def _below(top: dict[str, Any], **seat: Any) -> list[str]:
    """What is said of an offer below one of this campaign."""
    campaigns = [campaign_document("cmp_top", targeting=OPEN, **top), campaign_document("cmp_1")]
    return _warnings({"campaign_id": "cmp_top", "priority": 9, **seat}, {"campaign_id": "cmp_1"}, campaigns=campaigns)


def test_an_offer_below_one_that_takes_everything_is_told() -> None:
    assert _below({}) == ["Nobody can reach the offer of cmp_1: cmp_top stands above it and takes every click."]


def test_an_offer_beside_one_that_takes_everything_is_sound() -> None:
    assert _below({}, priority=0) == []


@pytest.mark.parametrize(
    ("top", "seat"),
    [
        pytest.param({"caps": [CAP]}, {}, id="its cap"),
        pytest.param({"duplicate_filter": {"window_seconds": 60}}, {}, id="its duplicate filter"),
        pytest.param({"schedule": {"hours": [9]}}, {}, id="its hours"),
        pytest.param({"schedule": {"weekdays": [1]}}, {}, id="its weekdays"),
        pytest.param({"schedule": {"starts_at": "2026-12-01T00:00:00Z"}}, {}, id="its start"),
        pytest.param({"schedule": {"ends_at": "2026-12-01T00:00:00Z"}}, {}, id="its end"),
        pytest.param({}, {"targeting": {"countries": ["US"]}}, id="its targeting"),
    ],
)
def test_an_offer_below_one_that_leaves_clicks_is_sound(top: dict[str, Any], seat: dict[str, Any]) -> None:
    assert _below(top, **seat) == []


def test_an_offer_below_one_that_is_disabled_is_sound() -> None:
    assert _below({}, enabled=False) == ["Nobody can reach the offer of cmp_top: it is disabled."]


def test_a_campaign_that_is_gone_is_not_judged() -> None:
    campaigns = [campaign_document("cmp_1")]

    assert _warnings({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_gone"}, campaigns=campaigns) == []


def test_everything_that_looks_wrong_is_told_at_once() -> None:
    campaigns = [campaign_document("cmp_1", currency="EUR", status="paused"), campaign_document("cmp_last", caps=[CAP])]
    told = _warnings(campaigns=campaigns, fallback_url=None, catch_all_campaign_id="cmp_last")

    assert told == [
        "There is no fallback URL: clicks that no offer takes end on a page saying so.",
        *RESTRICTED,
        "The campaigns pay in different currencies (EUR, USD): their figures do not compare.",
        "Nobody can reach the offer of cmp_1: its campaign is not active.",
    ]
