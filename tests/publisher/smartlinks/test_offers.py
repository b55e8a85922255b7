from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from chalicelib.domain.terms import CampaignTerms, GoalTerms
from chalicelib.publisher.smartlinks.offers import visible_offers
from chalicelib.publisher.smartlinks.schemas import OfferDocument
from tests.builders import campaign_settings, smartlink_settings


def _visible_offers(
    campaign: dict[str, Any], terms: Mapping[str, CampaignTerms] = MappingProxyType({}), **offer: Any
) -> list[OfferDocument]:
    settings = smartlink_settings(offers=[{"campaign_id": "cmp_1", **offer}])
    return visible_offers(settings, {"cmp_1": campaign_settings(**campaign)}, terms)


def test_offer_shows_payout_currency_goals_and_targeting() -> None:
    sale = {"name": "sale", "revenue_percent": "10", "payout_percent": "8", "counts": "once"}
    amounts = {"payout": "1.50", "revenue": "2.00", "payout_percent": "0.5", "currency": "EUR", "goals": [sale]}
    (offer,) = _visible_offers(amounts)

    assert offer.model_dump(mode="json") == {
        "campaign_id": "cmp_1",
        "name": "Game A",
        "currency": "EUR",
        "payout": "1.50",
        "payout_percent": "0.5",
        "counts": "every",
        "goals": [{"name": "sale", "payout": "0", "payout_percent": "8", "counts": "once"}],
        "countries": [],
        "devices": [],
        "os": [],
        "languages": [],
    }


def test_offer_shows_what_the_publisher_is_paid_under_their_terms() -> None:
    goals = [{"name": "sale", "payout": "3"}, {"name": "lead", "payout": "1"}]
    terms = CampaignTerms(payout=Decimal("2.50"), goals={"sale": GoalTerms(payout_percent=Decimal(9))})
    (offer,) = _visible_offers({"payout": "1.50", "goals": goals}, {"cmp_1": terms, "cmp_2": CampaignTerms()})

    assert (offer.payout, offer.payout_percent) == ("2.50", "0")
    paid = [(goal.name, goal.payout, goal.payout_percent) for goal in offer.goals]
    assert paid == [("sale", "3", "9"), ("lead", "1", "0")]


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
    assert visible_offers(smartlink_settings(offers=[{"campaign_id": "cmp_1"}]), {}, {}) == []
