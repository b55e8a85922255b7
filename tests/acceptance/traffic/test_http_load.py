import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from acceptance.traffic import http_load
from acceptance.traffic.http_load import HttpLoad, all_of, watched
from deploy.errors import CommandError


class Recorder(BaseHTTPRequestHandler):
    """Answers with what was asked; remembers from which port each request came."""

    protocol_version = "HTTP/1.1"
    ports: list[int]
    refusals: list[int]

    def do_GET(self) -> None:
        self.ports.append(self.client_address[1])
        body = f"{self.headers['Host']} {self.path}".encode()
        self.send_response(self.refusals.pop() if self.refusals else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Recorder.ports, Recorder.refusals = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_one_connection_carries_many_requests(server: ThreadingHTTPServer) -> None:
    url = f"http://api.localhost:{server.server_port}/s/x?a=b"
    with HttpLoad() as its_wire:
        answers = [its_wire.send("GET", url, {}) for _ in range(5)]
    assert {answer.body.decode() for answer in answers} == {f"api.localhost:{server.server_port} /s/x?a=b"}
    assert len(set(Recorder.ports)) == 1


def test_a_request_that_was_not_taken_is_sent_again(server: ThreadingHTTPServer) -> None:
    Recorder.refusals = [503, 429]
    with HttpLoad() as its_wire:
        assert its_wire.send("GET", f"http://127.0.0.1:{server.server_port}/", {}).status == 200
    assert len(Recorder.ports) == 3


def test_an_unanswered_request_stops_the_run_since_nobody_knows_if_it_counted() -> None:
    with pytest.raises(CommandError, match="got no answer"):
        HttpLoad().send("GET", "http://127.0.0.1:9/", {})


def test_results_come_in_the_order_of_the_items() -> None:
    assert watched("Doubling", all_of(range(100), lambda n: n * 2), 100) == [n * 2 for n in range(100)]


def test_a_failure_ends_the_whole() -> None:
    def fail(_: int) -> None:
        message = "that is that"
        raise CommandError(message)

    with pytest.raises(CommandError, match="that is that"):
        watched("Failing", all_of(range(1000), fail), 1000)


def test_a_rate_holds_back_what_would_come_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(http_load, "time", SimpleNamespace(sleep=slept.append, monotonic=lambda: 100.0))
    assert list(all_of([1, 2, 3], str, threads=1, rate=4)) == ["1", "2", "3"]
    assert slept == [0.0, 0.25, 0.5]
