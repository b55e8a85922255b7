"""Conversions on the deployed stack, with real concurrent transactions."""

from collections import Counter
from typing import Any

from local.http import send
from tests.stack.network import Network, run_concurrently, wait_for


def send_postback(
    network: Network, click_id: str, token: str, method: str = "GET", **parameters: str
) -> tuple[int, Any]:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    answer = send(method, f"{network.tracking_url}/postback?click_id={click_id}&token={token}&{query}")
    return answer.status, answer.json()


def token_of(network: Network, campaign_id: str) -> str:
    token: str = network.good("GET", f"/admin/campaigns/{campaign_id}")["postback_token"]
    return token


def totals(network: Network, campaign_id: str, by: str = "click") -> Any:
    return network.good("GET", f"/admin/reports?group_by=day&campaign_id={campaign_id}&by={by}")["totals"]


def test_same_conversion_posted_by_16_threads_counts_once(network: Network) -> None:
    campaign = network.campaign("race", payout="1.37", revenue="2.01")
    click = network.click(network.link(network.smartlink({"campaign_id": campaign}))).click_id
    token = token_of(network, campaign)
    answers = run_concurrently(
        48, lambda n: send_postback(network, click, token, "POST" if n % 2 else "GET", txid="t1", event="sale")
    )
    assert {status for status, _ in answers} == {200}
    assert Counter(answer["status"] for _, answer in answers) == {"recorded": 1, "duplicate": 47}
    assert len({answer["conversion_id"] for _, answer in answers}) == 1
    for by in ("click", "conversion"):
        found = totals(network, campaign, by)
        assert (found["conversions"], found["payout"], found["revenue"], found["profit"]) == (1, "1.37", "2.01", "0.64")


def test_conversion_cap_of_10_stops_the_offer_and_200_conversions_are_all_recorded(network: Network) -> None:
    cap = {"metric": "conversions", "window": "day", "limit": "10"}
    campaign = network.campaign("ten", payout="1.00", caps=[cap])
    link = network.link(network.smartlink({"campaign_id": campaign}))
    clicks = [network.click(link).click_id for _ in range(4)]
    assert network.click(link).host == "ten.example"
    token = token_of(network, campaign)
    answers = run_concurrently(200, lambda n: send_postback(network, clicks[n % 4], token, txid=str(n)))
    assert Counter((status, answer.get("status")) for status, answer in answers) == {(200, "recorded"): 200}
    wait_for(5, lambda: network.click(link).host, "fallback.example")
    assert totals(network, campaign)["conversions"] == 200
    listed = list(network.all(f"/admin/conversions?campaign_id={campaign}"))
    assert len({each["txid"] for each in listed}) == 200
    refused = network.document(network.click(link).click_id)["decision"]["considered"]
    assert [each["refused"] for each in refused] == ["cap"]


def test_rejection_reverts_all_figures_and_frees_the_cap(network: Network) -> None:
    cap = {"metric": "payout", "window": "week", "limit": "3.00", "timezone": "America/New_York"}
    campaign = network.campaign("back", payout="1.50", revenue="2.00", caps=[cap])
    link = network.link(network.smartlink({"campaign_id": campaign}))
    click, token = network.click(link).click_id, token_of(network, campaign)
    for txid in ("a", "b"):
        assert send_postback(network, click, token, txid=txid)[0] == 200
    wait_for(5, lambda: network.click(link).host, "fallback.example")
    _, answer = send_postback(network, click, token, txid="b", status="rejected")
    assert answer["status"] == "recorded"
    assert send_postback(network, click, token, txid="b", status="rejected")[1]["status"] == "duplicate"
    wait_for(5, lambda: network.click(link).host, "back.example")
    found = totals(network, campaign)
    assert (found["conversions"], found["payout"], found["revenue"]) == (1, "1.50", "2.00")
    decided = network.good("PATCH", f"/admin/conversions/{answer['conversion_id']}", {"status": "approved"})
    assert decided["status"] == "approved"
    assert totals(network, campaign)["payout"] == "3.00"
    wait_for(5, lambda: network.click(link).host, "fallback.example")


def test_pixel_records_the_conversion_of_the_redirect_cookie(network: Network) -> None:
    campaign = network.campaign("pixel", payout="0.40", revenue="0.90", tracking="pixel", approval="auto")
    seen = network.click(network.link(network.smartlink({"campaign_id": campaign})))
    cookie = seen.answer.headers["set-cookie"].partition(";")[0]
    assert cookie.split(".")[1] == seen.click_id
    for _ in range(2):
        gif = send("GET", f"{network.tracking_url}/pixel.gif?campaign_id={campaign}&txid=7", headers={"Cookie": cookie})
        assert (gif.status, gif.headers["content-type"], gif.body[:6]) == (200, "image/gif", b"GIF89a")
    assert send("GET", f"{network.tracking_url}/pixel.gif?campaign_id={campaign}&txid=8").status == 200
    found = totals(network, campaign)
    assert (found["conversions"], found["revenue"]) == (1, "0.90")
