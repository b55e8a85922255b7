import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from acceptance.traffic import http_load
from acceptance.traffic.http_load import HttpLoad, collect_with_progress, run_all
from deploy.errors import CommandError


class Recorder(BaseHTTPRequestHandler):
    """A server that echoes the request and records the client ports."""

    protocol_version = "HTTP/1.1"
    ports: list[int]
    statuses: list[int]

    def do_GET(self) -> None:
        self.ports.append(self.client_address[1])
        body = f"{self.headers['Host']} {self.path}".encode()
        self.send_response(self.statuses.pop() if self.statuses else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Recorder.ports, Recorder.statuses = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_one_thread_reuses_its_connection(server: ThreadingHTTPServer) -> None:
    url = f"http://api.localhost:{server.server_port}/s/x?a=b"
    with HttpLoad() as client:
        answers = [client.send("GET", url, {}) for _ in range(5)]
    assert {answer.body.decode() for answer in answers} == {f"api.localhost:{server.server_port} /s/x?a=b"}
    assert len(set(Recorder.ports)) == 1


def test_request_is_retried_after_503_and_429(server: ThreadingHTTPServer) -> None:
    Recorder.statuses = [503, 429]
    with HttpLoad() as client:
        assert client.send("GET", f"http://127.0.0.1:{server.server_port}/", {}).status == 200
    assert len(Recorder.ports) == 3


def test_request_without_response_raises_as_it_may_have_been_counted() -> None:
    with pytest.raises(CommandError, match="got no response"):
        HttpLoad().send("GET", "http://127.0.0.1:9/", {})


def test_results_are_in_the_order_of_the_items() -> None:
    assert collect_with_progress("Doubling", run_all(range(100), lambda n: n * 2), 100) == [n * 2 for n in range(100)]


def test_failure_of_one_item_is_raised() -> None:
    def fail(_: int) -> None:
        message = "failed"
        raise CommandError(message)

    with pytest.raises(CommandError, match="failed"):
        collect_with_progress("Failing", run_all(range(1000), fail), 1000)


def test_rate_delays_items(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(http_load, "time", SimpleNamespace(sleep=slept.append, monotonic=lambda: 100.0))
    assert list(run_all([1, 2, 3], str, threads=1, rate=4)) == ["1", "2", "3"]
    assert slept == [0.0, 0.25, 0.5]
