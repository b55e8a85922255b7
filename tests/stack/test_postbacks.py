"""Publisher postbacks on the deployed stack, sent to a real receiver on this machine."""

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

from tests.stack.network import Network, wait_for
from tests.stack.test_conversions import send_postback, token_of


@contextmanager
def receiver(*statuses: int, hangs: bool = False, location: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Run a receiver that returns these statuses, then the last one repeatedly. Yield its URL and requests."""
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
    """A publisher on a smartlink with one campaign, and the advertiser's postback token."""

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
        """Convert a new click of this publisher and return the click's ID."""
        click = self.network.click(self.link, query={"sub1": "a b", "click_id": "own-7"}).click_id
        assert send_postback(self.network, click, self.token, txid=txid, **parameters)[0] == 200
        return click

    def deliveries(self, postback_id: str) -> list[Any]:
        return list(self.network_all(f"/publisher/postbacks/{postback_id}/deliveries?limit=50"))

    def network_all(self, path: str) -> list[Any]:
        found: list[Any] = self.good("GET", path)["items"]
        return found

    def statuses(self, postback_id: str) -> list[str]:
        """Return the statuses of the deliveries, oldest first."""
        return [each["status"] for each in reversed(self.deliveries(postback_id))]


def test_postback_is_signed_and_its_macros_are_filled_in(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(200) as (address, came):
        url = f"{address}/pb?c={{click_id}}&x={{external_click_id}}&s={{sub1}}&p={{payout}}&t={{txid}}&e={{event}}"
        made = publisher.postback(url)
        click = publisher.converts(event="sale")
        wait_for(20, lambda: publisher.statuses(made["id"]), ["delivered"])
        ((path, headers),) = came
    assert path == f"/pb?c={click}&x=own-7&s=a%20b&p=1.50&t=t1&e=sale"
    timestamp = headers["X-Smartlink-Timestamp"]
    expected = hmac.new(made["secret"].encode(), f"{timestamp}.{address}{path}".encode(), hashlib.sha256).hexdigest()
    assert headers["X-Smartlink-Signature"] == f"v1={expected}"


def test_receiver_that_fails_twice_gets_three_attempts_and_one_success(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(500, 500, 200) as (address, came):
        made = publisher.postback(f"{address}/?c={{conversion_id}}")
        publisher.converts()
        wait_for(90, lambda: publisher.statuses(made["id"]), ["failed", "failed", "delivered"])
        time.sleep(3)
        assert publisher.statuses(made["id"]) == ["failed", "failed", "delivered"]
        assert [each["http_status"] for each in reversed(publisher.deliveries(made["id"]))] == [500, 500, 200]
        assert len(came) == 3
        replayed = publisher.good("POST", f"/publisher/deliveries/{publisher.deliveries(made['id'])[0]['id']}/replay")
        assert replayed["status"] == "queued"
        wait_for(20, lambda: len(came), 4)


def test_hanging_receiver_times_out_after_five_seconds(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(200, hangs=True) as (address, _):
        made = publisher.postback(f"{address}/")
        publisher.converts()
        wait_for(30, lambda: publisher.statuses(made["id"])[:1], ["failed"])
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
def test_forbidden_address_is_rejected_on_creation(network: Network, url: str) -> None:
    _, key = network.publisher()
    answer = network.call("POST", "/publisher/postbacks", {"url": url}, key=key)
    assert answer.status == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/url"]


def private_name() -> str | None:
    """Return a name that resolves only to private addresses: PRIVATE_NAME or this machine's name, else None."""
    name = os.environ.get("PRIVATE_NAME") or socket.gethostname()
    try:
        found = [ip_address(each[4][0]) for each in socket.getaddrinfo(name, 80)]
    except OSError:
        return None
    return name if all(each.is_private and not each.is_loopback for each in found) else None


def test_name_that_resolves_to_a_private_address_is_rejected_on_delivery(network: Network) -> None:
    name = private_name()
    if name is None:
        pytest.skip("no name here resolves to a private address: give one in PRIVATE_NAME")
    publisher = Publisher(network)
    made = publisher.postback(f"http://{name}/")
    publisher.converts()
    wait_for(20, lambda: publisher.statuses(made["id"]), ["refused"])

    def notification_kinds() -> list[str]:
        return [each["kind"] for each in publisher.good("GET", "/publisher/notifications")["items"]]

    wait_for(20, lambda: "postback_failing" in notification_kinds(), wanted=True)


def test_redirect_is_not_followed(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(200) as (target, reached), receiver(302, location=f"{target}/inside") as (address, came):
        made = publisher.postback(f"{address}/")
        publisher.converts()
        wait_for(20, lambda: publisher.statuses(made["id"])[:1], ["failed"])
        assert (len(came) >= 1, reached) == (True, [])
    assert publisher.deliveries(made["id"])[-1]["http_status"] == 302
    publisher.good("DELETE", f"/publisher/postbacks/{made['id']}")


def test_postback_gets_only_the_events_it_subscribed_to(network: Network) -> None:
    publisher = Publisher(network)
    with receiver(200) as (address, came):
        publisher.postback(f"{address}/sale?e={{event}}&s={{status}}", event="sale")
        publisher.postback(f"{address}/back?e={{event}}&s={{status}}", status="rejected")
        click = publisher.converts(event="lead")
        send_postback(network, click, publisher.token, txid="t1", event="lead", status="rejected")
        send_postback(network, click, publisher.token, txid="t2", event="sale")
        wait_for(20, lambda: sorted(path for path, _ in came), ["/back?e=lead&s=rejected", "/sale?e=sale&s=approved"])
