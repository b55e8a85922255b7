"""Races of admins and publishers for one smartlink, with concurrent writes. A checker walks the tables after each."""

from collections import Counter
from typing import Any

import pytest

from deploy import cloud
from tests.consistency import inconsistencies
from tests.stack.network import Network, run_concurrently, wait_for

THREADS = 16


def scan(table: str) -> list[dict[str, Any]]:
    here = cloud.local()
    client = here.session.client("dynamodb", endpoint_url=here.endpoint)
    pages = client.get_paginator("scan").paginate(TableName=f"{here.stack}-{table}", ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def check(*smartlinks: str) -> None:
    assert inconsistencies(scan, {*smartlinks}) == []


def applicants(network: Network, smartlink: str, count: int) -> list[str]:
    """Let this many publishers apply; return the IDs of their applications."""
    keys = [network.publisher()[1] for _ in range(count)]
    run_concurrently(count, lambda n: network.good("POST", f"/publisher/smartlinks/{smartlink}/apply", {}, keys[n]))
    return [each["id"] for each in network.all(f"/admin/applications?smartlink_id={smartlink}")]


def pending_of(smartlink: str) -> int:
    found = [each for each in scan("applications") if each["pool_id"]["S"] == smartlink]
    return sum(each["status"]["S"] == "pending" for each in found)


def test_no_application_is_left_pending_by_a_deletion(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("raced")})
    keys = [network.publisher()[1] for _ in range(THREADS)]

    def act(n: int) -> int:
        if n == THREADS // 2:
            return network.call("DELETE", f"/admin/smartlinks/{smartlink}").status
        return network.call("POST", f"/publisher/smartlinks/{smartlink}/apply", {}, keys[n]).status

    statuses = Counter(run_concurrently(THREADS, act, THREADS))
    assert statuses[204] == 1
    assert statuses[201] + statuses[404] == THREADS - 1
    wait_for(120, lambda: pending_of(smartlink), 0)
    check(smartlink)


def test_either_approval_or_decline_wins(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("raced")})
    (application,) = applicants(network, smartlink, 1)
    verbs = ["approve", "decline"] * (THREADS // 2)
    path = f"/admin/applications/{application}"
    statuses = run_concurrently(THREADS, lambda n: network.call("POST", f"{path}/{verbs[n]}", {}).status, THREADS)
    by_verb = {verb: Counter(s for s, v in zip(statuses, verbs, strict=True) if v == verb) for verb in set(verbs)}
    approved = by_verb["approve"] == {200: 8} and by_verb["decline"] == {409: 8}
    declined = by_verb["approve"] == {409: 8} and by_verb["decline"] == {200: 1, 409: 7}
    assert approved != declined, by_verb
    check(smartlink)


def test_concurrent_approvals_make_one_link(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("raced")})
    ids = applicants(network, smartlink, 4)
    body = {"ids": ids, "decision": "approve"}
    answers = run_concurrently(THREADS, lambda _: network.good("POST", "/admin/applications/decide", body), THREADS)
    results = [each for answer in answers for each in answer["results"]]
    # On a busy machine some of the 64 decisions give up and ask to be sent again.
    assert {each["error"] for each in results} <= {
        None,
        "Other requests are changing this resource. Retry the request.",
    }
    assert len({(each["id"], each["link"]["code"]) for each in results if each["link"]}) == 4
    assert network.good("GET", f"/admin/smartlinks/{smartlink}")["live_count"] == 4
    check(smartlink)


@pytest.mark.parametrize("others", [["approve"], ["withdraw"], ["approve", "decline", "withdraw"]], ids="-".join)
def test_making_a_smartlink_public_agrees_with_other_decisions(network: Network, others: list[str]) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("raced")})
    publishers = [network.publisher()[1] for _ in range(6)]
    apply, withdraw = (f"/publisher/smartlinks/{smartlink}/{verb}" for verb in ("apply", "withdraw"))
    for key in publishers:
        network.good("POST", apply, {}, key)
    ids = [each["id"] for each in network.all(f"/admin/applications?smartlink_id={smartlink}")]

    def act(n: int) -> int:
        verb = others[n % len(others)]
        if n == 0:
            return network.call("PATCH", f"/admin/smartlinks/{smartlink}", {"visibility": "public"}).status
        if verb == "withdraw":
            return network.call("POST", withdraw, {}, publishers[n % 6]).status
        return network.call("POST", f"/admin/applications/{ids[n % 6]}/{verb}", {}).status

    assert set(run_concurrently(THREADS, act, THREADS)) <= {200, 409}
    assert pending_of(smartlink) == 0
    check(smartlink)


def test_adding_and_removing_a_publisher_leaves_their_direct_links_as_their_membership(network: Network) -> None:
    campaigns = [network.campaign(f"c{n}") for n in range(3)]
    smartlinks = [network.smartlink(*({"campaign_id": each} for each in campaigns)) for _ in range(2)]
    publisher, _ = network.publisher()

    def act(n: int) -> int:
        path = f"/admin/smartlinks/{smartlinks[n % 2]}/publishers"
        if n % 4 < 2:
            return network.call("POST", path, {"publisher_id": publisher}).status
        return network.call("DELETE", f"{path}/{publisher}").status

    assert set(run_concurrently(2 * THREADS, act, THREADS)) <= {201, 204, 404}
    check(*smartlinks)
    network.good("POST", f"/admin/publishers/{publisher}/campaigns", {"campaign_id": campaigns[0]})
    for smartlink in smartlinks:
        network.call("DELETE", f"/admin/smartlinks/{smartlink}/publishers/{publisher}")
    held = network.good("GET", f"/admin/publishers/{publisher}/campaigns")["items"]
    assert [each["campaign_id"] for each in held] == [campaigns[0]]
    check(*smartlinks)
