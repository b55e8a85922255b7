from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.campaign import Cap, CapMetric, CapScope, CapWindow
from chalicelib.domain.terms import CampaignTerms, GoalTerms
from chalicelib.publisher.campaigns.document import campaign_fields
from chalicelib.routing import route_codec
from tests.builders import campaign_settings

SALE = {"name": "sale", "payout_percent": "8", "revenue_percent": "9", "counts": "once"}
CAP = {"metric": "clicks", "window": "day", "limit": "5", "scope": "publisher", "timezone": "UTC"}


def fields(terms: CampaignTerms | None = None, **changes: Any) -> dict[str, Any]:
    settings = campaign_settings(**changes)
    campaign = route_codec.campaign({**settings, "id": "cmp_1"})
    return campaign_fields(settings, campaign, terms or CampaignTerms())


def test_campaign_is_shown_without_revenue() -> None:
    assert fields(payout="1.50", revenue="9", goals=[SALE]) == {
        "name": "Game A",
        "status": "active",
        "currency": "USD",
        "payout": "1.50",
        "payout_percent": "0",
        "counts": "every",
        "goals": [{"name": "sale", "payout": "0", "payout_percent": "8", "counts": "once"}],
        "caps": [],
        "countries": [],
        "devices": [],
        "os": [],
        "languages": [],
    }


def test_payouts_and_caps_are_those_of_the_publishers_terms() -> None:
    own = (Cap(CapMetric.CLICKS, CapWindow.HOUR, Decimal(7), CapScope.PUBLISHER),)
    terms = CampaignTerms(payout=Decimal(3), goals={"sale": GoalTerms(payout_percent=Decimal("9.5"))}, caps=own)
    shown = fields(terms, payout="1.50", goals=[SALE], caps=[CAP])
    assert (shown["payout"], shown["goals"][0]["payout_percent"]) == ("3", "9.5")
    assert shown["caps"] == [{**CAP, "window": "hour", "limit": "7"}]


def test_caps_of_each_publisher_are_shown_without_those_on_revenue() -> None:
    caps = [CAP, {**CAP, "scope": "campaign"}, {**CAP, "metric": "revenue"}]
    assert fields(caps=caps)["caps"] == [CAP]


@pytest.mark.parametrize(
    ("countries", "excluded", "shown"),
    [
        pytest.param([], ["US"], [], id="anywhere else"),
        pytest.param(["US", "GB"], [], ["GB", "US"], id="these"),
        pytest.param(["US", "GB"], ["US"], ["GB"], id="one excluded"),
        pytest.param(["US"], ["US"], ["US"], id="all excluded, which is not any"),
    ],
)
def test_countries_are_those_that_the_campaign_allows(
    countries: list[str], excluded: list[str], shown: list[str]
) -> None:
    targeting = {"countries": countries, "exclude_countries": excluded}
    assert fields(targeting=targeting)["countries"] == shown


def test_targeting_is_shown_in_order() -> None:
    targeting = {"devices": ["tablet", "mobile"], "os": ["ios", "android"], "languages": ["fr", "en"]}
    shown = fields(targeting=targeting)
    assert [shown[name] for name in ("devices", "os", "languages")] == [
        ["mobile", "tablet"],
        ["android", "ios"],
        ["en", "fr"],
    ]
