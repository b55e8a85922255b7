import pytest

from chalicelib.tables.tracking_domains import DomainRow
from tests.conftest import Api
from tests.documents import good, new_campaign, new_smartlink
from tests.tracking_domains.rows import an_active_domain


def test_campaign_tracked_by_pixel_has_a_pixel_on_each_host_of_its_links(admin: Api) -> None:
    campaign = new_campaign(admin, tracking="pixel")
    own = [an_active_domain(host).host for host in ("go.network.example", "a.network.example")]
    for domain in (*own, own[0], None):
        new_smartlink(admin, campaign, tracking_domain=domain)
    urls = good(admin.get(f"/admin/campaigns/{campaign['id']}"))["pixel_urls"]
    query = f"/pixel.gif?campaign_id={campaign['id']}"
    assert [each["host"] for each in urls][1:] == ["a.network.example", "go.network.example"]
    assert urls[1]["url"] == f"https://a.network.example{query}"
    assert urls[0]["url"].endswith(query)
    assert urls[0]["host"] in urls[0]["url"]


def test_domain_that_is_not_active_any_more_has_no_pixel(admin: Api) -> None:
    campaign, domain = new_campaign(admin, tracking="pixel"), an_active_domain("go.network.example")
    new_smartlink(admin, campaign, tracking_domain=domain.host)
    domain.update([DomainRow.status.set("failed")])
    assert len(good(admin.get(f"/admin/campaigns/{campaign['id']}"))["pixel_urls"]) == 1


def test_campaign_has_a_pixel_on_both_doors(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://console.network.example/v1")
    monkeypatch.setenv("TRACKING_URL", "https://go.network.example")
    an_active_domain("go.network.example")
    campaign = new_campaign(admin, tracking="pixel")
    new_smartlink(admin, campaign, tracking_domain="go.network.example")
    query = f"/pixel.gif?campaign_id={campaign['id']}"
    assert good(admin.get(f"/admin/campaigns/{campaign['id']}"))["pixel_urls"] == [
        {"host": "go.network.example", "url": f"https://go.network.example{query}"},
        {"host": "console.network.example", "url": f"https://console.network.example/v1{query}"},
    ]


def test_campaign_tracked_by_postback_has_no_pixel(admin: Api) -> None:
    an_active_domain("go.network.example")
    campaign = new_campaign(admin)
    new_smartlink(admin, campaign, tracking_domain="go.network.example")
    assert good(admin.get(f"/admin/campaigns/{campaign['id']}"))["pixel_urls"] == []


def test_new_tracking_method_brings_its_default_approval(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    assert good(admin.patch(path, {"tracking": "pixel"}))["approval"] == "manual"
    assert good(admin.patch(path, {"approve_after_days": 7}))["approve_after_days"] == 7
    after = good(admin.patch(path, {"tracking": "postback"}))
    assert (after["approval"], after["approve_after_days"]) == ("auto", None)


def test_same_tracking_method_keeps_the_approval(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin, approval='manual')['id']}"
    for tracking in ("postback", None):
        assert good(admin.patch(path, {"tracking": tracking}))["approval"] == "manual"


def test_tracking_method_may_come_with_another_approval(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    assert good(admin.patch(path, {"tracking": "pixel", "approval": "auto"}))["approval"] == "auto"
    assert good(admin.patch(path, {"approval": None}))["approval"] == "manual"
