"""Publishers can access only their own resources: every publisher endpoint, called with two publishers' keys."""

from typing import Any

from chalicelib.endpoints import ENDPOINTS
from tests.stack.network import Network, wait_for
from tests.stack.test_postbacks import Publisher, receiver

OWN = {
    "/publisher/smartlinks",
    "/publisher/me",
    "/publisher/me/keys",
    "/publisher/reports",
    "/publisher/campaigns",
    "/publisher/clicks",
    "/publisher/conversions",
    "/publisher/notifications",
    "/publisher/notifications/read-all",
    "/publisher/counts",
}
"""Endpoints without a resource ID: they return the caller's own data."""

BODIES: dict[str, object] = {"PATCH": {"event": "*"}, "POST": {}}


def resources_of(network: Network, publisher: Publisher, address: str) -> dict[str, str]:
    """Create one resource of each kind that a publisher endpoint can name, and return their IDs."""
    private = network.smartlink({"campaign_id": publisher.campaign}, visibility="private")
    network.link(private, publisher.id)
    made = publisher.postback(f"{address}/")
    click = publisher.converts()
    wait_for(20, lambda: publisher.statuses(made["id"]), ["delivered"])
    wait_for(20, lambda: bool(publisher.good("GET", "/publisher/notifications")["items"]), wanted=True)
    return {
        "smartlink_id": private,
        "click_id": click,
        "postback_id": made["id"],
        "delivery_id": publisher.deliveries(made["id"])[0]["id"],
        "notification_id": publisher.good("GET", "/publisher/notifications")["items"][0]["id"],
        "key_id": publisher.good("POST", "/publisher/me/keys")["key_id"],
    }


def test_publisher_endpoints_return_404_for_resources_of_others(network: Network) -> None:
    one, other = Publisher(network), Publisher(network)
    with receiver(200) as (address, came):
        things = resources_of(network, one, address)
        calls = [
            each for each in ENDPOINTS if each.audience == "publisher" and each.path not in OWN and "{" in each.path
        ]
        for call in calls:
            path = call.path.format(**things)
            answer = network.call(call.method, path, BODIES.get(call.method), key=other.key)
            assert answer.status == 404, f"{call.method} {call.path}: {answer.status} {answer.body!r}"
        assert len(came) == 1
        assert statuses_of(network, one, calls, things) == {200, 202, 204, 409}  # nothing is pending to withdraw
    assert {each.path for each in ENDPOINTS if each.audience == "publisher" and "{" not in each.path} - OWN == {
        "/publisher/postbacks"
    }


def statuses_of(network: Network, owner: Publisher, calls: list[Any], things: dict[str, str]) -> set[int]:
    """Return the statuses of the same calls with the owner's key, deletion last."""
    ordered = sorted(calls, key=lambda call: call.method == "DELETE")
    return {
        network.call(each.method, each.path.format(**things), BODIES.get(each.method), key=owner.key).status
        for each in ordered
    }


def test_publisher_counts_and_reads_only_own_notifications(network: Network) -> None:
    one, other = Publisher(network), Publisher(network)
    unread = other.good("GET", "/publisher/counts")["unread_notifications"]
    assert unread > 0
    assert network.call("POST", "/publisher/notifications/read-all", key=one.key).status == 204
    counted = [each.good("GET", "/publisher/counts")["unread_notifications"] for each in (one, other)]
    assert counted == [0, unread]


def test_publisher_reports_and_lists_contain_only_own_data(network: Network) -> None:
    one, other = Publisher(network), Publisher(network)
    one.converts()
    wait_for(30, lambda: one.good("GET", "/publisher/reports?group_by=campaign")["totals"]["clicks"], 1)
    found = one.good("GET", "/publisher/reports?group_by=campaign")
    assert [row["campaign"] for row in found["rows"]] == [one.campaign]
    assert found["totals"]["payout"] == "1.50"
    assert not {"revenue", "profit", "margin"} & set(found["totals"])
    empty = other.good("GET", "/publisher/reports?group_by=campaign")
    assert (empty["rows"], empty["totals"]["clicks"]) == ([], 0)
    assert other.good("GET", "/publisher/postbacks")["items"] == []
    for path in ("/publisher/clicks", "/publisher/conversions", f"/publisher/conversions?campaign_id={one.campaign}"):
        assert [each["publisher_id"] for each in one.good("GET", path)["items"]] == [one.id]
        assert other.good("GET", path)["items"] == []
    assert one.campaign not in [each["campaign_id"] for each in other.good("GET", "/publisher/campaigns")["items"]]
    for foreign in (f"campaign_id={one.campaign}",):
        assert network.call("GET", f"/publisher/reports?{foreign}", key=other.key).status == 404
