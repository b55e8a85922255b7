from decimal import Decimal
from typing import Any

import pytest

from chalicelib.admin.smartlinks.warnings import Surroundings, warnings
from chalicelib.exchange.rates import ExchangeRates
from tests.builders import NOW, campaign_document, smartlink_settings

OPEN = {"exclude_bots": False}
DIFFERENT = "The campaigns use different currencies (EUR, USD)."
CAP = {"metric": "clicks", "window": "day", "limit": "10"}


def _warnings(
    *offers: dict[str, Any],
    campaigns: list[dict[str, Any]] | None = None,
    rates: ExchangeRates = ExchangeRates(),  # noqa: B008 - a frozen value
    **changes: Any,
) -> list[str]:
    """Return the warnings of a smartlink with these offers; by default one valid offer, and no exchange rates."""
    listed = list(offers) or [{"campaign_id": "cmp_1"}]
    named = campaigns or [campaign_document(offer["campaign_id"]) for offer in listed]
    settings = smartlink_settings(**{"offers": listed, **changes})
    found = warnings(settings, {campaign["id"]: campaign for campaign in named}, Surroundings(NOW, lambda: rates))
    return [each.detail for each in found]


def _reach_warnings(campaign: dict[str, Any], **offer: Any) -> list[str]:
    """Return the warnings of a smartlink whose only offer is this campaign."""
    return _warnings({"campaign_id": "cmp_1", **offer}, campaigns=[campaign_document("cmp_1", **campaign)])


def _catch_all_warnings(**changes: Any) -> list[str]:
    last = campaign_document("cmp_last", **changes)
    return _warnings(campaigns=[campaign_document("cmp_1"), last], catch_all_campaign_id="cmp_last")


def test_valid_smartlink_has_no_warnings() -> None:
    last = campaign_document("cmp_last", fail_url="https://acme.example/fail")
    offers: list[dict[str, Any]] = [
        {"campaign_id": "cmp_1", "priority": 2, "targeting": {"countries": ["US"]}},
        {"campaign_id": "cmp_2"},
    ]
    campaigns = [campaign_document("cmp_1"), campaign_document("cmp_2"), last]
    fallbacks: dict[str, Any] = {"catch_all_campaign_id": "cmp_last", "tracking_domain": "go.network.example"}

    assert _warnings(*offers, campaigns=campaigns, **fallbacks) == []


def test_missing_fallback_url_is_a_warning() -> None:
    assert _warnings(fallback_url=None) == [
        'No fallback URL is set. Clicks without an eligible offer see the "no offer available" page.'
    ]


def test_missing_offers_are_a_warning() -> None:
    assert _warnings(offers=[]) == ["There are no offers."]


@pytest.mark.parametrize("status", ["paused", "archived"])
def test_inactive_catch_all_is_a_warning(status: str) -> None:
    assert _catch_all_warnings(status=status) == [f"Catch-all Game A (cmp_last) is {status} and takes no clicks."]


RESTRICTED = ["Catch-all Game A (cmp_last) has restrictions and cannot take every click."]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"targeting": {"countries": ["US"]}}, id="countries"),
        pytest.param({"targeting": {"exclude_sources": ["blog"]}}, id="excluded sources"),
        pytest.param({"caps": [CAP]}, id="a cap"),
        pytest.param({"schedule": {"hours": [9]}}, id="hours"),
        pytest.param({"schedule": {"ends_at": "2026-11-04T12:00:00Z"}}, id="a past end"),
        pytest.param({"duplicate_filter": {"window_seconds": 60}}, id="a duplicate filter"),
    ],
)
def test_restricted_catch_all_is_a_warning(changes: dict[str, Any]) -> None:
    assert _catch_all_warnings(**changes) == RESTRICTED


@pytest.mark.parametrize("exclude_bots", [True, False])
def test_catch_all_may_refuse_bots(*, exclude_bots: bool) -> None:
    assert _catch_all_warnings(targeting={"exclude_bots": exclude_bots}) == []


def test_pixel_on_a_tracking_domain_is_a_warning() -> None:
    campaign = campaign_document("cmp_1", tracking="pixel", destination_url="https://acme.example/")

    assert _warnings(campaigns=[campaign], tracking_domain="go.network.example") == [
        "Campaign Game A (cmp_1) is tracked by pixel. Its pixel must be loaded from go.network.example."
    ]


def test_pixel_without_a_tracking_domain_is_no_warning() -> None:
    campaign = campaign_document("cmp_1", tracking="pixel", destination_url="https://acme.example/")

    assert _warnings(campaigns=[campaign]) == []


def test_campaign_tracked_by_postback_without_click_id_macro_is_a_warning() -> None:
    assert _warnings(campaigns=[campaign_document("cmp_1", destination_url="https://acme.example/")]) == [
        (
            "Campaign Game A (cmp_1) is tracked by postback, but its destination URL has no {click_id} macro. "
            "The advertiser cannot report its conversions."
        )
    ]


