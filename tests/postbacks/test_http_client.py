import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.postbacks.http_client import HttpClientConfig, get, public_tls_context, resolve_host
from chalicelib.postbacks.http_response import DeliveryOutcome

OK = b"HTTP/1.1 200 OK\r\n\r\n"
SHORT = 0.3
Respond = Callable[[socket.socket], None]


@dataclass(slots=True)
class Receiver:
    """A server on a loopback port with the requests it received and its number of connections."""

    port: int
    requests: list[str] = field(default_factory=list)
    connections: int = 0


def with_bytes(*responses: bytes) -> Respond:
    """Send the next of these responses to each connection."""
    remaining = iter(responses)
    return lambda connection: connection.sendall(next(remaining))


def hang(connection: socket.socket) -> None:
    connection.recv(1)


def drip(connection: socket.socket) -> None:
    for letter in OK * 100:
        connection.sendall(bytes([letter]))
        time.sleep(0.05)


@contextmanager
def receiving(respond: Respond, family: int = socket.AF_INET, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    with socket.create_server((host, 0), family=family) as server:
        receiver = Receiver(server.getsockname()[1])
        thread = threading.Thread(target=serve, args=(server, receiver, respond, tls))
        thread.start()
        yield receiver
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def serve(server: socket.socket, receiver: Receiver, respond: Respond, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            plain, _ = server.accept()
        except OSError:
            return
        receiver.connections += 1
        with closing(plain), suppress(OSError):
            connection = tls.wrap_socket(plain, server_side=True) if tls else plain
            with closing(connection):
                receiver.requests.append(connection.recv(65_536).decode("latin-1"))
                respond(connection)


def a_config(*addresses: str, timeout_seconds: float = 5.0, loopback_allowed: bool = True) -> HttpClientConfig:
    """Return settings with which every host resolves to these addresses."""
    return HttpClientConfig(loopback_allowed, timeout_seconds, lambda *_: addresses or ("127.0.0.1",))


def test_request_is_a_get_with_host_and_headers() -> None:
    with receiving(with_bytes(OK)) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/a?b=%20#c", {"X-Smartlink-Timestamp": "7"}, a_config())
    assert (outcome.http_status, outcome.error, outcome.is_refused) == (200, None, False)
    host = f"Host: pub.example:{receiver.port}"
    assert [request.split("\r\n") for request in receiver.requests] == [
        ["GET /a?b=%20 HTTP/1.1", host, "X-Smartlink-Timestamp: 7", "Connection: close", "", ""]
    ]


def test_outcome_has_the_duration() -> None:
    def respond_late(connection: socket.socket) -> None:
        time.sleep(0.1)
        connection.sendall(OK)

    with receiving(respond_late) as receiver:
        assert 100 <= get(f"http://pub.example:{receiver.port}/", {}, a_config()).took_ms < 3000


def test_response_may_arrive_in_chunks_and_its_body_is_not_read() -> None:
    def respond_in_chunks(connection: socket.socket) -> None:
        for chunk in (b"HTTP/1.1 2", b"00 OK\r\nContent-Length: 9", b"\r\n\r", b"\nb"):
            connection.sendall(chunk)
            time.sleep(0.01)
        connection.recv(1)

    with receiving(respond_in_chunks) as receiver:
        assert get(f"http://pub.example:{receiver.port}/", {}, a_config()).http_status == 200


def test_every_call_is_one_request() -> None:
    fails = b"HTTP/1.1 500 Oops\r\n\r\n"
    with receiving(with_bytes(fails, fails, OK)) as receiver:
        statuses = [get(f"http://pub.example:{receiver.port}/", {}, a_config()).http_status for _ in range(3)]
    assert statuses == [500, 500, 200]


def test_redirect_is_not_followed() -> None:
    with receiving(with_bytes(OK)) as inner:
        location = f"http://127.0.0.1:{inner.port}/secret"
        with receiving(with_bytes(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode())) as receiver:
            outcome = get(f"http://pub.example:{receiver.port}/", {}, a_config())
    assert (outcome.http_status, outcome.error) == (302, f"Redirect to {location}")
    assert inner.connections == 0


@pytest.mark.parametrize("respond", [hang, drip], ids=["hangs", "drips"])
def test_slow_response_times_out(respond: Respond) -> None:
    started_at = time.monotonic()
    with receiving(respond) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/", {}, a_config(timeout_seconds=SHORT))
        took = time.monotonic() - started_at
    assert (outcome.http_status, outcome.error) == (None, "No complete response within 0.3 s.")
    assert SHORT <= took < SHORT + 1


def drip_handshake(connection: socket.socket) -> None:
    for letter in b"\x16\x03\x03\x3f\xff" + bytes(1000):
        connection.sendall(bytes([letter]))
        time.sleep(0.05)


def test_slow_tls_handshake_times_out() -> None:
    started_at = time.monotonic()
    with receiving(drip_handshake) as receiver:
        outcome = get(f"https://pub.example:{receiver.port}/", {}, a_config(timeout_seconds=SHORT))
        took = time.monotonic() - started_at
    assert outcome.error == "No complete response within 0.3 s."
    assert took < SHORT + 1


def test_receiver_that_reads_nothing_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://pub.example:{server.getsockname()[1]}/"
        outcome = get(url, {"X": "y" * 20_000_000}, a_config(timeout_seconds=SHORT))
    assert outcome.error == "No complete response within 0.3 s."


def test_slow_resolver_times_out() -> None:
    released = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        released.wait(5)
        return [host, str(port)]

    started_at = time.monotonic()
    outcome = get(
        "http://pub.example/", {}, HttpClientConfig(loopback_allowed=False, timeout_seconds=SHORT, resolve=stuck)
    )
    took = time.monotonic() - started_at
    released.set()
    assert outcome.error == "No complete response within 0.3 s."
    assert took < SHORT + 1


def test_expired_time_limit_sends_nothing() -> None:
    assert get("http://pub.example/", {}, a_config(timeout_seconds=0)).error == "No complete response within 0 s."


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "127.0.0.1", "2002:a00:1::1"])
def test_host_with_a_private_address_is_refused_without_connection(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *arguments: connected.append(arguments))
    outcome = get("https://pub.example/", {}, a_config(address, loopback_allowed=False))
    assert outcome.is_refused
    assert (outcome.http_status, outcome.error) == (None, f"Refused: {address} is not a public address.")
    assert connected == []


