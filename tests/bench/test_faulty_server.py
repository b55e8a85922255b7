"""A server that fails on demand: what its client sees, and whether the request was applied."""

import http.client
from collections.abc import Iterator

import pytest

from bench.faulty_server import Fault, FaultyServer, Request, faulty_server, http_error

PATIENCE = 10


@pytest.fixture
def applied() -> list[bytes]:
    return []


@pytest.fixture
def server(applied: list[bytes]) -> Iterator[FaultyServer]:
    def answer(request: Request) -> bytes:
        applied.append(request.body)
        return http_error(200, b"{}")

    with faulty_server(answer) as running:
        yield running


def status_of(server: FaultyServer, timeout: float = PATIENCE) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        connection.request("POST", "/", b"body")
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


@pytest.mark.parametrize(("fault", "status"), [(Fault.NONE, 200), (Fault.THROTTLE, 400), (Fault.ERROR, 500)])
def test_server_answers_and_applies_only_what_it_accepts(
    server: FaultyServer, applied: list[bytes], fault: Fault, status: int
) -> None:
    server.fail_with(fault)
    assert status_of(server) == status
    assert applied == ([b"body"] if status == 200 else [])


@pytest.mark.parametrize(
    ("fault", "error", "is_applied"),
    [
        (Fault.CUT, http.client.IncompleteRead, False),
        (Fault.CUT_AFTER_WRITE, http.client.RemoteDisconnected, True),
        (Fault.REFUSE, ConnectionRefusedError, False),
    ],
)
def test_connection_breaks(
    server: FaultyServer, applied: list[bytes], fault: Fault, error: type[Exception], is_applied: bool
) -> None:
    server.fail_with(fault)
    with pytest.raises(error):
        status_of(server)
    assert applied == ([b"body"] if is_applied else [])


def test_server_that_hangs_never_answers(server: FaultyServer, applied: list[bytes]) -> None:
    server.fail_with(Fault.HANG)
    with pytest.raises(TimeoutError):
        status_of(server, timeout=0.05)
    assert applied == []


def test_server_works_again_at_the_same_port(server: FaultyServer) -> None:
    port = server.port
    for fault in (Fault.REFUSE, Fault.HANG, Fault.NONE):
        server.fail_with(fault)
    assert (status_of(server), server.port) == (200, port)
