from decimal import Decimal

import pytest

from chalicelib.domain.goal import Goal, GoalCounts
from chalicelib.publisher.campaigns.document import campaign_fields, publisher_caps
from tests.builders import campaign_settings

DEFAULT = Goal("default", payout=Decimal("1.50"), revenue=Decimal(9))
SALE = Goal("sale", payout_percent=Decimal(8), revenue_percent=Decimal(9), counts=GoalCounts.ONCE)


def test_amounts_are_those_of_the_goals_that_are_given() -> None:
    settings = campaign_settings(payout="5", revenue="9", goals=[{"name": "sale", "payout": "7"}])
    assert campaign_fields(settings, [DEFAULT, SALE], []) == {
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


def test_small_and_large_amounts_are_written_out() -> None:
    goals = [Goal("default", payout=Decimal("0.0000001")), Goal("sale", payout=Decimal("1E+3"))]
    fields = campaign_fields(campaign_settings(), goals, [])
    assert (fields["payout"], fields["goals"][0]["payout"]) == ("0.0000001", "1000")


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
    assert campaign_fields(campaign_settings(targeting=targeting), [DEFAULT], [])["countries"] == shown


def test_targeting_is_shown_in_order() -> None:
    targeting = {"devices": ["tablet", "mobile"], "os": ["ios", "android"], "languages": ["fr", "en"]}
    fields = campaign_fields(campaign_settings(targeting=targeting), [DEFAULT], [])
    assert [fields[name] for name in ("devices", "os", "languages")] == [
        ["mobile", "tablet"],
        ["android", "ios"],
        ["en", "fr"],
    ]


def test_caps_of_each_publisher_are_shown_without_those_on_revenue() -> None:
    caps = [
        {"metric": metric, "window": "day", "limit": "10", "scope": scope}
        for metric in ("clicks", "payout", "revenue")
        for scope in ("campaign", "publisher")
    ]
    shown = publisher_caps(campaign_settings(caps=caps))
    assert [(cap["metric"], cap["scope"]) for cap in shown] == [("clicks", "publisher"), ("payout", "publisher")]
