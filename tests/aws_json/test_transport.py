"""Connections of the lean client: reuse, failures, time limits and TLS."""

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws_json import transport, wire_format
from chalicelib.aws_json.transport import ConnectionBroken, ServerAddress
from chalicelib.dynamodb.client import DYNAMODB, call
from chalicelib.dynamodb.errors import NotApplied, OutcomeUnknown, TableError
from tests.aws_json.conftest import Clock
from tests.aws_json.server import BREAKS, PATIENCE, Request, Server, echo, raw, respond, serving, then_close

RESPONSE = raw({"Item": {"a": {"S": "b"}}})


def idle_connections() -> list[socket.socket]:
    """Return the connections to DynamoDB that wait for the next request."""
    return [connection.socket for connection, _ in transport._idle.get(DYNAMODB, ())]


def wait_for_peer() -> None:
    """Wait until the idle connection has data or its end to read."""
    poll = select.poll()
    poll.register(idle_connections()[-1], select.POLLIN)
    assert poll.poll(1000 * PATIENCE)


# Reuse


def test_calls_share_a_connection(server: Server) -> None:
    for _ in range(20):
        call("GetItem", {})
    assert (server.accepted, len(server.requests), len(idle_connections())) == (1, 20, 1)


def test_connection_that_the_server_closes_is_not_reused(server: Server) -> None:
    server.expect(respond({"n": 1}, Connection="close"), respond({"n": 2}))
    assert [call("GetItem", {}) for _ in range(2)] == [{"n": 1}, {"n": 2}]
    assert (server.accepted, len(idle_connections())) == (2, 1)


@pytest.mark.parametrize("at_most_once", [False, True])
def test_connection_closed_while_idle_is_replaced_without_a_retry(
    server: Server, clock: Clock, at_most_once: bool
) -> None:
    server.expect(then_close(respond({"n": 1})), respond({"n": 2}))
    call("UpdateItem", {"n": 1}, at_most_once=at_most_once)
    wait_for_peer()
    assert call("UpdateItem", {"n": 2}, at_most_once=at_most_once) == {"n": 2}
    assert [request.document for request in server.requests] == [{"n": 1}, {"n": 2}]
    assert (server.accepted, clock.waits) == (2, [])


def test_connection_with_unrequested_data_is_not_reused(server: Server) -> None:
    def respond_twice(connection: socket.socket, request: Request) -> bool:
        connection.sendall(raw({"n": 1}))
        assert not select.select([connection], [], [], 0)[0]
        follow_up.wait(PATIENCE)
        connection.sendall(raw({"n": "unrequested"}))
        return True

    follow_up = Barrier(2)
    server.expect(respond_twice, respond({"n": 2}))
    assert call("GetItem", {}) == {"n": 1}
    follow_up.wait(PATIENCE)
    wait_for_peer()
    assert call("GetItem", {}) == {"n": 2}
    assert server.accepted == 2


