"""Publisher postbacks on the deployed stack, to a real receiver on this machine."""

import hashlib
import hmac
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest

from tests.stack.network import Network, within
from tests.stack.test_conversions import posted, token_of


@contextmanager
def receiver(*statuses: int, hangs: bool = False, location: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Its address, and the requests that came; it answers with these statuses, the last again and again."""
    came: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append((self.path, dict(self.headers)))
            if hangs:
                time.sleep(8)
            self.send_response(statuses[min(len(came), len(statuses)) - 1])
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", came
        finally:
            server.shutdown()


class Publisher:
    """A publisher on a smartlink with one campaign, and the advertiser who pays for their clicks."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.id, self.key = network.publisher()
        self.campaign = network.campaign("paid", payout="1.50", revenue="9.00")
        self.link = network.link(network.smartlink({"campaign_id": self.campaign}), self.id)
        self.token = token_of(network, self.campaign)

    def good(self, method: str, path: str, body: object = None) -> Any:
        return self.network.good(method, path, body, key=self.key)

    def postback(self, url: str, **changes: str) -> Any:
        return self.good("POST", "/publisher/postbacks", {"url": url, **changes})

    def converts(self, txid: str = "t1", **parameters: str) -> str:
        """A click of this publisher converts; the click's ID."""
        click = self.network.click(self.link, query={"sub1": "a b", "click_id": "own-7"}).click_id
        assert posted(self.network, click, self.token, txid=txid, **parameters)[0] == 200
        return click

    def deliveries(self, postback_id: str) -> list[Any]:
        return list(self.network_all(f"/publisher/postbacks/{postback_id}/deliveries?limit=50"))

    def network_all(self, path: str) -> list[Any]:
        found: list[Any] = self.good("GET", path)["items"]
        return found

    def statuses(self, postback_id: str) -> list[str]:
        """How the deliveries went, oldest first."""
        return [each["status"] for each in reversed(self.deliveries(postback_id))]


def test_a_conversion_is_told_signed_with_its_macros_filled_in(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(200) as (address, came):
        url = f"{address}/pb?c={{click_id}}&x={{external_click_id}}&s={{sub1}}&p={{payout}}&t={{txid}}&e={{event}}"
        made = publisher.postback(url)
        click = publisher.converts(event="sale")
        within(20, lambda: publisher.statuses(made["id"]), ["delivered"])
        ((path, headers),) = came
    assert path == f"/pb?c={click}&x=own-7&s=a%20b&p=1.50&t=t1&e=sale"
    said = headers["X-Smartlink-Timestamp"]
    wanted = hmac.new(made["secret"].encode(), f"{said}.{address}{path}".encode(), hashlib.sha256).hexdigest()
    assert headers["X-Smartlink-Signature"] == f"v1={wanted}"


def test_a_receiver_that_fails_twice_gets_one_success_and_three_deliveries(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(500, 500, 200) as (address, came):
        made = publisher.postback(f"{address}/?c={{conversion_id}}")
        publisher.converts()
        within(90, lambda: publisher.statuses(made["id"]), ["failed", "failed", "delivered"])
        time.sleep(3)
        assert publisher.statuses(made["id"]) == ["failed", "failed", "delivered"]
        assert [each["http_status"] for each in reversed(publisher.deliveries(made["id"]))] == [500, 500, 200]
        assert len(came) == 3
        replayed = publisher.good("POST", f"/publisher/deliveries/{publisher.deliveries(made['id'])[0]['id']}/replay")
        assert replayed["status"] == "queued"
        within(20, lambda: len(came), 4)


def test_a_receiver_that_hangs_is_cut_at_five_seconds(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(200, hangs=True) as (address, _):
        made = publisher.postback(f"{address}/")
        publisher.converts()
        within(30, lambda: publisher.statuses(made["id"])[:1], ["failed"])
        first = publisher.deliveries(made["id"])[-1]
        publisher.good("DELETE", f"/publisher/postbacks/{made['id']}")
    assert 4_900 <= first["took_ms"] <= 6_000
    assert first["next_try_at"]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://user:secret@example.com/",
        "https://example.com/?c={clickid}",
        "https://example.com/?c=%7Bclick_id%7D",
        "https://example.com/?c={click_id",
    ],
)
def test_an_address_that_may_not_be_called_is_refused_when_it_is_saved(network: Network, url: str) -> None:
    _, key = network.publisher()
    answer = network.call("POST", "/publisher/postbacks", {"url": url}, key=key)
    assert answer.status == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/url"]


def private_name() -> str | None:
    """A name that resolves to private addresses alone: PRIVATE_NAME or this machine's own; None where neither does."""
    name = os.environ.get("PRIVATE_NAME") or socket.gethostname()
    try:
        found = [ip_address(each[4][0]) for each in socket.getaddrinfo(name, 80)]
    except OSError:
        return None
    return name if all(each.is_private and not each.is_loopback for each in found) else None


def test_a_name_that_resolves_to_a_private_address_is_refused_when_it_is_called(network: Network) -> None:
    name = private_name()
    if name is None:
        pytest.skip("no name here resolves to a private address: give one in PRIVATE_NAME")
    publisher = Publisher(network)
    made = publisher.postback(f"http://{name}/")
    publisher.converts()
    within(20, lambda: publisher.statuses(made["id"]), ["refused"])

    def told() -> list[str]:
        return [each["kind"] for each in publisher.good("GET", "/publisher/notifications")["items"]]

    within(20, lambda: "postback_failing" in told(), wanted=True)


def test_a_redirect_is_not_followed(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(200) as (target, reached), receiver(302, location=f"{target}/inside") as (address, came):
        made = publisher.postback(f"{address}/")
        publisher.converts()
        within(20, lambda: publisher.statuses(made["id"])[:1], ["failed"])
        assert (len(came) >= 1, reached) == (True, [])
    assert publisher.deliveries(made["id"])[-1]["http_status"] == 302
    publisher.good("DELETE", f"/publisher/postbacks/{made['id']}")


def test_a_postback_is_told_only_what_it_asked_for(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(200) as (address, came):
        publisher.postback(f"{address}/sale?e={{event}}&s={{status}}", event="sale")
        publisher.postback(f"{address}/back?e={{event}}&s={{status}}", status="rejected")
        click = publisher.converts(event="lead")
        posted(network, click, publisher.token, txid="t1", event="lead", status="rejected")
        posted(network, click, publisher.token, txid="t2", event="sale")
        within(20, lambda: sorted(path for path, _ in came), ["/back?e=lead&s=rejected", "/sale?e=sale&s=approved"])