def test_different_currencies_are_a_warning() -> None:
    campaigns = [campaign_document("cmp_1", currency="USD"), campaign_document("cmp_2", currency="EUR")]

    assert _warnings({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2"}, campaigns=campaigns) == [
        f"{DIFFERENT} To see their reports in one, set exchange rates for EUR, USD."
    ]
    without_euro = ExchangeRates("USD", ("2026-11-01",), ({"GBP": Decimal("1.3")},))
    assert _warnings({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2"}, campaigns=campaigns, rates=without_euro) == [
        f"{DIFFERENT} To see their reports in one, set exchange rates for EUR."
    ]


def test_different_currencies_with_exchange_rates_are_no_warning() -> None:
    campaigns = [campaign_document("cmp_1", currency="USD"), campaign_document("cmp_2", currency="EUR")]
    rates = ExchangeRates("USD", ("2026-11-01",), ({"EUR": Decimal("1.08")},))
    offers = ({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2"})

    assert _warnings(*offers, campaigns=campaigns, rates=rates, rotation="optimized") == []


@pytest.mark.parametrize(
    ("changes", "has_warning"),
    [
        pytest.param({"rotation": "optimized"}, True, id="goal EPC"),
        pytest.param({"rotation": "optimized", "goal": "profit"}, True, id="goal profit"),
        pytest.param({"rotation": "optimized", "goal": "conversion_rate"}, False, id="goal conversion rate"),
        pytest.param({}, False, id="rotation weighted"),
    ],
)
def test_optimization_of_amounts_in_several_currencies_is_a_warning(changes: dict[str, Any], has_warning: bool) -> None:
    campaigns = [campaign_document("cmp_1", currency="USD"), campaign_document("cmp_2", currency="EUR")]
    found_warnings = _warnings({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2"}, campaigns=campaigns, **changes)
    message = (
        "Optimization is off: the goal compares amounts, and the offers use different currencies. "
        "Set exchange rates for EUR, USD."
    )

    assert (message in found_warnings) is has_warning


def test_optimization_in_one_currency_is_no_warning() -> None:
    campaigns = [campaign_document("cmp_1"), campaign_document("cmp_2")]
    offers = ({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2"})

    assert _warnings(*offers, campaigns=campaigns, rotation="optimized") == []


@pytest.mark.parametrize(
    ("campaign", "offer", "reason"),
    [
        pytest.param({}, {"enabled": False}, "it is disabled", id="disabled"),
        pytest.param({}, {"weight": 0}, "its weight is 0", id="weight 0"),
        pytest.param({"status": "paused"}, {}, "its campaign is not active", id="paused"),
        pytest.param({"schedule": {"ends_at": "2026-11-04T12:30:00Z"}}, {}, "its campaign has ended", id="ended now"),
        pytest.param(
            {"targeting": {"countries": ["US"], "devices": ["mobile"]}},
            {"targeting": {"countries": ["GB"], "devices": ["tablet"]}},
            "its own targeting and the campaign's have no countries, devices in common",
            id="nothing in common",
        ),
    ],
)
def test_offer_without_possible_clicks_is_a_warning(
    campaign: dict[str, Any], offer: dict[str, Any], reason: str
) -> None:
    assert _reach_warnings(campaign, **offer) == [f"Offer Game A (cmp_1) can never receive a click: {reason}."]


@pytest.mark.parametrize(
    "campaign",
    [
        pytest.param({"schedule": {"ends_at": "2026-11-04T12:30:00.001Z"}}, id="ends later"),
        pytest.param({"schedule": {"starts_at": "2026-12-01T00:00:00Z"}}, id="starts later"),
        pytest.param({"caps": [CAP]}, id="capped"),
        pytest.param({"targeting": {"countries": ["US"], "exclude_countries": ["GB"]}}, id="targeted"),
    ],
)
def test_offer_with_possible_clicks_is_no_warning(campaign: dict[str, Any]) -> None:
    assert _reach_warnings(campaign) == []


@pytest.mark.parametrize(
    ("campaign", "offer"),
    [
        pytest.param({"countries": ["US"]}, {"exclude_countries": ["US"]}, id="the same countries"),
        pytest.param({"countries": ["US"]}, {"exclude_countries": ["US", "GB"]}, id="more countries"),
        pytest.param({"exclude_sources": ["news"]}, {"sources": ["news"]}, id="the same sources"),
    ],
)
def test_offer_that_excludes_all_it_includes_is_a_warning(campaign: dict[str, Any], offer: dict[str, Any]) -> None:
    expected = ["Offer Game A (cmp_1) can never receive a click: everything it includes is excluded too."]

    assert _reach_warnings({"targeting": campaign}, targeting=offer) == expected


@pytest.mark.parametrize(
    "targeting",
    [
        pytest.param({"countries": ["US", "GB"], "exclude_countries": ["US"]}, id="countries"),
        pytest.param({"sources": ["news", "blog"], "exclude_sources": ["blog"]}, id="sources"),
        pytest.param({"exclude_countries": ["US"], "exclude_sources": ["blog"]}, id="nothing is included"),
    ],
)
def test_offer_that_excludes_part_of_what_it_includes_is_no_warning(targeting: dict[str, Any]) -> None:
    assert _reach_warnings({"targeting": targeting}) == []


def _warnings_below(top: dict[str, Any], **offer: Any) -> list[str]:
    """Return the warnings of an offer with a lower priority than this campaign."""
    campaigns = [campaign_document("cmp_top", targeting=OPEN, **top), campaign_document("cmp_1")]
    return _warnings({"campaign_id": "cmp_top", "priority": 9, **offer}, {"campaign_id": "cmp_1"}, campaigns=campaigns)


def test_offer_below_one_that_accepts_every_click_is_a_warning() -> None:
    assert _warnings_below({}) == [
        (
            "Offer Game A (cmp_1) can never receive a click: Game A (cmp_top) has a higher priority and accepts every "
            "click, unless the terms of a publisher cap it."
        )
    ]


@pytest.mark.parametrize(
    ("lower", "finding"),
    [
        pytest.param(
            {"exclude_bots": True},
            "can never receive a click: Game A (cmp_top) has a higher priority and accepts every click that it accepts",
            id="neither takes bots",
        ),
        pytest.param(
            {"exclude_bots": False},
            "can receive only bots: Game A (cmp_top) has a higher priority and accepts every click of a person that it "
            "accepts",
            id="it takes bots",
        ),
    ],
)
def test_offer_below_one_that_accepts_every_person_is_a_warning(lower: dict[str, Any], finding: str) -> None:
    campaigns = [campaign_document("cmp_top"), campaign_document("cmp_1", targeting=lower)]
    offers = ({"campaign_id": "cmp_top", "priority": 9}, {"campaign_id": "cmp_1"})

    assert _warnings(*offers, campaigns=campaigns) == [
        f"Offer Game A (cmp_1) {finding}, unless the terms of a publisher cap it."
    ]


def test_offers_of_a_smartlink_that_respects_approvals_are_not_below_each_other() -> None:
    offers = ({"campaign_id": "cmp_top", "priority": 9}, {"campaign_id": "cmp_1"})

    assert _warnings(*offers, offer_access="respect") == []


NO_CLICK_ID = "destination URL has no {click_id} macro. The advertiser cannot report its conversions."


@pytest.mark.parametrize(
    ("landing_page", "catch_all", "whose"),
    [
        pytest.param("https://acme.example/?c={click_id}", None, None, id="the landing page has it"),
        pytest.param("https://acme.example/summer", None, "the offer's", id="the landing page lacks it"),
        pytest.param("https://acme.example/?c={click_id}", "cmp_1", "its", id="the catch-all lacks it"),
        pytest.param(None, None, "its", id="the campaign lacks it"),
    ],
)
def test_every_url_that_gets_clicks_needs_the_click_id(
    landing_page: str | None, catch_all: str | None, whose: str | None
) -> None:
    campaign = campaign_document("cmp_1", destination_url="https://acme.example/")
    offer = {"campaign_id": "cmp_1", "destination_url": landing_page}
    expected = [f"Campaign Game A (cmp_1) is tracked by postback, but {whose} {NO_CLICK_ID}"] if whose else []

    assert _warnings(offer, campaigns=[campaign], catch_all_campaign_id=catch_all) == expected


def test_offer_of_the_same_priority_as_one_that_accepts_every_click_is_no_warning() -> None:
    assert _warnings_below({}, priority=0) == []


@pytest.mark.parametrize(
    ("top", "offer"),
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
def test_offer_below_a_restricted_one_is_no_warning(top: dict[str, Any], offer: dict[str, Any]) -> None:
    assert _warnings_below(top, **offer) == []


def test_offer_below_a_disabled_one_is_no_warning() -> None:
    assert _warnings_below({}, enabled=False) == ["Offer Game A (cmp_top) can never receive a click: it is disabled."]


def test_stored_values_that_no_visitor_has_are_a_warning() -> None:
    stored = campaign_document("cmp_1")
    stored["targeting"] |= {"countries": ["UK", "US"], "browsers": ["mosaic"]}

    assert _warnings(campaigns=[stored]) == [
        (
            "Campaign Game A (cmp_1) lists values that no visitor has: UK must be a country code such as GB; UK is GB. "
            "mosaic must be a browser such as chrome; mosaic is not a browser that visitors have."
        )
    ]


def test_missing_campaign_is_ignored() -> None:
    campaigns = [campaign_document("cmp_1")]

    assert _warnings({"campaign_id": "cmp_1"}, {"campaign_id": "cmp_gone"}, campaigns=campaigns) == []


def test_all_warnings_are_returned_at_once() -> None:
    campaigns = [campaign_document("cmp_1", currency="EUR", status="paused"), campaign_document("cmp_last", caps=[CAP])]
    expected = _warnings(campaigns=campaigns, fallback_url=None, catch_all_campaign_id="cmp_last")

    assert expected == [
        'No fallback URL is set. Clicks without an eligible offer see the "no offer available" page.',
        *RESTRICTED,
        f"{DIFFERENT} To see their reports in one, set exchange rates for EUR, USD.",
        "Offer Game A (cmp_1) can never receive a click: its campaign is not active.",
    ]
