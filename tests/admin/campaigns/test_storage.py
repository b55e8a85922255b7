import pytest

from tests.admin.edited_smartlinks import location
from tests.conftest import Api
from tests.documents import add_publisher, listed, new_campaign, new_link, new_publisher, new_smartlink, pages


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_campaigns_are_listed_newest_first(admin: Api, limit: int) -> None:
    made = [new_campaign(admin, name) for name in ("one", "two", "three")]
    assert listed(admin, "/admin/campaigns", limit) == [each["id"] for each in made[::-1]]
    assert len(pages(admin, "/admin/campaigns", limit)[0]) == limit


def test_edit_applies_to_every_link_of_the_campaign(admin: Api) -> None:
    campaign = new_campaign(admin)
    links = [
        new_link(admin, campaign),
        new_link(admin, campaign),
        new_link(admin, catch_all_campaign_id=campaign["id"]),
    ]
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://new.example/"})
    assert [location(code) for code in links] == ["https://new.example/"] * 3


def test_direct_link_follows_the_campaign(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    approved = admin.post(f"/admin/publishers/{publisher.id}/campaigns", {"campaign_id": campaign["id"]}).json
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://new.example/"})
    assert location(approved["tracking_key"]) == "https://new.example/"


def test_two_publishers_on_one_smartlink_follow_the_same_edit(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    codes = [add_publisher(admin, smartlink, new_publisher(admin, name)) for name in ("Ann", "Bob")]
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://new.example/"})
    assert [location(code) for code in codes] == ["https://new.example/"] * 2


@pytest.mark.parametrize("held_as", ["an offer", "the catch-all"])
def test_campaign_of_a_smartlink_cannot_be_archived(admin: Api, held_as: str) -> None:
    campaign = new_campaign(admin)
    path = f"/admin/campaigns/{campaign['id']}"
    catch_all = {"catch_all_campaign_id": campaign["id"]}
    smartlink = new_smartlink(admin, campaign) if held_as == "an offer" else new_smartlink(admin, **catch_all)
    for refused in (admin.delete(path), admin.patch(path, {"status": "archived"})):
        assert refused.status == 409
        assert f"Summer App Deals ({smartlink['id']})" in refused.json["detail"]
    assert admin.get(path).json == campaign
    admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"offers": [], "catch_all_campaign_id": None})
    assert admin.delete(path).status == 204


def test_campaign_of_a_deleted_smartlink_can_be_archived(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    assert admin.delete(f"/admin/campaigns/{campaign['id']}").status == 204


def test_archived_campaign_cannot_be_changed(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    admin.delete(path)
    assert admin.patch(path, {"status": "active"}).status == 409
    assert admin.get(path).json["status"] == "archived"


def test_direct_links_of_an_archived_campaign_take_no_clicks(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, fail_url="https://acme.example/gone"), new_publisher(admin)
    approved = admin.post(f"/admin/publishers/{publisher.id}/campaigns", {"campaign_id": campaign["id"]}).json
    admin.delete(f"/admin/campaigns/{campaign['id']}")
    assert location(approved["tracking_key"]) == "https://acme.example/gone"
