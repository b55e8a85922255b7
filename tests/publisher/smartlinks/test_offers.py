from typing import Any

import pytest

from chalicelib.publisher.smartlinks.offers import offers
from chalicelib.publisher.smartlinks.schemas import OfferDocument
from tests.builders import campaign_document, smartlink_settings


def _offers(campaign: dict[str, Any], **seat: Any) -> list[OfferDocument]:
    settings = smartlink_settings(offers=[{"campaign_id": "cmp_1", **seat}])
    return offers(settings, {"cmp_1": campaign_document("cmp_1", **campaign)})


def test_a_publisher_sees_what_an_offer_pays_and_where_it_runs() -> None:
    assert _offers({"payout": "1.50", "revenue": "2.00"}) == [
        OfferDocument(campaign_id="cmp_1", name="Game A", payout="1.50", countries=[], devices=[])
    ]


@pytest.mark.parametrize(
    ("campaign", "seat", "countries"),
    [
        pytest.param([], [], [], id="both anywhere"),
        pytest.param(["US", "GB"], [], ["GB", "US"], id="the campaign's"),
        pytest.param([], ["US", "GB"], ["GB", "US"], id="the seat's"),
        pytest.param(["US", "GB"], ["GB", "DE"], ["GB"], id="what both allow"),
    ],
)
def test_an_offer_runs_where_campaign_and_seat_both_allow(
    campaign: list[str], seat: list[str], countries: list[str]
) -> None:
    (offer,) = _offers({"targeting": {"countries": campaign}}, targeting={"countries": seat})

    assert offer.countries == countries


def test_an_excluded_country_is_not_shown() -> None:
    (offer,) = _offers({"targeting": {"countries": ["US", "GB"], "exclude_countries": ["GB"]}})

    assert offer.countries == ["US"]


@pytest.mark.parametrize(
    ("campaign", "seat"),
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
def test_an_offer_that_takes_no_clicks_is_not_shown(campaign: dict[str, Any], seat: dict[str, Any]) -> None:
    assert _offers(campaign, **seat) == []


def test_an_offer_whose_campaign_is_gone_is_not_shown() -> None:
    assert offers(smartlink_settings(offers=[{"campaign_id": "cmp_1"}]), {}) == []
