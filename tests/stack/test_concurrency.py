"""Concurrent requests on the deployed stack, with real concurrent writes."""

from collections import Counter

from deploy import cloud
from tests.stack.network import Network, run_concurrently

CAP_40 = {"metric": "clicks", "window": "total", "limit": "40"}


def test_160_concurrent_clicks_on_a_cap_of_40_give_exactly_40(network: Network) -> None:
    capped = network.campaign("capped", caps=[CAP_40])
    link = network.link(network.smartlink({"campaign_id": capped}))
    hosts = Counter(run_concurrently(160, lambda _: network.click(link).host, threads=32))
    assert hosts == {"capped.example": 40, "fallback.example": 120}


def test_cap_with_leases_is_never_exceeded_and_loses_at_most_one_per_cent(network: Network) -> None:
    capped = network.campaign("leased", caps=[{**CAP_40, "limit": "1000"}])
    link = network.link(network.smartlink({"campaign_id": capped}))
    hosts = Counter(run_concurrently(1150, lambda _: network.click(link).host, threads=32))
    assert hosts.total() == 1150
    assert 990 <= hosts["leased.example"] <= 1000
    used, leased = _counted(capped)
    assert used - leased <= hosts["leased.example"] <= used <= 1000


def _counted(campaign_id: str) -> list[int]:
    """Return the campaign's cap counter: used capacity and the leased part of it."""
    here = cloud.local()
    (item,) = here.session.client("dynamodb", endpoint_url=here.endpoint).scan(
        TableName=f"{here.stack}-caps",
        FilterExpression="begins_with(#key, :campaign)",
        ExpressionAttributeNames={"#key": "key"},
        ExpressionAttributeValues={":campaign": {"S": campaign_id}},
    )["Items"]
    return [int(item.get(name, {"N": "0"})["N"]) for name in ("used", "leased")]


def test_two_caps_are_both_exact_under_concurrency(network: Network) -> None:
    per_publisher = {"metric": "clicks", "window": "day", "limit": "15", "scope": "publisher"}
    capped = network.campaign("both", caps=[{**CAP_40, "limit": "25"}, per_publisher])
    smartlink = network.smartlink({"campaign_id": capped})
    links = [network.link(smartlink), network.link(smartlink)]
    hosts = run_concurrently(120, lambda n: (n % 2, network.click(links[n % 2]).host), threads=12)
    taken = Counter(which for which, host in hosts if host == "both.example")
    assert taken.total() == 25
    assert max(taken.values()) <= 15


def test_concurrent_clicks_of_one_visitor_count_once(network: Network) -> None:
    once = network.campaign("once", duplicate_filter={"identity": "ip_ua", "window_seconds": 3600})
    link = network.link(network.smartlink({"campaign_id": once}))
    seen = run_concurrently(40, lambda _: network.click(link))
    assert Counter(each.host for each in seen) == {"once.example": 1, "fallback.example": 39}
    refused = next(each for each in seen if each.host == "fallback.example")
    assert network.document(refused.click_id)["is_duplicate"] is True


def test_every_answered_click_is_in_the_table(network: Network) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("kept")}))
    clicks = run_concurrently(100, lambda n: network.click(link, query={"sub1": str(n)}).click_id)
    documents = run_concurrently(100, lambda n: network.document(clicks[n]))
    assert [each["sub_ids"]["sub1"] for each in documents] == [str(n) for n in range(100)]


def test_same_post_sent_16_times_concurrently_creates_one_resource(network: Network) -> None:
    body = {"name": f"Once {network.mark}", "email": "once@pub.example"}
    key = f"once-{network.mark}"
    answers = run_concurrently(16, lambda _: network.call("POST", "/admin/publishers", body, Idempotency_Key=key))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(answer.json()["api_key"] is not None for answer in answers) == 1


def test_applying_16_times_concurrently_creates_one_application(network: Network) -> None:
    smartlink, (publisher, key) = network.smartlink(visibility="ask"), network.publisher()
    answers = run_concurrently(16, lambda _: network.call("POST", f"/publisher/smartlinks/{smartlink}/apply", {}, key))
    assert sorted(answer.status for answer in answers) == [200] * 15 + [201]
    assert network.good("GET", f"/admin/smartlinks/{smartlink}")["pending_count"] == 1
    pending = network.all("/admin/applications?status=pending")
    assert sum(each["publisher_id"] == publisher for each in pending) == 1


def test_route_matches_the_tables_after_concurrent_edits(network: Network) -> None:
    campaigns = [network.campaign(f"c{n}") for n in range(4)]
    smartlink = network.smartlink(*({"campaign_id": each} for each in campaigns))

    def edit(n: int) -> int:
        if n % 2:
            return network.call("PATCH", f"/admin/campaigns/{campaigns[n % 4]}", {"payout": f"{n}.00"}).status
        offers = [{"campaign_id": each, "weight": n + 1} for each in campaigns]
        return network.call("PATCH", f"/admin/smartlinks/{smartlink}", {"offers": offers}).status

    assert set(run_concurrently(24, edit, threads=6)) == {200}
    weight = network.good("GET", f"/admin/smartlinks/{smartlink}")["offers"][0]["weight"]
    simulated = network.good("POST", f"/admin/smartlinks/{smartlink}/simulate", {"draw": 0})
    assert [each["weight"] for each in simulated["decision"]["considered"]] == [weight] * 4
    assert network.good("GET", f"/admin/smartlinks/{smartlink}")["version"] == 13
