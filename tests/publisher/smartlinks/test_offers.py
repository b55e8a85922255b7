from typing import Any

import pytest

from chalicelib.publisher.smartlinks.offers import visible_offers
from chalicelib.publisher.smartlinks.schemas import OfferDocument
from tests.builders import campaign_document, smartlink_settings


def _visible_offers(campaign: dict[str, Any], **offer: Any) -> list[OfferDocument]:
    settings = smartlink_settings(offers=[{"campaign_id": "cmp_1", **offer}])
    return visible_offers(settings, {"cmp_1": campaign_document("cmp_1", **campaign)})


def test_offer_shows_payout_and_targeting() -> None:
    assert _visible_offers({"payout": "1.50", "revenue": "2.00"}) == [
        OfferDocument(campaign_id="cmp_1", name="Game A", payout="1.50", countries=[], devices=[])
    ]


@pytest.mark.parametrize(
    ("campaign", "offer_countries", "countries"),
    [
        pytest.param([], [], [], id="both anywhere"),
        pytest.param(["US", "GB"], [], ["GB", "US"], id="the campaign's"),
        pytest.param([], ["US", "GB"], ["GB", "US"], id="the offer's"),
        pytest.param(["US", "GB"], ["GB", "DE"], ["GB"], id="both"),
    ],
)
def test_countries_are_those_that_campaign_and_offer_allow(
    campaign: list[str], offer_countries: list[str], countries: list[str]
) -> None:
    (offer,) = _visible_offers({"targeting": {"countries": campaign}}, targeting={"countries": offer_countries})

    assert offer.countries == countries


def test_excluded_country_is_not_shown() -> None:
    (offer,) = _visible_offers({"targeting": {"countries": ["US", "GB"], "exclude_countries": ["GB"]}})

    assert offer.countries == ["US"]


@pytest.mark.parametrize(
    ("campaign", "offer"),
    [
        pytest.param({"status": "paused"}, {}, id="its campaign is paused"),
        pytest.param({}, {"enabled": False}, id="it is disabled"),
        pytest.param(
            {"targeting": {"countries": ["US"]}},
            {"targeting": {"countries": ["GB"]}},
            id="no country is allowed by both",
        ),
        pytest.param(
            {"targeting": {"devices": ["mobile"]}},
            {"targeting": {"devices": ["tablet"]}},
            id="no device is allowed by both",
        ),
        pytest.param(
            {"targeting": {"countries": ["US"]}},
            {"targeting": {"exclude_countries": ["US"]}},
            id="its only country is excluded",
        ),
    ],
)
def test_offer_that_takes_no_clicks_is_not_shown(campaign: dict[str, Any], offer: dict[str, Any]) -> None:
    assert _visible_offers(campaign, **offer) == []


def test_offer_of_a_missing_campaign_is_not_shown() -> None:
    assert visible_offers(smartlink_settings(offers=[{"campaign_id": "cmp_1"}]), {}) == []