def test_one_private_address_among_several_refuses_the_host() -> None:
    with receiving(with_bytes(OK)) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/", {}, a_config("127.0.0.1", "10.0.0.1"))
    assert outcome.is_refused
    assert receiver.connections == 0


def test_checked_address_is_the_connected_address() -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with receiving(with_bytes(OK)) as receiver:
        config = HttpClientConfig(loopback_allowed=True, resolve=lambda *_: next(answers))
        outcome = get(f"http://rebinding.example:{receiver.port}/", {}, config)
    assert (outcome.http_status, receiver.connections) == (200, 1)
    assert list(answers) == [["10.0.0.1"]]


def test_allowed_loopback_is_refused_on_low_ports() -> None:
    outcome = get("http://localhost/", {}, a_config("127.0.0.1"))
    assert outcome.error == "Refused: 127.0.0.1 is a loopback address and the port is below 1024."


def test_next_address_is_tried_if_one_accepts_no_connection() -> None:
    with receiving(with_bytes(OK)) as receiver:
        assert get(f"http://pub.example:{receiver.port}/", {}, a_config("127.0.0.2", "127.0.0.1")).http_status == 200


def test_refused_connection_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    outcome = get(f"http://pub.example:{port}/", {}, a_config())
    assert (outcome.http_status, outcome.is_refused) == (None, False)
    assert "refused" in str(outcome.error)