def test_idle_connection_taken_by_another_thread_is_replaced(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    class Raced(deque[tuple[transport.Connection, float]]):
        """Idle connections of which another thread takes the last one first."""

        def pop(self) -> tuple[transport.Connection, float]:  # type: ignore[override]
            super().pop()[0].socket.close()
            return super().pop()

    call("GetItem", {})
    with monkeypatch.context() as patch:
        patch.setattr(transport, "_idle", {DYNAMODB: Raced(transport._idle.pop(DYNAMODB))})
        assert call("GetItem", {}) == {}
        idle_connections()[0].close()
    assert server.accepted == 2


def test_threads_get_their_own_responses_and_sixteen_connections_stay_idle(server: Server) -> None:
    barrier = Barrier(20)

    def echo_together(connection: socket.socket, request: Request) -> bool:
        barrier.wait(PATIENCE)
        return echo(connection, request)

    server.otherwise = echo_together
    with ThreadPoolExecutor(20) as pool:
        first = list(pool.map(lambda n: call("GetItem", {"n": n}), range(20)))
        assert (server.accepted, len(idle_connections())) == (20, 16)
        server.otherwise = echo
        second = list(pool.map(lambda n: call("GetItem", {"n": n}), range(400)))
    assert first == [{"n": n} for n in range(20)]
    assert second == [{"n": n} for n in range(400)]
    assert len(idle_connections()) <= 16


def test_reset_closes_idle_connections(server: Server) -> None:
    call("GetItem", {})
    (idle,) = idle_connections()
    transport.reset()
    assert (idle.fileno(), len(idle_connections())) == (-1, 0)


IDLE_SECONDS = {"at once": (0.0, 1), "20 s": (20.0, 1), "longer": (20.001, 2), "the clock was set back": (-0.001, 2)}


@pytest.mark.parametrize("name", IDLE_SECONDS)
def test_connection_idle_for_over_20_seconds_is_not_reused(server: Server, clock: Clock, name: str) -> None:
    seconds, connections = IDLE_SECONDS[name]
    call("GetItem", {})
    (idle,) = idle_connections()
    clock.now += seconds
    call("GetItem", {})
    assert (server.accepted, len(idle_connections()), clock.waits) == (connections, 1, [])
    assert (idle.fileno() == -1) is (connections == 2)


def test_all_connections_idle_for_over_20_seconds_are_closed(server: Server, clock: Clock) -> None:
    pairs = [socket.socketpair() for _ in range(3)]
    transport._idle[DYNAMODB] = deque((transport.Connection(ours, select.poll()), clock.now) for ours, _ in pairs)
    clock.now += 21
    assert call("GetItem", {}) == {}
    assert [ours.fileno() for ours, _ in pairs] == [-1] * 3
    for _, theirs in pairs:
        theirs.close()


def test_services_have_connections_of_their_own(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as queue:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", queue.url)
        sqs = transport.Service("sqs", "AmazonSQS")
        for _ in range(2):
            call("GetItem", {})
            request = transport.signed_request(sqs, "SendMessage", b"{}")
            assert transport.round_trip(sqs, request, time.monotonic() + PATIENCE).is_ok
        sent = [(each.accepted, len(each.requests)) for each in (server, queue)]
    assert sent == [(1, 2), (1, 2)]
    assert queue.requests[0].headers["x-amz-target"] == "AmazonSQS.SendMessage"
    assert "/us-east-1/sqs/aws4_request" in queue.requests[0].headers["authorization"]


# Failures


@pytest.mark.parametrize("broken", BREAKS)
def test_broken_connection_is_not_reused(server: Server, broken: str) -> None:
    server.expect(respond({}), BREAKS[broken], respond({"n": 3}))
    assert [call("GetItem", {}) for _ in range(2)] == [{}, {"n": 3}]
    assert (server.accepted, len(idle_connections())) == (2, 1)


@pytest.mark.parametrize(
    "response", [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", raw(b"<html>"), raw({}, x_amz_crc32="1"), RESPONSE + b"x"]
)
def test_invalid_response_has_an_unknown_outcome(server: Server, response: bytes) -> None:
    def send(connection: socket.socket, request: Request) -> bool:
        connection.sendall(response)
        return True

    server.expect(send)
    with pytest.raises(OutcomeUnknown):
        call("UpdateItem", {}, at_most_once=True)
    assert (len(server.requests), len(idle_connections())) == (1, 0)


@pytest.mark.parametrize("at_most_once", [False, True])
def test_incomplete_request_is_retried_even_with_once(server: Server, clock: Clock, at_most_once: bool) -> None:
    server.unread, server.otherwise = 1, respond({"ok": True})
    # More than any socket buffers: the request has not been sent completely when the connection breaks.
    large = {"text": "x" * 12_000_000}
    assert call("UpdateItem", large, at_most_once=at_most_once) == {"ok": True}
    assert [len(request.body) for request in server.requests] == [12_000_011]
    assert (server.accepted, clock.waits) == (2, [0.04])


@pytest.mark.parametrize(("at_most_once", "error"), [(False, OutcomeUnknown), (True, NotApplied)])
def test_refused_connection_is_tried_four_times(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch, at_most_once: bool, error: type[TableError]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{port}")
    transport.reset()
    with pytest.raises(error, match=r"^UpdateItem: .*refused"):
        call("UpdateItem", {}, at_most_once=at_most_once)
    assert len(clock.waits) == 3


class Chunks:
    """A connection on which a response arrives in chunks."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = deque(chunks)

    def recv(self, _: int) -> bytes:
        return self.chunks.popleft()

    def settimeout(self, seconds: float) -> None:
        self.seconds = seconds


@given(st.lists(st.integers(1, len(RESPONSE) - 1), max_size=12))
def test_response_in_any_chunks_is_the_same(cuts: list[int]) -> None:
    ends = sorted({*cuts, len(RESPONSE)})
    chunks: Any = Chunks(*(RESPONSE[start:end] for start, end in zip([0, *ends], ends, strict=False)))
    assert transport._receive(chunks, time.monotonic() + 60) == wire_format.HttpResponse(
        200, {"Item": {"a": {"S": "b"}}}, keep_alive=True
    )
    assert not chunks.chunks


@given(st.integers(0, len(RESPONSE) - 1))
def test_incomplete_response_is_an_error(length: int) -> None:
    chunks: Any = Chunks(*[chunk for chunk in (RESPONSE[:length],) if chunk], b"")
    with pytest.raises(wire_format.ProtocolError, match="closed before the response was complete"):
        transport._receive(chunks, time.monotonic() + 60)


def test_time_limit_is_for_the_whole_response(clock: Clock) -> None:
    class Slow(Chunks):
        def recv(self, size: int) -> bytes:
            clock.now += 0.4
            return super().recv(size)

    chunks: Any = Slow(*(bytes([byte]) for byte in RESPONSE))
    timeouts: list[float] = []
    chunks.settimeout = timeouts.append
    with pytest.raises(TimeoutError, match="took too long"):
        transport._receive(chunks, clock.now + 1.0)
    assert timeouts == pytest.approx([0.6, 0.2])
    assert len(chunks.chunks) == len(RESPONSE) - 3


def test_connecting_takes_at_most_a_second_and_the_remaining_time(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, timeouts = clock.now, list[float]()

    def time_out(hostname: str, port: int, deadline: float) -> None:
        timeouts.append(deadline - clock.now)
        clock.now = deadline
        raise TimeoutError

    monkeypatch.setattr(transport, "connecting", SimpleNamespace(connect=time_out))
    with pytest.raises(NotApplied):
        call("UpdateItem", {}, at_most_once=True)
    assert timeouts == pytest.approx([1.0, 1.0, 0.88])
    assert clock.now - start == pytest.approx(3.0)


# Endpoint


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:4566", ServerAddress("127.0.0.1", 4566, is_secure=False, host="127.0.0.1:4566")),
        ("http://dynamodb", ServerAddress("dynamodb", 80, is_secure=False, host="dynamodb")),
        ("https://dynamodb.aws", ServerAddress("dynamodb.aws", 443, is_secure=True, host="dynamodb.aws")),
        ("https://dynamodb.aws:8443/", ServerAddress("dynamodb.aws", 8443, is_secure=True, host="dynamodb.aws:8443")),
        ("http://[::1]:8000", ServerAddress("::1", 8000, is_secure=False, host="[::1]:8000")),
    ],
)
def test_endpoint_is_parsed_from_the_url(monkeypatch: pytest.MonkeyPatch, url: str, address: ServerAddress) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
    transport.reset()
    assert transport.endpoint(DYNAMODB) == address
    transport.reset()


# TLS


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate file to trust, and the TLS context of the server that has the certificate."""

    file: Path
    server: ssl.SSLContext


def an_authority(folder: Path, name: str) -> Authority:
    """Create a certificate for a server of this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, chain = folder / f"{name}.pem", folder / f"{name}.key.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(file.read_bytes() + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return Authority(file, context)


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Callable[..., Server]:
    """Return a function that calls a server three times under a name, trusting only the `trusted` certificate."""

    def call_three_times(own: Authority, trusted: Path, error: str = "", name: str = "localhost") -> Server:
        with serving(own.server) as server:
            server.otherwise = echo
            monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url.replace("localhost", name))
            monkeypatch.setenv("AWS_CA_BUNDLE", str(trusted))
            transport.reset()
            try:
                with pytest.raises(OutcomeUnknown, match=error) if error else nullcontext():
                    assert [call("GetItem", {"n": n}) for n in range(3)] == [{"n": n} for n in range(3)]
            finally:
                transport.reset()
        return server

    return call_three_times


def test_calls_over_tls_share_a_connection(tmp_path: Path, trusting: Any) -> None:
    ours = an_authority(tmp_path, "localhost")
    server = trusting(ours, ours.file)
    assert (server.accepted, len(server.requests)) == (1, 3)


@pytest.mark.parametrize(
    ("certified", "called", "error"),
    [("dynamodb.example", "localhost", "Hostname mismatch"), ("localhost", "127.0.0.1", "IP address mismatch")],
)
def test_server_with_another_name_gets_no_request(
    tmp_path: Path, trusting: Any, certified: str, called: str, error: str
) -> None:
    ours = an_authority(tmp_path, certified)
    server = trusting(ours, ours.file, error, called)
    assert (server.accepted, server.requests) == (4, [])


def test_server_with_an_untrusted_certificate_gets_no_request(tmp_path: Path, trusting: Any) -> None:
    (tmp_path / "theirs").mkdir()
    ours, theirs = an_authority(tmp_path, "localhost"), an_authority(tmp_path / "theirs", "localhost")
    server = trusting(theirs, ours.file, "certificate verify failed: self.signed")
    assert (server.accepted, server.requests) == (4, [])


def test_handshake_has_only_the_time_that_connecting_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A server that accepts connections and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(an_authority(tmp_path, "localhost").file))
        transport.reset()
        transport.prepare(DYNAMODB)
        start = time.monotonic()
        with pytest.raises(ConnectionBroken, match="timed out") as raised:
            transport.round_trip(DYNAMODB, b"request", start + 0.05)
        transport.reset()
    assert time.monotonic() - start < PATIENCE
    assert not raised.value.arrived


def test_certificates_that_cannot_be_read_break_the_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"https://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "none.pem"))
        transport.reset()
        transport.prepare(DYNAMODB)
        with pytest.raises(ConnectionBroken):
            transport.round_trip(DYNAMODB, b"request", time.monotonic() + PATIENCE)
        transport.reset()


def test_request_that_cannot_be_sent_did_not_arrive() -> None:
    class Broken:
        def settimeout(self, seconds: float) -> None:
            pass

        def sendall(self, request: bytes) -> None:
            raise BrokenPipeError

    connection: Any = Broken()
    with pytest.raises(ConnectionBroken) as raised:
        transport._send_and_receive(connection, b"request", 1)
    assert not raised.value.arrived
