"""A question that a new user asks, answered with searches, filters and names alone."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.ids import time_ordered_id
from deploy import cloud
from tests.stack.network import IPHONE, WINDOWS, Network, wait_for


def last_march() -> datetime:
    """Noon of 15 March, this year's or the last one's, at least a month ago."""
    now = datetime.now(UTC)
    march = now.replace(month=3, day=15, hour=12, minute=0, second=0, microsecond=0)
    return march if now - march > timedelta(days=31) else march.replace(year=now.year - 1)


def click_in_march(network: Network, link: str, agent: str) -> str:
    """Click a link, write a copy of the click of last March, and return its ID."""
    target = cloud.local()
    client = target.session.client("dynamodb", endpoint_url=target.endpoint)
    table, now_id = f"{target.stack}-clicks", network.click(link, agent=agent).click_id
    item: dict[str, Any] = dict(client.get_item(TableName=table, Key={"click_id": {"S": now_id}})["Item"])
    at = last_march()
    click_id = time_ordered_id(at, os.urandom(10))
    moved = {"click_id": {"S": click_id}, "at": {"N": str(int(at.timestamp() * 1000))}}
    client.put_item(TableName=table, Item=item | moved)
    return click_id


def test_three_calls_find_the_browser_of_a_publishers_conversions_of_last_march(network: Network) -> None:
    campaign_id = network.campaign("game", payout="1.50", attribution_window_days=365)
    smartlink_id = network.smartlink({"campaign_id": campaign_id}, name=f"Summer {network.mark}")
    body = {"name": f"Ann {network.mark}", "email": "ann@pub.example"}
    link = network.link(smartlink_id, network.good("POST", "/admin/publishers", body)["id"])
    token = network.good("GET", f"/admin/campaigns/{campaign_id}")["postback_token"]
    clicks = [click_in_march(network, link, agent) for agent in (IPHONE, IPHONE, WINDOWS)]
    for click_id in clicks:
        network.good("GET", f"/postback?click_id={click_id}&token={token}&txid=1")

    (ann,) = network.good("GET", f"/admin/publishers?q=ANN+{network.mark}")["items"]
    (summer,) = network.good("GET", f"/admin/smartlinks?q=mer+{network.mark}")["items"]
    year = last_march().year
    query = f"from={year}-03-01&to={year}-03-31&publisher_id={ann['id']}&smartlink_id={summer['id']}&group_by=browser"

    def rows() -> list[tuple[str, int, int, str]]:
        found = network.good("GET", f"/admin/reports?{query}")["rows"]
        return [(row["browser"], row["clicks"], row["conversions"], row["payout"]) for row in found]

    wait_for(30, rows, [("chrome", 1, 1, "1.50"), ("safari", 2, 2, "3.00")])
