"""Invalid requests get a clear error response and write nothing."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.stack.network import Network

pytestmark = pytest.mark.alone  # it counts the items of all tables

ALLOWED = "use https, http or the scheme of an app, such as market"
GOOD = {"name": "Bad input", "destination_url": "https://acme.example/?cid={click_id}"}


@pytest.fixture
def nothing_written(count_items: Callable[[], dict[str, int]]) -> Iterator[None]:
    """Fail the test if the number of items of any table changes."""
    before = count_items()
    yield
    assert count_items() == before


def validation_errors(network: Network, path: str, body: dict[str, Any]) -> dict[str, str]:
    answer = network.call("POST", path, body)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    return {each["pointer"]: each["detail"] for each in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("url", "error"),
    [
        *((f"{scheme}:x", f"must not use the scheme {scheme}; {ALLOWED}") for scheme in ("javascript", "data", "ftp")),
        ("//acme.example/", "must begin with https://, http:// or the scheme of an app, such as market://"),
    ],
)
def test_destination_that_is_neither_web_nor_app_is_rejected(
    network: Network, nothing_written: None, url: str, error: str
) -> None:
    found = validation_errors(network, "/admin/campaigns", {**GOOD, "destination_url": url})
    assert found == {"/destination_url": error}


def test_all_validation_errors_are_returned_at_once(network: Network, nothing_written: None) -> None:
    seats = [{"campaign_id": "cmp_1", "weight": -1}, {"campaign_id": "cmp_2", "colour": "red"}]
    found = validation_errors(network, "/admin/smartlinks", {"name": "", "offers": seats, "tag": "x"})
    assert found == {
        "/name": "must not be empty",
        "/offers/0/campaign_id": "is not a campaign: cmp_1",
        "/offers/0/weight": "must be 0 or more",
        "/offers/1/campaign_id": "is not a campaign: cmp_2",
        "/offers/1/colour": "is not a known field",
        "/tag": "is not a known field",
    }


def test_each_unknown_campaign_is_reported(network: Network, nothing_written: None) -> None:
    seats = [{"campaign_id": "cmp_nope"}]
    found = validation_errors(
        network, "/admin/smartlinks", {"name": "x", "offers": seats, "catch_all_campaign_id": "cmp_no"}
    )
    assert set(found) == {"/offers/0/campaign_id", "/catch_all_campaign_id"}


def test_unknown_macro_suggests_the_nearest(network: Network, nothing_written: None) -> None:
    found = validation_errors(
        network, "/admin/campaigns", {**GOOD, "destination_url": "https://a.example/?c={clickid}"}
    )
    assert found["/destination_url"] == "{clickid} is not a macro; did you mean {click_id}?"


def test_cursor_of_another_list_is_rejected(network: Network) -> None:
    for _ in range(2):
        network.campaign("paged")
    cursor = network.good("GET", "/admin/campaigns?limit=1")["next_cursor"]
    answer = network.call("GET", f"/admin/publishers?cursor={cursor}")
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/cursor")


def raw(network: Network, head: str, body: bytes = b"") -> tuple[int, bytes]:
    """Send a request as raw bytes and return status and body."""
    parts = urlsplit(network.url)
    lines = [
        head.replace("{stage}", parts.path),
        f"Host: {parts.netloc}",
        f"Authorization: Bearer {network.admin_key}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", parts.port or 80), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    top, _, content = received.partition(b"\r\n\r\n")
    return int(top.split(b" ", 2)[1]), content


POST_CAMPAIGN = "POST {stage}/admin/campaigns HTTP/1.1"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"name": NaN}', 400),
        (b"\xff", 400),
        (b'{"name":"' + b"x" * 2_000_000 + b'"}', 413),
    ],
    ids=["malformed", "no object", "NaN", "not UTF-8", "2 MB"],
)
def test_unreadable_body_returns_a_problem_document(
    network: Network, nothing_written: None, body: bytes, status: int
) -> None:
    answered, content = raw(network, POST_CAMPAIGN, body)
    assert (answered, json.loads(content)["status"]) == (status, status)


def test_folded_header_is_rejected_as_a_key(network: Network, nothing_written: None) -> None:
    head = f"{POST_CAMPAIGN}\r\nIdempotency-Key: one\r\n two"
    answered, content = raw(network, head, json.dumps(GOOD).encode())
    assert (answered, json.loads(content)["title"]) == (400, "Bad Request")


def test_cr_and_lf_in_sub_ids_stay_encoded_in_the_location(network: Network) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("split")}))
    seen = network.click(link, query={"sub1": "a\r\nSet-Cookie: b=c", "source": "x\r\ny"})
    assert seen.location.endswith("&s=a%0D%0ASet-Cookie%3A%20b%3Dc")
    assert "set-cookie" not in seen.answer.headers


@pytest.mark.parametrize("code", ["x" * 10_000, "short", "%00%0d%0a1234", "ÄÖÜäöüßéèê"])
def test_invalid_link_code_gets_the_404_page(network: Network, nothing_written: None, code: str) -> None:
    answered, content = raw(network, f"GET {{stage}}/s/{code.encode().hex() if not code.isascii() else code} HTTP/1.1")
    assert answered == 404
    assert b"Link not found" in content


def test_unknown_path_returns_a_problem_document(network: Network, nothing_written: None) -> None:
    answer = network.call("GET", "/admin/nothing-here")
    assert (answer.status, answer.json()["status"]) == (404, 404)


@pytest.mark.parametrize("key", ["", "slk_admin_wrong", "slk_pub_" + "a" * 55])
def test_wrong_key_is_rejected_before_any_work(network: Network, nothing_written: None, key: str) -> None:
    answer = network.call("POST", "/admin/campaigns", GOOD, key=key)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_keys_are_rejected_by_the_other_api(network: Network) -> None:
    _, publisher_key = network.publisher()
    assert network.call("GET", "/admin/campaigns", key=publisher_key).status == 403
    assert network.call("GET", "/publisher/me").status == 403
