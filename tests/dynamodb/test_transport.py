"""The lean client's connections: kept, used again, given up, and secured."""

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

from chalicelib.dynamodb import transport, wire_format
from chalicelib.dynamodb.client import call
from chalicelib.dynamodb.errors import NotApplied, OutcomeUnknown, TableError
from chalicelib.dynamodb.transport import ServerAddress
from tests.dynamodb.conftest import Clock
from tests.dynamodb.server import BREAKS, PATIENCE, Request, Server, answers, echoes, raw, serving, then_closes

ANSWER = raw({"Item": {"a": {"S": "b"}}})


def until_ended() -> None:
    """Until the connection that is kept has heard from the other side."""
    poll = select.poll()
    poll.register(transport._idle[-1], select.POLLIN)
    assert poll.poll(1000 * PATIENCE)


# Kept


def test_calls_share_a_connection(server: Server) -> None:
    for _ in range(20):
        call("GetItem", {})
    assert (server.accepted, len(server.requests), len(transport._idle)) == (1, 20, 1)


def test_a_connection_that_the_server_ends_is_not_kept(server: Server) -> None:
    server.says(answers({"n": 1}, Connection="close"), answers({"n": 2}))
    assert [call("GetItem", {}) for _ in range(2)] == [{"n": 1}, {"n": 2}]
    assert (server.accepted, len(transport._idle)) == (2, 1)


@pytest.mark.parametrize("once", [False, True])
def test_a_connection_closed_while_idle_is_replaced_and_the_request_sent_once(
    server: Server, clock: Clock, once: bool
) -> None:
    server.says(then_closes(answers({"n": 1})), answers({"n": 2}))
    call("UpdateItem", {"n": 1}, once=once)
    until_ended()
    assert call("UpdateItem", {"n": 2}, once=once) == {"n": 2}
    assert [request.document for request in server.requests] == [{"n": 1}, {"n": 2}]
    assert (server.accepted, clock.waits) == (2, [])


def test_a_connection_on_which_something_unasked_lies_is_not_used_again(server: Server) -> None:
    def says_more(connection: socket.socket, request: Request) -> bool:
        connection.sendall(raw({"n": 1}))
        assert not select.select([connection], [], [], 0)[0]
        follow_up.wait(PATIENCE)
        connection.sendall(raw({"n": "another's"}))
        return True

    follow_up = Barrier(2)
    server.says(says_more, answers({"n": 2}))
    assert call("GetItem", {}) == {"n": 1}
    follow_up.wait(PATIENCE)
    until_ended()
    assert call("GetItem", {}) == {"n": 2}
    assert server.accepted == 2


def test_a_kept_connection_that_another_thread_took_is_replaced(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Raced(deque[socket.socket]):
        """Seen with a connection that is gone when it is taken."""

        def pop(self) -> socket.socket:  # type: ignore[override]
            super().pop().close()
            return super().pop()

    call("GetItem", {})
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(transport, "_idle", Raced([transport._idle.pop()]))
        assert call("GetItem", {}) == {}
        transport._idle[0].close()
    assert server.accepted == 2


def test_threads_get_their_own_answers_and_sixteen_connections_are_kept(server: Server) -> None:
    together = Barrier(20)

    def all_at_once(connection: socket.socket, request: Request) -> bool:
        together.wait(PATIENCE)
        return echoes(connection, request)

    server.otherwise = all_at_once
    with ThreadPoolExecutor(20) as pool:
        first = list(pool.map(lambda n: call("GetItem", {"n": n}), range(20)))
        assert (server.accepted, len(transport._idle)) == (20, 16)
        server.otherwise = echoes
        more = list(pool.map(lambda n: call("GetItem", {"n": n}), range(400)))
    assert first == [{"n": n} for n in range(20)]
    assert more == [{"n": n} for n in range(400)]
    assert len(transport._idle) <= 16


def test_to_forget_is_to_close_what_was_kept(server: Server) -> None:
    call("GetItem", {})
    (kept,) = transport._idle
    transport.reset()
    assert (kept.fileno(), len(transport._idle)) == (-1, 0)


# Broken


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_connection_is_not_used_again(server: Server, broken: str) -> None:
    server.says(answers({}), BREAKS[broken], answers({"n": 3}))
    assert [call("GetItem", {}) for _ in range(2)] == [{}, {"n": 3}]
    assert (server.accepted, len(transport._idle)) == (2, 1)


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", raw(b"<html>"), raw({}, x_amz_crc32="1"), ANSWER + b"x"]
)
def test_an_answer_that_cannot_be_read_may_have_been_a_yes(server: Server, answer: bytes) -> None:
    def says(connection: socket.socket, request: Request) -> bool:
        connection.sendall(answer)
        return True

    server.says(says)
    with pytest.raises(OutcomeUnknown):
        call("UpdateItem", {}, once=True)
    assert (len(server.requests), len(transport._idle)) == (1, 0)


@pytest.mark.parametrize("once", [False, True])
def test_a_request_that_was_cut_short_is_sent_again_whatever_it_is(server: Server, clock: Clock, once: bool) -> None:
    server.unread, server.otherwise = 1, answers({"ok": True})
    # More than any socket takes unread: it is not on its way as a whole when the connection breaks.
    large = {"text": "x" * 12_000_000}
    assert call("UpdateItem", large, once=once) == {"ok": True}
    assert [len(request.body) for request in server.requests] == [12_000_011]
    assert (server.accepted, clock.waits) == (2, [0.04])


