"""Both doors of the deployed stack: the HTTP API for visitors and advertisers; the REST API answers them as well."""

import json
import socket
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local.http import send
from tests.stack.network import IPHONE, Network, wait_for
from tests.stack.test_conversions import token_of

DESTINATION = "https://doors.example/?cid={click_id}&s={sub1}&{query}"


@pytest.fixture
def link(network: Network) -> str:
    return network.link(network.smartlink({"campaign_id": network.campaign("doors", destination_url=DESTINATION)}))


def raw_click(link: str, query: bytes) -> tuple[int, str]:
    """Click with a query of any bytes; return status and destination."""
    parts = urlsplit(link)
    lines = [b"GET " + parts.path.encode() + b"?" + query + b" HTTP/1.1", f"Host: {parts.netloc}".encode()]
    lines += [f"User-Agent: {IPHONE}".encode(), b"Connection: close"]
    with socket.create_connection(("127.0.0.1", parts.port or 80), timeout=60) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")
    first, *others = received.partition("\r\n\r\n")[0].split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in others)}
    return int(first.split(" ")[1]), headers.get("location", "")


def sub1_of(destination: str) -> str:
    return parse_qs(urlsplit(destination).query, keep_blank_values=True)["s"][0]


@pytest.mark.parametrize(
    ("query", "at_http", "at_rest"),
    [
        pytest.param(b"sub1={clickid}", "{clickid}", None, id="a macro that was not replaced"),
        pytest.param(b"sub1=${x}&a={{ad.id}}", "${x}", None, id="macros of others"),
        pytest.param(b"sub1=a|b", "a|b", None, id="a pipe"),
        pytest.param(b"sub1=a;b", "a;b", "a", id="a semicolon"),
        pytest.param(b"sub1=%7Bclickid%7D", "{clickid}", "{clickid}", id="an encoded macro"),
        pytest.param("sub1=é\u754c".encode(), "é\u754c", "é\u754c", id="raw UTF-8"),
        pytest.param(b"sub1=%zz", "%zz", "%zz", id="a broken escape"),
        pytest.param(b"sub1=a%00b", "a\x00b", "a\x00b", id="an encoded NUL"),
        pytest.param(b"sub1=a+b", "a b", "a b", id="a plus"),
        pytest.param(b"sub1=a&x=" + b"y" * 4_000, "a", "a", id="4 KB"),
    ],
)
def test_hostile_query_is_redirected_by_the_http_api(
    network: Network, link: str, query: bytes, at_http: str, at_rest: str | None
) -> None:
    status, destination = raw_click(link, query)
    assert (status, sub1_of(destination)) == (302, at_http)
    status, destination = raw_click(network.on_rest_api(link), query)
    assert (status, destination and sub1_of(destination)) == ((400, "") if at_rest is None else (302, at_rest))


def test_http_api_redirects_up_to_the_limit_of_aws(link: str) -> None:
    assert [raw_click(link, b"x=" + b"y" * size)[0] for size in (8_000, 9_800, 10_300)] == [302, 302, 431]


def test_printed_link_is_on_the_http_api_and_answered_by_both(network: Network, link: str) -> None:
    assert link.startswith(f"{network.tracking_url}/s/")
    clicks = [network.click(each, query={"sub1": "a"}) for each in (link, network.on_rest_api(link))]
    assert [(click.status, click.host, sub1_of(click.location)) for click in clicks] == [
        (302, "doors.example", "a")
    ] * 2
    documents = [network.document(click.click_id) for click in clicks]
    assert [document["link"]["url"] for document in documents] == [link] * 2
    assert [(each["country"], each["device"], each["os"]) for each in documents] == [("US", "mobile", "ios")] * 2


def test_any_number_of_slashes_may_follow_the_code_at_the_http_api(network: Network, link: str) -> None:
    assert sub1_of(network.click(f"{link}/1/2/3/4/5/6/7&sub1=a").location) == "a"
    assert network.click(f"{network.on_rest_api(link)}/1/2/3/4/5/6/7&sub1=a").status == 404


def test_http_api_answers_what_it_does_not_serve(network: Network) -> None:
    answers = [send("GET", f"{network.tracking_url}{path}") for path in ("/docs", "/admin/campaigns", "/s/")]
    answers.append(send("POST", f"{network.tracking_url}/s/abcde12345"))
    assert {(answer.status, answer.body) for answer in answers} == {(404, b'{"message":"Not Found"}')}


def token_of_click(network: Network, click_id: str) -> str:
    return token_of(network, network.document(click_id)["campaign_id"])


@pytest.mark.parametrize("media", ["application/json", "application/x-www-form-urlencoded"])
def test_body_of_a_postback_reaches_the_function_through_the_http_api(network: Network, link: str, media: str) -> None:
    click_id = network.click(link).click_id
    sent = {"click_id": click_id, "token": token_of_click(network, click_id), "txid": "1"}
    connection = HTTPConnection("127.0.0.1", urlsplit(link).port, timeout=60)
    body = json.dumps(sent) if media == "application/json" else urlencode(sent)
    connection.request("POST", "/postback", body, {"Host": urlsplit(link).netloc, "Content-Type": media})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["status"]) == (200, "recorded")
    connection.close()


def test_caller_of_the_http_api_is_the_connecting_address(network: Network, link: str) -> None:
    click_id = network.click(link).click_id
    campaign = network.document(click_id)["campaign_id"]
    url = f"{network.tracking_url}/postback?click_id={click_id}&token=wrong"
    assert send("GET", url, headers={"X-Forwarded-For": "8.8.8.8"}).status == 403
    path = f"/admin/postbacks/refused?campaign_id={campaign}"
    wait_for(5, lambda: [each["address"] for each in network.good("GET", path)["items"]], ["127.0.0.1"])
