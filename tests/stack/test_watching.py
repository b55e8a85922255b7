"""What admins are told by the deployed stack, and what they can look up afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.alerts.thresholds import last_hour
from tests.stack.network import Network, within
from tests.stack.test_counting import answer_of, clicks, invoke, stream_records

TICK = {
    **dict.fromkeys(("version", "account", "region", "source", "id", "time", "detail-type"), ""),
    "detail": {},
    "resources": [],
}


def told(network: Network, name: str, value: str) -> list[str]:
    """The kinds of notifications that admins got about a thing, oldest first."""
    items = network.good("GET", "/admin/notifications?limit=200")["items"]
    return [each["kind"] for each in reversed(items) if each["subject"].get(name) == value]


def test_admins_hear_of_a_cap_at_80_and_at_100_per_cent(network: Network) -> None:
    cap = {"metric": "clicks", "window": "month", "limit": "5", "timezone": "Asia/Kolkata"}
    campaign = network.campaign("filling", caps=[cap])
    link = network.link(network.smartlink({"campaign_id": campaign}))
    for _ in range(4):
        network.click(link)
    within(30, lambda: told(network, "campaign_id", campaign), ["cap_nearly_reached"])
    for _ in range(3):
        network.click(link)
    within(30, lambda: told(network, "campaign_id", campaign), ["cap_nearly_reached", "cap_reached"])


def test_admins_hear_once_of_a_smartlink_that_loses_its_clicks(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("us"), "targeting": {"countries": ["US"]}})
    lost = network.click(network.link(smartlink), country="GB").click_id
    within(30, lambda: clicks(network, smartlink)[0], 1)
    at = int((last_hour(datetime.now(UTC)) + timedelta(minutes=20)).timestamp() * 1000)
    records = stream_records(lost, 40)
    for record in records:
        record["dynamodb"]["NewImage"]["at"] = {"N": str(at)}
    invoke(records)
    for _ in range(2):
        answer_of("WatchFallbacks", TICK)
    assert told(network, "smartlink_id", smartlink) == ["fallback_share"]
    found = network.good("GET", f"/admin/lost-clicks?smartlink_id={smartlink}")
    assert [(row["reason"], row["clicks"]) for row in found["rows"]] == [("country", 41)]


def test_lost_clicks_are_worth_what_the_pool_earned_in_their_segment(network: Network) -> None:
    cap = {"metric": "clicks", "window": "total", "limit": "4"}
    campaign = network.campaign("worth", payout="1.00", revenue="3.00", caps=[cap])
    smartlink = network.smartlink({"campaign_id": campaign})
    link = network.link(smartlink)
    paid = [network.click(link).click_id for _ in range(4)]
    for _ in range(6):
        network.click(link)
    token = network.good("GET", f"/admin/campaigns/{campaign}")["postback_token"]
    network.good("GET", f"/postback?click_id={paid[0]}&token={token}")
    within(30, lambda: clicks(network, smartlink)[0], 10)
    (row,) = network.good("GET", f"/admin/lost-clicks?smartlink_id={smartlink}")["rows"]
    assert (row["reason"], row["clicks"]) == ("cap", 6)
    assert (row["estimated_payout"], row["estimated_revenue"], row["estimated_profit"]) == ("1.50", "4.50", "3.00")


def test_an_admins_changes_stand_in_the_audit_log_with_before_and_after(network: Network) -> None:
    campaign = network.campaign("audited", payout="1.00")
    network.good("PATCH", f"/admin/campaigns/{campaign}", {"payout": "2.00"})
    items: list[Any] = network.good("GET", f"/admin/audit?subject={campaign}")["items"]
    edit, creation = items
    assert (edit["action"], edit["actor"]) == ("PATCH /admin/campaigns/{campaign_id}", network.admin_key[10:22])
    assert (edit["before"]["payout"], edit["after"]["payout"]) == ("1.00", "2.00")
    assert (creation["before"], creation["after"]["payout"]) == (None, "1.00")


def test_the_clicks_of_a_smartlink_are_listed_newest_first(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("listed")})
    link = network.link(smartlink)
    wanted = [network.click(link).click_id for _ in range(7)]
    within(30, lambda: clicks(network, smartlink)[0], 7)
    listed = [each["click_id"] for each in network.all(f"/admin/clicks?smartlink_id={smartlink}")]
    assert listed == wanted[::-1]


def test_a_publisher_hears_of_the_decision_and_of_the_live_link(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("asked")}, visibility="ask")
    _, key = network.publisher()
    network.good("POST", f"/publisher/smartlinks/{smartlink}/apply", {}, key=key)
    assert told(network, "smartlink_id", smartlink) == ["application_received"]
    pending = network.good("GET", "/admin/applications?status=pending&limit=200")["items"]
    asked = next(each["id"] for each in pending if each["smartlink_id"] == smartlink)
    network.good("POST", f"/admin/applications/{asked}/approve")
    heard = network.good("GET", "/publisher/notifications", key=key)["items"]
    assert sorted(each["kind"] for each in heard) == ["application_decided", "link_live"]
    read = network.good("POST", f"/publisher/notifications/{heard[0]['id']}/read", key=key)
    assert read["read"] is True