def test_connection_closed_early_is_an_error() -> None:
    with receiving(with_bytes(b"HTTP/1.1 200 OK\r\n")) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/", {}, a_config())
    assert outcome.error == "The connection was closed before the response was complete."


def test_response_that_is_not_http_is_an_error() -> None:
    with receiving(with_bytes(b"220 mail.example ESMTP\r\n\r\n")) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/", {}, a_config())
    assert outcome.error == "The response is not HTTP/1.1."


@pytest.mark.parametrize("error", [socket.gaierror("unknown"), UnicodeError("label too long")])
def test_host_that_cannot_be_resolved_is_an_error(error: Exception) -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise error

    outcome = get("http://pub.example/", {}, HttpClientConfig(loopback_allowed=False, resolve=unknown))
    assert (outcome.error, outcome.is_refused) == ("The host name cannot be resolved.", False)


def test_host_without_address_is_an_error() -> None:
    outcome = get("http://pub.example/", {}, HttpClientConfig(loopback_allowed=False, resolve=lambda *_: []))
    assert outcome.error == "The host has no address."


def test_error_without_message_is_named_by_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> socket.socket:
        raise ConnectionResetError

    monkeypatch.setattr(socket, "create_connection", broken)
    assert get("http://pub.example:8080/", {}, a_config()).error == "ConnectionResetError"


def test_system_resolver_returns_each_address_once() -> None:
    assert resolve_host("127.0.0.1", 80) == ["127.0.0.1"]
    assert resolve_host("::1", 80) == ["::1"]


# TLS


@dataclass(frozen=True, slots=True)
class Authority:
    """A server's TLS context for `pub.example` and 127.0.0.1, and a client's that trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pub.example")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName(
        [
            x509.DNSName("pub.example"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return contexts(builder.sign(key, hashes.SHA256()), key, tmp_path_factory.mktemp("tls") / "both.pem")


def contexts(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, file: Path) -> Authority:
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(certificate.public_bytes(pem) + plain)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return Authority(server, ssl.create_default_context(cadata=certificate.public_bytes(pem).decode()))


def get_by_tls(authority: Authority, host: str) -> tuple[DeliveryOutcome, list[str]]:
    """Send a request by TLS; return its outcome and the requests that the receiver read."""
    config = HttpClientConfig(
        loopback_allowed=True, resolve=lambda *_: ["127.0.0.1"], tls_context=lambda: authority.client
    )
    with receiving(with_bytes(OK), tls=authority.server) as receiver:
        outcome = get(f"https://{host}:{receiver.port}/", {}, config)
    return outcome, receiver.requests


@pytest.mark.parametrize("host", ["pub.example", "pub.example.", "127.0.0.1"])
def test_certificate_of_the_host_is_accepted(authority: Authority, host: str) -> None:
    outcome, requests = get_by_tls(authority, host)
    assert (outcome.http_status, len(requests)) == (200, 1)


def test_certificate_of_another_host_is_refused_before_the_request(authority: Authority) -> None:
    outcome, requests = get_by_tls(authority, "other.example")
    assert outcome.http_status is None
    assert "certificate verify failed" in str(outcome.error)
    assert requests == []


def test_certificate_of_an_unknown_authority_is_refused(authority: Authority) -> None:
    with receiving(with_bytes(OK), tls=authority.server) as receiver:
        outcome = get(f"https://pub.example:{receiver.port}/", {}, a_config())
    assert "certificate verify failed" in str(outcome.error)


def test_public_authorities_are_trusted_and_host_names_checked() -> None:
    context = public_tls_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.cert_store_stats()["x509_ca"] > 50


def test_ipv6_address_is_reached() -> None:
    with receiving(with_bytes(OK), family=socket.AF_INET6) as receiver:
        assert get(f"http://[::1]:{receiver.port}/", {}, HttpClientConfig(loopback_allowed=True)).http_status == 200
