"""Notifications, audit log and click lists on the deployed stack."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.alerts.thresholds import last_hour
from tests.stack.network import Network, wait_for
from tests.stack.test_counting import TICK, clicks, invoke, invoke_function, stream_records


def notification_kinds(network: Network, name: str, value: str) -> list[str]:
    """Return the kinds of admin notifications about a resource, oldest first."""
    items = network.good("GET", "/admin/notifications?limit=200")["items"]
    return [each["kind"] for each in reversed(items) if each["subject"].get(name) == value]


def test_admins_are_notified_of_a_cap_at_80_and_100_per_cent(network: Network) -> None:
    cap = {"metric": "clicks", "window": "month", "limit": "5", "timezone": "Asia/Kolkata"}
    campaign = network.campaign("filling", caps=[cap])
    link = network.link(network.smartlink({"campaign_id": campaign}))
    for _ in range(4):
        network.click(link)
    wait_for(30, lambda: notification_kinds(network, "campaign_id", campaign), ["cap_nearly_reached"])
    for _ in range(3):
        network.click(link)
    wait_for(30, lambda: notification_kinds(network, "campaign_id", campaign), ["cap_nearly_reached", "cap_reached"])


def test_admins_are_notified_once_of_a_high_fallback_share(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("us"), "targeting": {"countries": ["US"]}})
    lost = network.click(network.link(smartlink), country="GB").click_id
    wait_for(30, lambda: clicks(network, smartlink)[0], 1)
    at = int((last_hour(datetime.now(UTC)) + timedelta(minutes=20)).timestamp() * 1000)
    records = stream_records(lost, 40)
    for record in records:
        record["dynamodb"]["NewImage"]["at"] = {"N": str(at)}
    invoke(records)
    for _ in range(2):
        invoke_function("WatchFallbacks", TICK)
    assert notification_kinds(network, "smartlink_id", smartlink) == ["fallback_share"]
    found = network.good("GET", f"/admin/lost-clicks?smartlink_id={smartlink}")
    assert [(row["reason"], row["clicks"]) for row in found["rows"]] == [("country", 41)]


def test_lost_clicks_are_valued_at_the_segment_epc_of_the_smartlink(network: Network) -> None:
    cap = {"metric": "clicks", "window": "total", "limit": "4"}
    campaign = network.campaign("worth", payout="1.00", revenue="3.00", caps=[cap])
    smartlink = network.smartlink({"campaign_id": campaign})
    link = network.link(smartlink)
    paid = [network.click(link).click_id for _ in range(4)]
    for _ in range(6):
        network.click(link)
    token = network.good("GET", f"/admin/campaigns/{campaign}")["postback_token"]
    network.good("GET", f"/postback?click_id={paid[0]}&token={token}")
    wait_for(30, lambda: clicks(network, smartlink)[0], 10)
    (row,) = network.good("GET", f"/admin/lost-clicks?smartlink_id={smartlink}")["rows"]
    assert (row["reason"], row["clicks"]) == ("cap", 6)
    assert (row["estimated_payout"], row["estimated_revenue"], row["estimated_profit"]) == ("1.50", "4.50", "3.00")


def test_audit_log_has_before_and_after_of_admin_changes(network: Network) -> None:
    campaign = network.campaign("audited", payout="1.00")
    network.good("PATCH", f"/admin/campaigns/{campaign}", {"payout": "2.00"})
    items: list[Any] = network.good("GET", f"/admin/audit?subject={campaign}")["items"]
    edit, creation = items
    assert (edit["action"], edit["actor"]) == ("PATCH /admin/campaigns/{campaign_id}", network.admin_key[10:22])
    assert (edit["before"]["payout"], edit["after"]["payout"]) == ("1.00", "2.00")
    assert (creation["before"], creation["after"]["payout"]) == (None, "1.00")


def test_clicks_of_a_smartlink_are_listed_newest_first(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("listed")})
    link = network.link(smartlink)
    wanted = [network.click(link).click_id for _ in range(7)]
    wait_for(30, lambda: clicks(network, smartlink)[0], 7)
    listed = [each["click_id"] for each in network.all(f"/admin/clicks?smartlink_id={smartlink}")]
    assert listed == wanted[::-1]


def test_publisher_is_notified_of_the_decision_and_the_live_link(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("application")}, visibility="ask")
    _, key = network.publisher()
    network.good("POST", f"/publisher/smartlinks/{smartlink}/apply", {}, key=key)
    assert notification_kinds(network, "smartlink_id", smartlink) == ["application_received"]
    pending = network.good("GET", "/admin/applications?status=pending&limit=200")["items"]
    application = next(each["id"] for each in pending if each["smartlink_id"] == smartlink)
    network.good("POST", f"/admin/applications/{application}/approve")
    notifications = network.good("GET", "/publisher/notifications", key=key)["items"]
    assert sorted(each["kind"] for each in notifications) == ["application_decided", "link_live"]
    read = network.good("POST", f"/publisher/notifications/{notifications[0]['id']}/read", key=key)
    assert read["read"] is True
