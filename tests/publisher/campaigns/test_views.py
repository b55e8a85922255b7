import json
from typing import Any

from tests.conftest import Api
from tests.documents import Publisher, add_publisher, clicked, good, new_campaign, new_publisher, new_smartlink

PATH = "/publisher/campaigns"


def approve(admin: Api, publisher: Publisher, campaign: dict[str, Any]) -> dict[str, Any]:
    path = f"/admin/publishers/{publisher.id}/campaigns"
    approval: dict[str, Any] = good(admin.post(path, {"campaign_id": campaign["id"]}))
    return approval


def listed(publisher: Publisher) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = good(publisher.api.get(PATH))["items"]
    return items


def test_campaign_has_the_direct_link_and_the_payouts(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    cap = {"metric": "conversions", "window": "day", "limit": "10", "scope": "publisher", "timezone": "UTC"}
    campaign = new_campaign(
        admin,
        "game",
        advertiser="Acme",
        payout="1.50",
        revenue="2.00",
        currency="EUR",
        goals=[{"name": "sale", "payout_percent": "8", "revenue_percent": "10", "counts": "once"}],
        caps=[cap, {**cap, "scope": "campaign"}],
        targeting={"countries": ["US", "GB"], "devices": ["mobile"]},
    )
    approval = approve(admin, ann, campaign)
    assert listed(ann) == [
        {
            "campaign_id": campaign["id"],
            "name": "game",
            "status": "active",
            "payout": "1.50",
            "payout_percent": "0",
            "currency": "EUR",
            "counts": "every",
            "goals": [{"name": "sale", "payout": "0", "payout_percent": "8", "counts": "once"}],
            "caps": [cap],
            "tracking_key": approval["tracking_key"],
            "url": f"http://api1.execute-api.localhost:4566/s/{approval['tracking_key']}",
            "approved_at": approval["approved_at"],
            "countries": ["GB", "US"],
            "devices": ["mobile"],
            "os": [],
            "languages": [],
        }
    ]


def test_data_of_the_advertiser_is_not_shown(admin: Api) -> None:
    ann, campaign = new_publisher(admin, "Ann"), new_campaign(admin, advertiser="Acme", revenue="7.77")
    approve(admin, ann, campaign)
    text = json.dumps(listed(ann))
    assert [each for each in ("revenue", "7.77", "Acme", campaign["postback_token"], "cid=") if each in text] == []


def test_only_campaigns_that_the_publisher_holds_are_listed(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    one, two, three = (new_campaign(admin, name) for name in ("one", "two", "three"))
    for campaign in (one, two):
        approve(admin, ann, campaign)
    approve(admin, bob, three)
    assert admin.delete(f"/admin/publishers/{ann.id}/campaigns/{one['id']}").status == 204
    assert [each["name"] for each in listed(ann)] == ["two"]


def test_paused_campaign_is_listed_and_an_archived_one_is_not(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    paused, archived = new_campaign(admin, "paused"), new_campaign(admin, "archived")
    for campaign in (paused, archived):
        approve(admin, ann, campaign)
    good(admin.patch(f"/admin/campaigns/{paused['id']}", {"status": "paused"}))
    assert admin.delete(f"/admin/campaigns/{archived['id']}").status == 204
    assert [(each["name"], each["status"]) for each in listed(ann)] == [("paused", "paused")]


def test_link_of_a_campaign_granted_by_a_smartlink_works(admin: Api) -> None:
    ann, smartlink = new_publisher(admin, "Ann"), new_smartlink(admin, new_campaign(admin, "game"))
    add_publisher(admin, smartlink, ann)
    (campaign,) = listed(ann)
    assert clicked(campaign["tracking_key"]).headers["Location"].startswith("https://game.example/")
