"""Duplicate filters on the deployed stack: what makes two clicks those of one visitor, and what is stored of it."""

import hashlib
from typing import Any

import pytest

from deploy import cloud
from tests.stack.network import WINDOWS, Network

HOUR = 3600
V6, SAME_64, OTHER_64 = "[2001:db8:7:1::1]", "[2001:db8:7:1:ffff::2]", "[2001:db8:7:2::1]"


def _campaign(network: Network, identity: str) -> str:
    return network.campaign("once", duplicate_filter={"identity": identity, "window_seconds": HOUR})


@pytest.mark.parametrize(
    ("identity", "visits", "accepted"),
    [
        pytest.param(
            "ip_ua",
            [{"address": V6}, {"address": SAME_64}, {"address": OTHER_64}, {"address": V6, "agent": WINDOWS}],
            [True, False, True, True],
            id="ip_ua",
        ),
        pytest.param(
            "ip",
            [
                {"address": V6},
                {"address": SAME_64, "agent": WINDOWS},
                {"address": "[::ffff:192.0.2.9]"},
                {"address": "192.0.2.9"},
            ],
            [True, False, True, False],
            id="ip",
        ),
        pytest.param(
            "sub1",
            [{"query": {"sub1": "a"}}, {"query": {"sub1": "a"}, "agent": WINDOWS}, {"query": {"sub1": "b"}}, {}, {}],
            [True, False, True, True, True],
            id="sub1",
        ),
        pytest.param(
            "external_click_id",
            [{"query": {"click_id": "1"}}, {"query": {"aff_click_id": "1"}}, {"query": {"click_id": "2"}}, {}, {}],
            [True, False, True, True, True],
            id="external_click_id",
        ),
    ],
)
def test_visitor_of_each_identity_counts_once(
    network: Network, identity: str, visits: list[dict[str, Any]], accepted: list[bool]
) -> None:
    link = network.link(network.smartlink({"campaign_id": _campaign(network, identity)}))
    assert [network.click(link, **visit).host == "once.example" for visit in visits] == accepted


def test_two_publishers_may_use_the_same_labels(network: Network) -> None:
    pool = network.smartlink({"campaign_id": _campaign(network, "sub1")})
    links = [network.link(pool) for _ in range(2)]
    hosts = [network.click(link, query={"sub1": "a"}).host for link in (*links, *links)]
    assert hosts == ["once.example"] * 2 + ["fallback.example"] * 2


def test_marker_is_a_hash_with_the_secret_key_of_the_deployment(network: Network) -> None:
    campaign = _campaign(network, "ip")
    network.click(network.link(network.smartlink({"campaign_id": campaign})), address="192.0.2.9")
    here = cloud.local()
    functions = here.session.client("lambda", endpoint_url=here.endpoint).list_functions()["Functions"]
    variables = [function.get("Environment", {}).get("Variables", {}) for function in functions]
    (key,) = {each["VISITOR_HASH_KEY"] for each in variables if "VISITOR_HASH_KEY" in each}
    assert len(key) == 43
    digest = hashlib.blake2b(b"192.0.2.9", digest_size=16, key=key.encode()).hexdigest()
    table = here.session.client("dynamodb", endpoint_url=here.endpoint)
    wanted = {"key": {"S": f"{campaign}|ip|{digest}"}}
    assert "Item" in table.get_item(TableName="smartlink-duplicates", Key=wanted, ConsistentRead=True)
