import json

import pytest

from chalicelib.reporting.lists import click_queries
from tests.conftest import Api
from tests.counted_clicks import count_clicks
from tests.documents import (
    Publisher,
    add_publisher,
    clicked,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    publish_weights,
    recorded,
)


def test_publisher_sees_their_click_with_its_decision(admin: Api) -> None:
    game = new_campaign(admin, "game", payout="1.50", revenue="2.00")
    shop = new_campaign(admin, "shop", targeting={"countries": ["DE"]})
    smartlink, ann = new_smartlink(admin, {"campaign_id": game["id"], "weight": 3}, shop), new_publisher(admin, "Ann")
    code = add_publisher(admin, smartlink, ann)
    clicked(code, {"sub1": "newsletter-jan"})
    (click_id,) = recorded()
    click = good(ann.api.get(f"/publisher/clicks/{click_id}"))
    assert click == {
        "click_id": click_id,
        "at": click["at"],
        "smartlink_id": smartlink["id"],
        "smartlink_name": "Summer App Deals",
        "publisher_id": ann.id,
        "publisher_name": "Ann",
        "link": {"code": code, "url": f"http://api1.execute-api.localhost:4566/s/{code}"},
        "outcome": "offer",
        "campaign_id": game["id"],
        "campaign_name": "game",
        "payout": "1.50",
        "currency": "USD",
        "landing": "campaign",
        "destination_url": f"https://game.example/?cid={click_id}",
        "country": "US",
        "region": None,
        "city": None,
        "network": None,
        "connection": None,
        "device": "mobile",
        "os": "ios",
        "os_version": "17.1",
        "browser": "safari",
        "language": None,
        "sub_ids": {"sub1": "newsletter-jan"},
        "source": None,
        "external_click_id": None,
        "is_bot": False,
        "is_duplicate": False,
        "is_unique": True,
        "decision": {
            "segment": "US|mobile",
            "arm": "weighted",
            "considered": [
                {"campaign_id": game["id"], "campaign_name": "game", "refused": None},
                {"campaign_id": shop["id"], "campaign_name": "shop", "refused": "country"},
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
        "considered": [{"campaign_id": campaign["id"], "campaign_name": "game", "refused": None}],
    }


def test_weights_probabilities_and_revenue_are_not_shown(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    clicked(add_publisher(admin, new_smartlink(admin, new_campaign(admin)), ann))
    (click_id,) = recorded()
    text = json.dumps(good(ann.api.get(f"/publisher/clicks/{click_id}")))
    for name in ("weight", "weights_version", "priority", "propensity", "draw", "chance", "revenue"):
        assert f'"{name}"' not in text


def test_other_publishers_click_and_unknown_click_are_not_found(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    clicked(add_publisher(admin, new_smartlink(admin, new_campaign(admin)), ann))
    (click_id,) = recorded()
    assert bob.api.get(f"/publisher/clicks/{click_id}").status == 404
    assert ann.api.get("/publisher/clicks/01m7y0t1vmy3cyr3ct0v4mvta8").status == 404


# The list


def listed_clicks(*codes: str, **query: str) -> list[str]:
    """Click on each link and count the clicks. Return their IDs, in order."""
    click_ids: list[str] = []
    for code in codes:
        before = set(recorded())
        clicked(code, query)
        click_ids += set(recorded()) - before
    count_clicks(*click_ids)
    return click_ids


def own(publisher: Publisher, query: str = "", limit: int = 50) -> list[str]:
    found = pages(publisher.api, f"/publisher/clicks?{query}", limit)
    return [click["click_id"] for page in found for click in page]


def test_publisher_lists_their_own_clicks_only(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    smartlink = new_smartlink(admin, new_campaign(admin))
    links = [add_publisher(admin, smartlink, each) for each in (ann, bob)]
    of_ann, of_bob, last = listed_clicks(*links, links[0])
    for query in ("", f"smartlink_id={smartlink['id']}"):
        assert own(ann, query, 1) == [last, of_ann]
        assert own(bob, query) == [of_bob]


def test_publisher_who_holds_nothing_has_no_clicks(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    smartlink = new_smartlink(admin, new_campaign(admin))
    listed_clicks(add_publisher(admin, smartlink, ann))
    assert own(bob) == own(bob, f"smartlink_id={smartlink['id']}") == []


def test_listed_click_is_the_document_of_the_click(admin: Api) -> None:
    ann, smartlink = new_publisher(admin, "Ann"), new_smartlink(admin, new_campaign(admin))
    (click_id,) = listed_clicks(add_publisher(admin, smartlink, ann))
    (item,) = good(ann.api.get("/publisher/clicks"))["items"]
    assert item == good(ann.api.get(f"/publisher/clicks/{click_id}"))


def test_clicks_are_filtered_by_campaign_outcome_and_external_click_id(admin: Api) -> None:
    ann, campaign = new_publisher(admin, "Ann"), new_campaign(admin)
    full, empty = new_smartlink(admin, campaign), new_smartlink(admin)
    (first,) = listed_clicks(add_publisher(admin, full, ann), click_id="theirs")
    (second,) = listed_clicks(add_publisher(admin, empty, ann), click_id="another")
    assert own(ann) == [second, first]
    assert own(ann, f"campaign_id={campaign['id']}") == own(ann, "outcome=offer") == [first]
    assert own(ann, "outcome=fallback") == own(ann, "external_click_id=another") == [second]
    assert own(ann, "external_click_id=unknown") == []


def test_search_for_an_external_click_id_ends_early_without_showing_other_clicks(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click_queries, "MAX_CLICKS", 2)
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, ann)
    of_bob = listed_clicks(*[add_publisher(admin, smartlink, bob)] * 2)
    page = good(ann.api.get("/publisher/clicks?external_click_id=theirs&limit=1"))
    assert (page["items"], page["next_cursor"] in of_bob) == ([], False)
    (click_id,) = listed_clicks(code, click_id="theirs")
    assert own(ann, "external_click_id=theirs", 1) == [click_id]


def test_csv_has_neither_weights_nor_probabilities(admin: Api) -> None:
    ann, smartlink = new_publisher(admin, "Ann"), new_smartlink(admin, new_campaign(admin))
    (click_id,) = listed_clicks(add_publisher(admin, smartlink, ann))
    response = ann.api.get("/publisher/clicks?format=csv")
    header, line = response.text.removeprefix("\ufeff").splitlines()
    assert line.startswith(f"{click_id},")
    assert {"weights_version", "weights_at", "draw", "propensity", "chance", "revenue"}.isdisjoint(header.split(","))


def test_filters_of_admins_are_unknown(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    assert set(errors_by_pointer(ann.api.get("/publisher/clicks?publisher_id=x&outcome=won"))) == {
        "/publisher_id",
        "/outcome",
    }
