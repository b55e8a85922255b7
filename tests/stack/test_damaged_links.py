"""Links that were pasted a little wrong, and destinations, on the deployed stack."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from local.http import send
from tests.stack.network import IPHONE, Clicked, Network

DESTINATION = "https://any.example/?cid={click_id}&s={sub1}&t={sub2}&{query}"


@pytest.fixture
def link(network: Network) -> str:
    """Return a link to a campaign with sub-IDs and the rest of the query in its destination."""
    return network.link(network.smartlink({"campaign_id": network.campaign("any", destination_url=DESTINATION)}))


def _open(network: Network, url: str) -> Clicked:
    """Send the URL as it is, without encoding anything in it."""
    return Clicked(send("GET", url, headers={"User-Agent": IPHONE, "X-Edge-Secret": network.edge_secret}))


@pytest.mark.parametrize("damage", [".", ")", "%20", ",", "&sub1=a", "%3E", "%E2%80%8B"])
def test_link_with_more_behind_its_code_works(network: Network, link: str, damage: str) -> None:
    assert _open(network, f"{link}{damage}").host == "any.example"


def test_parameters_behind_the_code_are_understood(network: Network, link: str) -> None:
    assert parse_qs(urlsplit(_open(network, f"{link}&sub1=a").location).query)["s"] == ["a"]


@pytest.mark.parametrize("query", ["sub1=a&amp;sub2=b", "sub1=a?sub2=b", "sub1=a&sub2=b"])
def test_damaged_query_has_both_sub_ids(network: Network, link: str, query: str) -> None:
    sent = parse_qs(urlsplit(_open(network, f"{link}?{query}").location).query)

    assert (sent["s"], sent["t"]) == (["a"], ["b"])


def test_parameter_without_a_value_rides_along_and_an_empty_query_leaves_nothing(network: Network, link: str) -> None:
    assert _open(network, f"{link}?sub1=a&sub2=b&flag").location.endswith("&s=a&t=b&flag")
    assert _open(network, f"{link}?sub1=a&sub2=b").location.endswith("&s=a&t=b")


def test_query_repeats_no_name_of_the_destination(network: Network, link: str) -> None:
    assert _open(network, f"{link}?sub1=a&sub2=b&cid=mine&utm=x").location.endswith("&s=a&t=b&utm=x")


def test_external_click_id_of_a_thousand_characters_arrives(network: Network) -> None:
    campaign = network.campaign("long", destination_url="https://long.example/?cid={click_id}&x={external_click_id}")
    link = network.link(network.smartlink({"campaign_id": campaign}))
    own = ("aé/%& ?=" * 125)[:1000]

    seen = network.click(link, query={"click_id": own})

    assert parse_qs(urlsplit(seen.location).query)["x"] == [own]
    assert network.document(seen.click_id)["external_click_id"] == own


def test_macro_in_an_encoded_value_cannot_inject_a_parameter(network: Network) -> None:
    destination = "https://store.example/app?id=x&referrer=clid%3D{click_id}%26s%3D{sub1}"
    link = network.link(network.smartlink({"campaign_id": network.campaign("store", destination_url=destination)}))

    seen = network.click(link, query={"sub1": "a&clid=mine"})
    referrer = parse_qs(urlsplit(seen.location).query)["referrer"][0]

    assert [unquote(value) for value in parse_qs(referrer)["s"]] == ["a&clid=mine"]
    assert len(parse_qs(referrer)["clid"]) == 1


@pytest.mark.parametrize(
    "destination",
    [
        "https://app.example/?pid={click_id}&gaid=%7Bgps_adid%7D",
        "market://details?id=com.acme&referrer={click_id}",
        "myapp://open/{click_id}",
        "intent://open/{click_id}#Intent;scheme=myapp;package=com.acme;end",
    ],
)
def test_destination_is_sent_byte_for_byte(network: Network, destination: str) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("bytes", destination_url=destination)}))
    location = network.click(link).location
    before, after = destination.split("{click_id}")

    assert location.startswith(before)
    assert location.endswith(after)
    assert len(location) == len(before) + 26 + len(after)


@pytest.mark.parametrize(
    "destination",
    ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"],
)
def test_scripts_and_files_are_no_destination(network: Network, destination: str) -> None:
    answer = network.call("POST", "/admin/campaigns", {"name": "a", "destination_url": destination})

    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/destination_url")


def test_link_to_ourselves_is_refused(network: Network, link: str) -> None:
    campaign = network.call("POST", "/admin/campaigns", {"name": "a", "destination_url": link})
    smartlink = network.call("POST", "/admin/smartlinks", {"name": "a", "fallback_url": f"{link}?sub1=x"})

    assert [answer.status for answer in (campaign, smartlink)] == [422, 422]
    assert campaign.json()["errors"][0]["pointer"] == "/destination_url"
    assert smartlink.json()["errors"][0]["pointer"] == "/fallback_url"


def test_dot_segments_of_a_sub_id_are_encoded(network: Network) -> None:
    campaign = network.campaign("dots", destination_url="https://dots.example/a/{sub1}/b?cid={click_id}")
    link = network.link(network.smartlink({"campaign_id": campaign}))

    assert network.click(link, query={"sub1": ".."}).location.startswith("https://dots.example/a/%2E%2E/b?")


@pytest.mark.parametrize(
    ("identity", "first", "second"),
    [
        pytest.param("ip", {"agent": IPHONE}, {"agent": f"{IPHONE} x"}, id="address"),
        pytest.param(
            "ip_ua", {"address": "[2001:db8:1:2::1]"}, {"address": "[2001:db8:1:2:ffff::9]"}, id="the same /64"
        ),
        pytest.param(
            "sub1", {"query": {"sub1": "a"}}, {"query": {"sub1": "a"}, "address": "198.51.100.1"}, id="sub-ID"
        ),
        pytest.param(
            "external_click_id",
            {"query": {"click_id": "x"}},
            {"query": {"click_id": "x"}, "address": "198.51.100.1"},
            id="own click ID",
        ),
    ],
)
def test_second_click_of_the_same_identity_is_a_duplicate(
    network: Network, identity: str, first: dict[str, object], second: dict[str, object]
) -> None:
    filtered = network.campaign("once", duplicate_filter={"identity": identity, "window_seconds": 3600})
    link = network.link(network.smartlink({"campaign_id": filtered}))

    assert [network.click(link, **click).host for click in (first, second)] == ["once.example", "fallback.example"]  # type: ignore[arg-type]
