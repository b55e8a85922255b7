"""Edits of live resources take effect within five seconds, and link codes never change."""

from deploy import admin_keys, cloud
from tests.stack.network import Network, wait_for


def test_edit_is_live_within_five_seconds_and_keeps_the_link_code(network: Network) -> None:
    before, after = network.campaign("before"), network.campaign("after")
    smartlink = network.smartlink({"campaign_id": before})
    link = network.link(smartlink)
    assert network.click(link).host == "before.example"
    network.good("PATCH", f"/admin/smartlinks/{smartlink}", {"offers": [{"campaign_id": after}]})
    wait_for(5, lambda: network.click(link).host, "after.example")
    on_it = network.good("GET", f"/admin/smartlinks/{smartlink}/publishers")["items"]
    assert [each["link"]["url"] for each in on_it] == [link]


def test_paused_campaign_gets_no_clicks_after_five_seconds(network: Network) -> None:
    campaign = network.campaign("held")
    links = [network.link(network.smartlink({"campaign_id": campaign})) for _ in range(3)]
    assert [network.click(link).host for link in links] == ["held.example"] * 3
    network.good("PATCH", f"/admin/campaigns/{campaign}", {"status": "paused"})
    wait_for(5, lambda: {network.click(link).host for link in links}, {"fallback.example"})


def test_paused_smartlink_uses_the_fallback_until_resumed(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("resumed")})
    link = network.link(smartlink)
    network.good("POST", f"/admin/smartlinks/{smartlink}/pause")
    wait_for(5, lambda: network.click(link).host, "fallback.example")
    assert network.document(network.click(link).click_id)["outcome"] == "paused"
    network.good("POST", f"/admin/smartlinks/{smartlink}/resume")
    wait_for(5, lambda: network.click(link).host, "resumed.example")


def test_links_of_suspended_publisher_use_the_fallback_until_reactivated(network: Network) -> None:
    publisher, _ = network.publisher()
    link = network.link(network.smartlink({"campaign_id": network.campaign("kept")}), publisher)
    assert network.click(link).host == "kept.example"
    network.good("PATCH", f"/admin/publishers/{publisher}", {"status": "suspended"})
    wait_for(5, lambda: network.click(link).host, "fallback.example")
    network.good("PATCH", f"/admin/publishers/{publisher}", {"status": "active"})
    wait_for(5, lambda: network.click(link).host, "kept.example")


def test_links_of_deleted_smartlink_return_404(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("gone")})
    link = network.link(smartlink)
    assert network.click(link).host == "gone.example"
    network.good("DELETE", f"/admin/smartlinks/{smartlink}")
    wait_for(5, lambda: network.click(link).status, 404)


def test_revoked_key_is_rejected_immediately(network: Network) -> None:
    publisher, key = network.publisher()
    assert network.call("GET", "/publisher/me", key=key).status == 200
    key_id = network.good("GET", f"/admin/publishers/{publisher}")["keys"][0]["key_id"]
    network.good("DELETE", f"/admin/publishers/{publisher}/keys/{key_id}")
    assert network.call("GET", "/publisher/me", key=key).status == 401


def test_admin_key_created_by_command_works_until_revoked(network: Network) -> None:
    here = cloud.local()
    key = admin_keys.create_admin_key(here, "admin")
    assert network.call("GET", "/admin/campaigns", key=key).status == 200
    admin_keys.revoke(here, key.removeprefix("slk_admin_")[:12])
    assert network.call("GET", "/admin/campaigns", key=key).status == 401


def test_added_offer_is_granted_to_existing_publishers(network: Network) -> None:
    first, later = network.campaign("first"), network.campaign("later")
    smartlink, (publisher, _) = network.smartlink({"campaign_id": first}), network.publisher()
    network.link(smartlink, publisher)
    network.good(
        "PATCH", f"/admin/smartlinks/{smartlink}", {"offers": [{"campaign_id": first}, {"campaign_id": later}]}
    )
    granted = network.good("GET", f"/admin/publishers/{publisher}/campaigns")["items"]
    assert {each["campaign_id"] for each in granted} == {first, later}
    direct = next(each["url"] for each in granted if each["campaign_id"] == later)
    assert network.click(direct).host == "later.example"
