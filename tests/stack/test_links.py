"""Damaged links, destinations and refused ones over HTTP on the deployed stack."""

import pytest

from tests.stack.network import Network

DESTINATION = "https://links.example/?cid={click_id}&s={sub1}&t={sub2}&x={external_click_id}&a=1&{query}"
OWN = "must not lead to one of our own links; use the address that the link leads to"


def landing(network: Network, destination: str) -> str:
    """Create a link to a campaign of this destination and return its URL."""
    return network.link(network.smartlink({"campaign_id": network.campaign("links", destination_url=destination)}))


@pytest.mark.parametrize("door", ["REST", "HTTP"])
def test_damaged_links_work(network: Network, door: str) -> None:
    link = landing(network, DESTINATION)
    link = network.on_rest_api(link) if door == "REST" else link
    plain = ["", ".", ",", ")", "%3E", "%22", "%20", "%E2%80%8B", "/", "%3C/a%3E", "/)", "/%20", "[/url]"]
    with_sub_ids = [
        *("&sub1=a&sub2=b", "%26sub1=a%26sub2=b", "%3Fsub1=a&sub2=b", ";sub1=a;sub2=b", "&amp;sub1=a&amp;sub2=b"),
        *("/&sub1=a&sub2=b", "/%3Fsub1=a&sub2=b", "%3C/a%3E&sub1=a&sub2=b"),
        *("?sub1=a&amp;sub2=b", "?sub1=a&amp;amp;sub2=b", "?sub1=a?sub2=b", "??sub1=a&sub2=b", "?S1=a&s2=b"),
    ]
    ends = {tail: network.click(f"{link}{tail}").location.partition("&s=")[2] for tail in [*plain, *with_sub_ids]}
    # An HTTP API drops a path behind an encoded question mark.
    cut = [tail for tail in with_sub_ids if "%3F" in tail and door == "HTTP"]
    expected = {**dict.fromkeys(plain, "&t=&x=&a=1"), **dict.fromkeys(with_sub_ids, "a&t=b&x=&a=1")}
    assert ends == {**expected, **dict.fromkeys(cut, "&t=&x=&a=1")}
    assert network.click(f"{link}x").status == 404


def test_parameters_ride_along_as_they_came(network: Network) -> None:
    link = landing(network, DESTINATION)
    long = "x%2F" * 200 + "y" * 600
    location = network.click(f"{link}?flag&a=2&b=%7B%7Bad%7D%7D&clickid={long}zz").location
    assert location.endswith(f"&s=&t=&x={long}&a=1&flag&b=%7B%7Bad%7D%7D")


@pytest.mark.parametrize(
    ("destination", "sub1", "end"),
    [
        (
            "market://details?id=x&referrer=clid%3D{click_id}%26s%3D{sub1}",
            "a%26clid%3Dmine",
            "%26s%3Da%2526clid%253Dmine",
        ),
        ("https://links.example/?d=%7Bgps_adid%7D&s={sub1}", "%7Bx%7D", "/?d=%7Bgps_adid%7D&s=%7Bx%7D"),
        ("https://links.example/a/{sub1}/b", "..", "/a/%2E%2E/b"),
        ("https://links.example/?{query}", "a", "https://links.example/"),
        ("itms-apps://apps.example/id1?ct={sub1}", "a", "itms-apps://apps.example/id1?ct=a"),
    ],
)
def test_macros_are_encoded_for_their_place(network: Network, destination: str, sub1: str, end: str) -> None:
    assert network.click(f"{landing(network, destination)}?sub1={sub1}").location.endswith(end)


def test_scripts_and_our_own_links_are_no_destinations(network: Network) -> None:
    link = landing(network, DESTINATION)
    code = link.rpartition("/")[2]
    intent = f"intent://go.other.example/s/{code}#Intent;scheme=https;end"
    own = [
        link,
        f"{network.url}/%73/{code}",
        f"{network.tracking_url}/s/abcde12345",
        f"https://go.other.example/s/{code}.",
        intent,
    ]
    bodies = [{"name": "x", "destination_url": url, "fail_url": "jaVascript:alert(1)"} for url in own]
    invalid = [network.call("POST", "/admin/campaigns", body).json()["errors"] for body in bodies]
    assert {error["pointer"] for errors in invalid for error in errors} == {"/destination_url", "/fail_url"}
    refused = [network.call("POST", "/admin/campaigns", {**body, "fail_url": None}).json() for body in bodies]
    assert [each["errors"] for each in refused] == [[{"pointer": "/destination_url", "detail": OWN}]] * len(own)


@pytest.mark.parametrize(
    "destination",
    [
        "https://app.example/?pid={click_id}&gaid=%7Bgps_adid%7D",
        "market://details?id=com.acme&referrer={click_id}",
        "myapp://open/{click_id}",
        "intent://open/{click_id}#Intent;scheme=myapp;package=com.acme;end",
    ],
)
def test_destination_is_sent_byte_for_byte_around_its_macros(network: Network, destination: str) -> None:
    location = network.click(landing(network, destination)).location
    before, after = destination.split("{click_id}")
    assert (location[: len(before)], location[len(before) + 26 :]) == (before, after)


@pytest.mark.parametrize("scheme", ["javascript", "JavaScript", "data", "vbscript", "file", "blob", "about"])
def test_scripts_and_files_are_no_fallback(network: Network, scheme: str) -> None:
    body = {"name": "x", "fallback_url": f"{scheme}:alert(1)"}
    assert [each["pointer"] for each in network.call("POST", "/admin/smartlinks", body).json()["errors"]] == [
        "/fallback_url"
    ]
