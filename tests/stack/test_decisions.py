"""Decisions on the deployed stack: imports through the queue, decisions in bulk, and the Lambda of the schedule."""

import json
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from acceptance.learning.learning_runs import invoke
from tests.stack.network import Network, wait_for

SECONDS = 60


def new_clicks(network: Network, count: int) -> tuple[str, list[str]]:
    """Create a campaign with manual approval and click on it; return its ID and the IDs of the clicks."""
    campaign = network.campaign("imported", payout="1.25", revenue="2.00", approval="manual")
    link = network.link(network.smartlink({"campaign_id": campaign}))
    return campaign, [network.click(link).click_id for _ in range(count)]


def imported(network: Network, text: str) -> dict[str, Any]:
    """Import a CSV file; return its state once all rows are processed."""
    parts = urlsplit(network.url)
    headers = {"Host": parts.netloc, "Authorization": f"Bearer {network.admin_key}", "Content-Type": "text/csv"}
    connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=60)
    connection.request("POST", f"{parts.path}/admin/conversions/imports", text.encode(), headers)
    answered = connection.getresponse()
    status, body = answered.status, answered.read()
    connection.close()
    assert status == 202, body
    path = f"/admin/conversions/imports/{json.loads(body)['id']}"
    wait_for(SECONDS, lambda: network.good("GET", path)["state"], "done")
    state: dict[str, Any] = network.good("GET", path)
    return state


def totals(network: Network, campaign: str) -> dict[str, Any]:
    """Return the money of the campaign's report."""
    found = network.good("GET", f"/admin/reports?group_by=campaign&campaign_id={campaign}")["totals"]
    return {name: found[name] for name in ("conversions", "pending_conversions", "rejected_conversions", "payout")}


def test_import_is_recorded_by_the_queue_once(network: Network) -> None:
    campaign, clicks = new_clicks(network, 3)
    rows = [f"{clicks[0]},t1,,approved", f"{clicks[1]},t2,9.5,", f"{clicks[2]},t3,,rejected", "unknown,t4,,", ",t5,,"]
    text = "\r\n".join(["click_id,txid,payout,status", *rows])
    first = imported(network, text)
    assert [each["result"] for each in first["results"]] == [*["recorded"] * 3, *["refused"] * 2]
    assert [each["conversion_status"] for each in first["results"][:3]] == ["approved", "approved", "rejected"]
    booked = totals(network, campaign)
    assert (booked["conversions"], booked["rejected_conversions"]) == (2, 1)
    assert Decimal(booked["payout"]) == Decimal("10.75")
    again = imported(network, text)
    assert [each["result"] for each in again["results"]] == [*["duplicate"] * 3, *["refused"] * 2]
    assert totals(network, campaign) == booked


def test_many_conversions_are_decided_at_once(network: Network) -> None:
    campaign, clicks = new_clicks(network, 4)
    token = network.good("GET", f"/admin/campaigns/{campaign}")["postback_token"]
    answers = [network.good("GET", f"/postback?click_id={click_id}&token={token}") for click_id in clicks]
    assert totals(network, campaign)["pending_conversions"] == 4
    ids = [each["conversion_id"] for each in answers]
    body = {"ids": [*ids, "cnv_none"], "status": "approved"}
    results = network.good("POST", "/admin/conversions/decide", body)["results"]
    assert [each["status"] for each in results] == [*["approved"] * 4, None]
    assert results[-1]["error"]
    booked = totals(network, campaign)
    assert (booked["conversions"], booked["pending_conversions"], Decimal(booked["payout"])) == (4, 0, Decimal(5))


def test_the_lambda_of_the_schedule_runs(network: Network) -> None:
    assert network.mark
    invoke("ApproveConversions")  # raises if the function is missing or fails
