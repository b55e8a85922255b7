from chalicelib.routing.click_record import draw_of
from chalicelib.tables.routes import WeightHistoryRow
from tests.builders import LEARNED_AT, time_of
from tests.conftest import Api
from tests.documents import (
    add_publisher,
    an_explained_offer,
    click_and_explain,
    clicked,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    publish_weights,
    recorded,
)


def test_click_has_its_destination_and_explanation(admin: Api) -> None:
    one = new_campaign(admin, "game", destination_url="https://game.example/?cid={click_id}&s={sub1}")
    two = new_campaign(admin, "shop", targeting={"countries": ["DE"]})
    offers = [{"campaign_id": one["id"], "priority": 10, "weight": 3}, {"campaign_id": two["id"], "priority": 10}]
    smartlink, publisher = new_smartlink(admin, *offers), new_publisher(admin)
    code = add_publisher(admin, smartlink, publisher)
    click = click_and_explain(
        admin, code, {"sub1": "newsletter-jan", "source": "blog"}, Accept_Language="en-GB,en;q=0.9"
    )
    assert click == {
        "click_id": click["click_id"],
        "at": click["at"],
        "smartlink_id": smartlink["id"],
        "smartlink_name": "Summer App Deals",
        "publisher_id": publisher.id,
        "publisher_name": "Ann",
        "link": {"code": code, "url": f"http://api1.execute-api.localhost:4566/s/{code}"},
        "outcome": "offer",
        "campaign_id": one["id"],
        "campaign_name": "game",
        "payout": "0",
        "currency": "USD",
        "landing": "campaign",
        "destination_url": f"https://game.example/?cid={click['click_id']}&s=newsletter-jan",
        "country": "US",
        "region": None,
        "city": None,
        "network": None,
        "connection": None,
        "device": "mobile",
        "os": "ios",
        "os_version": "17.1",
        "browser": "safari",
        "language": "en",
        "sub_ids": {"sub1": "newsletter-jan"},
        "source": "blog",
        "external_click_id": None,
        "is_bot": False,
        "is_duplicate": False,
        "is_unique": True,
        "decision": {
            "segment": "US|mobile",
            "arm": "weighted",
            "route_version": 1,
            "weights_version": None,
            "weights_at": None,
            "draw": draw_of(click["click_id"]),
            "propensity": 1.0,
            "considered": [
                an_explained_offer(one["id"], campaign_name="game", priority=10, weight=3, chance=1.0),
                an_explained_offer(
                    two["id"],
                    campaign_name="shop",
                    priority=10,
                    refused="country",
                    refused_by="campaign",
                    allowed=["DE"],
                ),
            ],
        },
    }


def test_time_of_a_click_is_that_of_its_id(admin: Api) -> None:
    click = click_and_explain(
        admin, add_publisher(admin, new_smartlink(admin, new_campaign(admin)), new_publisher(admin))
    )
    at = time_of(click["click_id"])
    assert click["at"] == at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_click_is_explained_by_the_route_of_its_time(admin: Api) -> None:
    campaign = new_campaign(admin, "game")
    smartlink = new_smartlink(admin, {"campaign_id": campaign["id"], "weight": 3})
    click = click_and_explain(admin, add_publisher(admin, smartlink, new_publisher(admin)))
    admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"offers": [{"campaign_id": new_campaign(admin)["id"]}]})
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://new.example/"})
    assert admin.get(f"/admin/clicks/{click['click_id']}").json == click


def test_click_of_a_direct_link_keeps_the_name_of_an_archived_campaign(admin: Api) -> None:
    campaign, ann = new_campaign(admin, "game"), new_publisher(admin, "Ann")
    path = f"/admin/publishers/{ann.id}/campaigns"
    click = click_and_explain(admin, good(admin.post(path, {"campaign_id": campaign["id"]}))["tracking_key"])
    assert admin.delete(f"/admin/campaigns/{campaign['id']}").status < 300
    later = good(admin.get(f"/admin/clicks/{click['click_id']}"))
    assert later == click
    assert (later["smartlink_id"], later["smartlink_name"]) == (None, None)
    assert (later["campaign_name"], later["publisher_name"]) == ("game", "Ann")


