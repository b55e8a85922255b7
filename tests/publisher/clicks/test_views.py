import json

from tests.conftest import Api
from tests.documents import (
    add_publisher,
    clicked,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    publish_weights,
    recorded,
)


def test_publisher_sees_their_click_with_its_decision(admin: Api) -> None:
    game = new_campaign(admin, "game", payout="1.50", revenue="2.00")
    shop = new_campaign(admin, "shop", targeting={"countries": ["DE"]})
    smartlink, ann = new_smartlink(admin, {"campaign_id": game["id"], "weight": 3}, shop), new_publisher(admin, "Ann")
    clicked(add_publisher(admin, smartlink, ann), {"sub1": "newsletter-jan"})
    (click_id,) = recorded()
    click = good(ann.api.get(f"/publisher/clicks/{click_id}"))
    assert click == {
        "click_id": click_id,
        "at": click["at"],
        "smartlink_id": smartlink["id"],
        "publisher_id": ann.id,
        "outcome": "offer",
        "campaign_id": game["id"],
        "destination_url": f"https://game.example/?cid={click_id}",
        "country": "US",
        "region": None,
        "device": "mobile",
        "os": "ios",
        "browser": "safari",
        "language": None,
        "sub_ids": {"sub1": "newsletter-jan"},
        "source": None,
        "is_bot": False,
        "is_duplicate": False,
        "is_unique": True,
        "decision": {
            "segment": "US|mobile",
            "arm": "weighted",
            "considered": [
                {"campaign_id": game["id"], "refused": None},
                {"campaign_id": shop["id"], "refused": "country"},
            ],
        },
    }


def test_publisher_sees_segment_and_arm_of_an_optimized_click(admin: Api) -> None:
    campaign, ann = new_campaign(admin), new_publisher(admin, "Ann")
    smartlink = new_smartlink(admin, campaign, rotation="optimized", holdout_percent=0)
    publish_weights(smartlink, {"US": {campaign["id"]: 1.0}})
    clicked(add_publisher(admin, smartlink, ann))
    (click_id,) = recorded()
    assert good(ann.api.get(f"/publisher/clicks/{click_id}"))["decision"] == {
        "segment": "US",
        "arm": "optimized",
        "considered": [{"campaign_id": campaign["id"], "refused": None}],
    }


def test_weights_probabilities_and_money_are_not_shown(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    clicked(add_publisher(admin, new_smartlink(admin, new_campaign(admin)), ann))
    (click_id,) = recorded()
    text = json.dumps(good(ann.api.get(f"/publisher/clicks/{click_id}")))
    for name in ("weight", "weights_version", "priority", "propensity", "draw", "revenue", "payout"):
        assert f'"{name}"' not in text


def test_other_publishers_click_and_unknown_click_are_not_found(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    clicked(add_publisher(admin, new_smartlink(admin, new_campaign(admin)), ann))
    (click_id,) = recorded()
    assert bob.api.get(f"/publisher/clicks/{click_id}").status == 404
    assert ann.api.get("/publisher/clicks/01m7y0t1vmy3cyr3ct0v4mvta8").status == 404