@pytest.mark.parametrize(("once", "told"), [(False, OutcomeUnknown), (True, NotApplied)])
def test_nobody_there_is_tried_four_times(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch, once: bool, told: type[TableError]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{port}")
    transport.reset()
    with pytest.raises(told, match=r"^UpdateItem: .*refused"):
        call("UpdateItem", {}, once=once)
    assert len(clock.waits) == 3


class Pieces:
    """A connection on which an answer comes in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = deque(pieces)

    def recv(self, _: int) -> bytes:
        return self.pieces.popleft()

    def settimeout(self, seconds: float) -> None:
        self.seconds = seconds


@given(st.lists(st.integers(1, len(ANSWER) - 1), max_size=12))
def test_an_answer_in_any_pieces_is_the_same(cuts: list[int]) -> None:
    ends = sorted({*cuts, len(ANSWER)})
    pieces: Any = Pieces(*(ANSWER[start:end] for start, end in zip([0, *ends], ends, strict=False)))
    assert transport._receive(pieces, time.monotonic() + 60) == wire_format.HttpResponse(
        200, {"Item": {"a": {"S": "b"}}}, keep_alive=True
    )
    assert not pieces.pieces


@given(st.integers(0, len(ANSWER) - 1))
def test_an_answer_that_ends_too_soon_is_none(length: int) -> None:
    pieces: Any = Pieces(*[piece for piece in (ANSWER[:length],) if piece], b"")
    with pytest.raises(wire_format.ProtocolError, match="ended within the answer"):
        transport._receive(pieces, time.monotonic() + 60)


def test_an_answer_in_pieces_has_no_more_time_than_one_in_a_piece(clock: Clock) -> None:
    class Slow(Pieces):
        def recv(self, size: int) -> bytes:
            clock.now += 0.4
            return super().recv(size)

    pieces: Any = Slow(*(bytes([byte]) for byte in ANSWER))
    given: list[float] = []
    pieces.settimeout = given.append
    with pytest.raises(TimeoutError, match="takes too long"):
        transport._receive(pieces, clock.now + 1.0)
    assert given == pytest.approx([0.6, 0.2])
    assert len(pieces.pieces) == len(ANSWER) - 3


def test_connecting_has_a_second_and_no_more_than_is_left(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    began, given = clock.now, list[float]()

    def times_out(_: object, timeout: float) -> None:
        given.append(timeout)
        clock.now += timeout
        raise TimeoutError

    monkeypatch.setattr(transport, "socket", SimpleNamespace(create_connection=times_out))
    with pytest.raises(NotApplied):
        call("UpdateItem", {}, once=True)
    assert given == pytest.approx([1.0, 1.0, 0.88])
    assert clock.now - began == pytest.approx(3.0)


# Where to


@pytest.mark.parametrize(
    ("url", "to"),
    [
        ("http://127.0.0.1:4566", ServerAddress("127.0.0.1", 4566, is_secure=False, host="127.0.0.1:4566")),
        ("http://dynamodb", ServerAddress("dynamodb", 80, is_secure=False, host="dynamodb")),
        ("https://dynamodb.aws", ServerAddress("dynamodb.aws", 443, is_secure=True, host="dynamodb.aws")),
        ("https://dynamodb.aws:8443/", ServerAddress("dynamodb.aws", 8443, is_secure=True, host="dynamodb.aws:8443")),
        ("http://[::1]:8000", ServerAddress("::1", 8000, is_secure=False, host="[::1]:8000")),
    ],
)
def test_the_endpoint_is_the_urls(monkeypatch: pytest.MonkeyPatch, url: str, to: ServerAddress) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
    transport.reset()
    assert transport.endpoint() == to
    transport.reset()


# TLS


@dataclass(frozen=True, slots=True)
class Authority:
    """One that vouches for a server on this machine, and that server's side of it."""

    file: Path
    server: ssl.SSLContext


def an_authority(folder: Path, name: str) -> Authority:
    """Vouches for a server of this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, both = folder / f"{name}.pem", folder / f"{name}.key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both.write_bytes(file.read_bytes() + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return Authority(file, context)


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Callable[..., Server]:
    """Calls a server that shows `shown` three times by this name, trusting only whom `trusted` vouches for."""

    def calls(shown: Authority, trusted: Path, trouble: str = "", name: str = "localhost") -> Server:
        with serving(shown.server) as server:
            server.otherwise = echoes
            monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url.replace("localhost", name))
            monkeypatch.setenv("AWS_CA_BUNDLE", str(trusted))
            transport.reset()
            try:
                with pytest.raises(OutcomeUnknown, match=trouble) if trouble else nullcontext():
                    assert [call("GetItem", {"n": n}) for n in range(3)] == [{"n": n} for n in range(3)]
            finally:
                transport.reset()
        return server

    return calls


def test_over_tls_calls_share_a_connection_too(tmp_path: Path, trusting: Any) -> None:
    ours = an_authority(tmp_path, "localhost")
    server = trusting(ours, ours.file)
    assert (server.accepted, len(server.requests)) == (1, 3)


@pytest.mark.parametrize(
    ("shown", "called", "trouble"),
    [("dynamodb.example", "localhost", "Hostname mismatch"), ("localhost", "127.0.0.1", "IP address mismatch")],
)
def test_a_server_of_another_name_hears_nothing(
    tmp_path: Path, trusting: Any, shown: str, called: str, trouble: str
) -> None:
    ours = an_authority(tmp_path, shown)
    server = trusting(ours, ours.file, trouble, called)
    assert (server.accepted, server.requests) == (4, [])


def test_a_server_whom_nobody_vouches_for_hears_nothing(tmp_path: Path, trusting: Any) -> None:
    (tmp_path / "theirs").mkdir()
    ours, theirs = an_authority(tmp_path, "localhost"), an_authority(tmp_path / "theirs", "localhost")
    server = trusting(theirs, ours.file, "certificate verify failed: self.signed")
    assert (server.accepted, server.requests) == (4, [])