def test_click_has_the_version_of_its_route(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, new_publisher(admin))
    versions = []
    for n in range(3):
        versions.append(click_and_explain(admin, code)["decision"]["route_version"])
        admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"name": f"{n}"})
    assert versions == [1, 2, 3]


def test_unknown_click_is_not_found(admin: Api) -> None:
    assert admin.get("/admin/clicks/01m7y0t1vmy3cyr3ct0v4mvta8").status == 404


def test_click_ids_are_unique_and_sort_by_time(admin: Api) -> None:
    code = add_publisher(admin, new_smartlink(admin, new_campaign(admin)), new_publisher(admin))
    for _ in range(3):
        clicked(code)
    rows = recorded()
    assert [rows[each].at for each in sorted(rows)] == sorted(row.at for row in rows.values())
    assert len(rows) == 3


def test_reading_a_click_changes_nothing(admin: Api) -> None:
    code = add_publisher(admin, new_smartlink(admin, new_campaign(admin)), new_publisher(admin))
    click = click_and_explain(admin, code)
    assert good(admin.get(f"/admin/clicks/{click['click_id']}")) == click
    assert len(recorded()) == 1


def optimized_smartlink(admin: Api) -> tuple[dict[str, object], list[str], str]:
    """Create a smartlink in rotation `optimized` without hold-out; return it, its campaigns' IDs and a link code."""
    ids = [new_campaign(admin, name)["id"] for name in ("one", "two")]
    offers = [{"campaign_id": ids[0], "weight": 3}, {"campaign_id": ids[1], "weight": 1}]
    smartlink = new_smartlink(admin, *offers, rotation="optimized", holdout_percent=0)
    return smartlink, ids, add_publisher(admin, smartlink, new_publisher(admin))


def test_optimized_click_has_its_learned_weights(admin: Api) -> None:
    smartlink, (one, two), code = optimized_smartlink(admin)
    publish_weights(smartlink, {"US": {one: 0.0, two: 1.0}})
    assert click_and_explain(admin, code)["decision"] | {"draw": None} == {
        "segment": "US",
        "arm": "optimized",
        "route_version": 1,
        "weights_version": LEARNED_AT,
        "weights_at": "2026-11-04T12:25:00.000Z",
        "draw": None,
        "propensity": 1.0,
        "considered": [
            an_explained_offer(one, campaign_name="one", weight=0.0),
            an_explained_offer(two, campaign_name="two", weight=1.0, chance=1.0),
        ],
    }


def test_click_keeps_the_weights_of_its_time(admin: Api) -> None:
    smartlink, (one, two), code = optimized_smartlink(admin)
    publish_weights(smartlink, {"*": {one: 0.25, two: 0.75}})
    click = click_and_explain(admin, code)
    publish_weights(smartlink, {"*": {one: 1.0, two: 0.0}}, LEARNED_AT + 300)
    assert good(admin.get(f"/admin/clicks/{click['click_id']}")) == click
    assert [each["weight"] for each in click["decision"]["considered"]] == [0.25, 0.75]
    later = click_and_explain(admin, code)["decision"]
    assert (later["weights_version"], [each["weight"] for each in later["considered"]]) == (
        LEARNED_AT + 300,
        [1.0, 0.0],
    )


def test_click_with_expired_weights_shows_the_configured_ones(admin: Api) -> None:
    smartlink, (one, two), code = optimized_smartlink(admin)
    publish_weights(smartlink, {"US": {one: 0.25, two: 0.75}})
    (row,) = WeightHistoryRow.scan()
    row.delete()
    decision = click_and_explain(admin, code)["decision"]
    assert [decision[name] for name in ("segment", "arm", "weights_version")] == ["US", "optimized", LEARNED_AT]
    assert [each["weight"] for each in decision["considered"]] == [3, 1]
