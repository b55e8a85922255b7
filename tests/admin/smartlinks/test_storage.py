import pytest

from chalicelib.admin.smartlinks import campaign_links
from tests.admin.edited_smartlinks import location, path_of, tracking_keys, with_offers
from tests.conftest import Api
from tests.documents import (
    add_publisher,
    apply,
    click_and_explain,
    clicked,
    listed,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_smartlinks_are_listed_newest_first(admin: Api, limit: int) -> None:
    campaign = new_campaign(admin)
    made = [new_smartlink(admin, campaign, name=name, visibility="private") for name in ("one", "two", "three")]
    assert listed(admin, "/admin/smartlinks", limit) == [each["id"] for each in made[::-1]]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_publishers_of_a_smartlink_are_listed_page_by_page(admin: Api, limit: int) -> None:
    smartlink = new_smartlink(admin)
    publishers = [new_publisher(admin, name) for name in ("Ann", "Bob", "Cid", "Dee")]
    codes = {each.id: add_publisher(admin, smartlink, each) for each in publishers}
    admin.delete(f"{path_of(smartlink)}/publishers/{publishers[1].id}")
    removed = publishers[1].id
    members = [each for page in pages(admin, f"{path_of(smartlink)}/publishers", limit) for each in page]
    assert [each["publisher_id"] for each in members] == sorted(codes)
    codes_now = {each["publisher_id"]: each["link"] and each["link"]["code"] for each in members}
    assert codes_now == {**codes, removed: None}
    assert [each["publisher_id"] for each in members if each["status"] == "removed"] == [removed]


def test_deleted_smartlink_is_not_found_by_the_admin(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    path = path_of(smartlink)
    add_publisher(admin, smartlink, publisher)
    deleted = admin.delete(path)
    assert (deleted.status, deleted.text) == (204, "")
    calls = [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/simulate")]
    calls += [("GET", "/publishers"), ("DELETE", f"/publishers/{publisher.id}")]
    assert [admin.call(method, path + rest).status for method, rest in calls] == [404] * len(calls)
    assert admin.post(f"{path}/publishers", {"publisher_id": publisher.id}).status == 404
    assert pages(admin, "/admin/smartlinks", 50) == [[]]


def test_links_of_a_deleted_smartlink_are_not_found(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, new_publisher(admin))
    admin.delete(path_of(smartlink))
    assert clicked(code).status == 404


def test_campaigns_that_could_not_be_unlinked_can_be_archived(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_links, "_UNLINKED_PER_TRANSACTION", 1)
    campaigns = [new_campaign(admin, f"c{n}") for n in range(3)]
    smartlink = new_smartlink(admin, *campaigns)
    admin.patch(path_of(smartlink), {"offers": []})
    assert [admin.delete(f"/admin/campaigns/{each['id']}").status for each in campaigns] == [204] * 3


def test_new_offer_is_approved_for_all_publishers_of_the_smartlink(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    smartlink, ann, bob = new_smartlink(admin, game), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    waiting = new_publisher(admin, "Cid")
    add_publisher(admin, smartlink, ann)
    add_publisher(admin, smartlink, bob)
    apply(waiting, smartlink)
    admin.patch(path_of(smartlink), with_offers(game, shop))
    for each in (ann, bob):
        assert location(tracking_keys(admin, each.id)[shop["id"]]) == "https://shop.example/"
    assert tracking_keys(admin, waiting.id) == {}


def test_new_offer_keeps_the_existing_tracking_keys(admin: Api) -> None:
    game, shop = new_campaign(admin, "game"), new_campaign(admin, "shop")
    smartlink, publisher = new_smartlink(admin, game), new_publisher(admin)
    add_publisher(admin, smartlink, publisher)
    before = tracking_keys(admin, publisher.id)
    admin.patch(path_of(smartlink), with_offers(game, shop))
    assert tracking_keys(admin, publisher.id)[game["id"]] == before[game["id"]]


def test_change_to_granted_access_approves_every_offer(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign, offer_access="respect")
    add_publisher(admin, smartlink, publisher)
    admin.patch(path_of(smartlink), {"offer_access": "grant"})
    assert set(tracking_keys(admin, publisher.id)) == {campaign["id"]}


def test_catch_all_needs_no_approval_and_gives_none(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, catch_all_campaign_id=campaign["id"])
    assert click_and_explain(admin, add_publisher(admin, smartlink, publisher))["outcome"] == "catch_all"
    assert tracking_keys(admin, publisher.id) == {}
