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

from chalicelib.postbacks.http_client import HttpClientConfig, get, resolved, trusted
from chalicelib.postbacks.http_response import DeliveryOutcome

OK = b"HTTP/1.1 200 OK\r\n\r\n"
SHORT = 0.3
Answering = Callable[[socket.socket], None]


@dataclass(slots=True)
class Receiver:
    """A server on a loopback port, what it was sent, and how many connections it took."""

    port: int
    requests: list[str] = field(default_factory=list)
    connections: int = 0


def with_bytes(*answers: bytes) -> Answering:
    """Each connection gets the next of these answers."""
    left = iter(answers)
    return lambda connection: connection.sendall(next(left))


def hanging(connection: socket.socket) -> None:
    connection.recv(1)


def dripping(connection: socket.socket) -> None:
    for letter in OK * 100:
        connection.sendall(bytes([letter]))
        time.sleep(0.05)


@contextmanager
def receiving(
    answering: Answering, family: int = socket.AF_INET, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    with socket.create_server((host, 0), family=family) as server:
        receiver = Receiver(server.getsockname()[1])
        thread = threading.Thread(target=serve, args=(server, receiver, answering, tls))
        thread.start()
        yield receiver
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def serve(server: socket.socket, receiver: Receiver, answering: Answering, tls: ssl.SSLContext | None) -> None:
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
                answering(connection)


def a_way(*addresses: str, seconds: float = 5.0, loopback_allowed: bool = True) -> HttpClientConfig:
    """A way on which every host resolves to these addresses."""
    return HttpClientConfig(loopback_allowed, seconds, lambda *_: addresses or ("127.0.0.1",))


def test_a_call_is_a_get_of_the_url_with_its_host_and_headers() -> None:
    with receiving(with_bytes(OK)) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/a?b=%20#c", {"X-Smartlink-Timestamp": "7"}, a_way())
    assert (outcome.http_status, outcome.error, outcome.is_refused) == (200, None, False)
    host = f"Host: pub.example:{receiver.port}"
    assert [each.split("\r\n") for each in receiver.requests] == [
        ["GET /a?b=%20 HTTP/1.1", host, "X-Smartlink-Timestamp: 7", "Connection: close", "", ""]
    ]


def test_a_call_tells_how_long_it_took() -> None:
    def late(connection: socket.socket) -> None:
        time.sleep(0.1)
        connection.sendall(OK)

    with receiving(late) as receiver:
        assert 100 <= get(f"http://pub.example:{receiver.port}/", {}, a_way()).took_ms < 3000


def test_an_answer_may_come_in_pieces_and_its_body_is_not_waited_for() -> None:
    def piecemeal(connection: socket.socket) -> None:
        for piece in (b"HTTP/1.1 2", b"00 OK\r\nContent-Length: 9", b"\r\n\r", b"\nb"):
            connection.sendall(piece)
            time.sleep(0.01)
        connection.recv(1)

    with receiving(piecemeal) as receiver:
        assert get(f"http://pub.example:{receiver.port}/", {}, a_way()).http_status == 200


def test_a_receiver_that_fails_twice_and_then_takes_it_is_told_in_three_calls() -> None:
    fails = b"HTTP/1.1 500 Oops\r\n\r\n"
    with receiving(with_bytes(fails, fails, OK)) as receiver:
        statuses = [get(f"http://pub.example:{receiver.port}/", {}, a_way()).http_status for _ in range(3)]
    assert statuses == [500, 500, 200]


def test_a_redirect_is_not_followed() -> None:
    with receiving(with_bytes(OK)) as inner:
        place = f"http://127.0.0.1:{inner.port}/secret"
        with receiving(with_bytes(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\n\r\n".encode())) as receiver:
            outcome = get(f"http://pub.example:{receiver.port}/", {}, a_way())
    assert (outcome.http_status, outcome.error) == (302, f"redirected to {place}")
    assert inner.connections == 0


@pytest.mark.parametrize("answering", [hanging, dripping], ids=["hangs", "drips"])
def test_a_receiver_that_takes_its_time_is_cut_off(answering: Answering) -> None:
    began = time.monotonic()
    with receiving(answering) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/", {}, a_way(seconds=SHORT))
        took = time.monotonic() - began
    assert (outcome.http_status, outcome.error) == (None, "took longer than 0.3 s")
    assert SHORT <= took < SHORT + 1


def never_shaking_hands(connection: socket.socket) -> None:
    for letter in b"\x16\x03\x03\x3f\xff" + bytes(1000):
        connection.sendall(bytes([letter]))
        time.sleep(0.05)


def test_a_receiver_that_drips_its_handshake_is_cut_off() -> None:
    began = time.monotonic()
    with receiving(never_shaking_hands) as receiver:
        outcome = get(f"https://pub.example:{receiver.port}/", {}, a_way(seconds=SHORT))
        took = time.monotonic() - began
    assert outcome.error == "took longer than 0.3 s"
    assert took < SHORT + 1


def test_a_receiver_that_reads_nothing_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://pub.example:{server.getsockname()[1]}/"
        outcome = get(url, {"X": "y" * 20_000_000}, a_way(seconds=SHORT))
    assert outcome.error == "took longer than 0.3 s"


def test_a_resolver_that_hangs_is_left_behind() -> None:
    released = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        released.wait(5)
        return [host, str(port)]

    began = time.monotonic()
    outcome = get("http://pub.example/", {}, HttpClientConfig(loopback_allowed=False, seconds=SHORT, resolve=stuck))
    took = time.monotonic() - began
    released.set()
    assert outcome.error == "took longer than 0.3 s"
    assert took < SHORT + 1


def test_a_time_that_is_over_is_over_before_anything_is_done() -> None:
    assert get("http://pub.example/", {}, a_way(seconds=0)).error == "took longer than 0 s"


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "127.0.0.1", "2002:a00:1::1"])
def test_a_name_that_resolves_inward_is_refused_and_nothing_is_connected(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *each: connected.append(each))
    outcome = get("https://pub.example/", {}, a_way(address, loopback_allowed=False))
    assert outcome.is_refused
    assert (outcome.http_status, outcome.error) == (None, f"refused: {address} is not a public address")
    assert connected == []


def test_one_inward_address_among_several_refuses_the_host() -> None:
    with receiving(with_bytes(OK)) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/", {}, a_way("127.0.0.1", "10.0.0.1"))
    assert outcome.is_refused
    assert receiver.connections == 0


def test_a_name_that_resolves_to_something_else_the_next_time_is_called_where_it_was_judged() -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with receiving(with_bytes(OK)) as receiver:
        way = HttpClientConfig(loopback_allowed=True, resolve=lambda *_: next(answers))
        outcome = get(f"http://rebinding.example:{receiver.port}/", {}, way)
    assert (outcome.http_status, receiver.connections) == (200, 1)
    assert list(answers) == [["10.0.0.1"]]


def test_loopback_stays_refused_on_low_ports() -> None:
    outcome = get("http://localhost/", {}, a_way("127.0.0.1"))
    assert outcome.error == "refused: 127.0.0.1 is a loopback address, and its port is below 1024"


def test_an_address_that_takes_no_connection_gives_way_to_the_next() -> None:
    with receiving(with_bytes(OK)) as receiver:
        assert get(f"http://pub.example:{receiver.port}/", {}, a_way("127.0.0.2", "127.0.0.1")).http_status == 200


def test_nobody_listening_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    outcome = get(f"http://pub.example:{port}/", {}, a_way())
    assert (outcome.http_status, outcome.is_refused) == (None, False)
    assert "refused" in str(outcome.error)


def test_a_connection_that_closes_early_is_a_failure() -> None:
    with receiving(with_bytes(b"HTTP/1.1 200 OK\r\n")) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/", {}, a_way())
    assert outcome.error == "closed the connection without a whole answer"


def test_what_is_no_http_is_a_failure() -> None:
    with receiving(with_bytes(b"220 mail.example ESMTP\r\n\r\n")) as receiver:
        outcome = get(f"http://pub.example:{receiver.port}/", {}, a_way())
    assert outcome.error == "did not answer in HTTP/1.1"


@pytest.mark.parametrize("error", [socket.gaierror("unknown"), UnicodeError("label too long")])
def test_a_host_that_does_not_resolve_is_a_failure(error: Exception) -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise error

    outcome = get("http://pub.example/", {}, HttpClientConfig(loopback_allowed=False, resolve=unknown))
    assert (outcome.error, outcome.is_refused) == ("the host does not resolve", False)


def test_a_host_without_an_address_is_a_failure() -> None:
    outcome = get("http://pub.example/", {}, HttpClientConfig(loopback_allowed=False, resolve=lambda *_: []))
    assert outcome.error == "the host has no address"


def test_an_error_without_words_is_told_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> socket.socket:
        raise ConnectionResetError

    monkeypatch.setattr(socket, "create_connection", broken)
    assert get("http://pub.example:8080/", {}, a_way()).error == "ConnectionResetError"


def test_the_systems_resolver_gives_each_address_once() -> None:
    assert resolved("127.0.0.1", 80) == ["127.0.0.1"]
    assert resolved("::1", 80) == ["::1"]


# TLS


@dataclass(frozen=True, slots=True)
class Authority:
    """A server's side of TLS for `pub.example` and 127.0.0.1, and a client's that trusts it."""

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


def secured(authority: Authority, host: str) -> tuple[DeliveryOutcome, list[str]]:
    """A call by TLS to the host, and what the receiver heard."""
    way = HttpClientConfig(loopback_allowed=True, resolve=lambda *_: ["127.0.0.1"], trust=lambda: authority.client)
    with receiving(with_bytes(OK), tls=authority.server) as receiver:
        outcome = get(f"https://{host}:{receiver.port}/", {}, way)
    return outcome, receiver.requests


@pytest.mark.parametrize("host", ["pub.example", "pub.example.", "127.0.0.1"])
def test_a_certificate_of_the_hosts_own_name_is_good(authority: Authority, host: str) -> None:
    outcome, requests = secured(authority, host)
    assert (outcome.http_status, len(requests)) == (200, 1)


def test_a_certificate_of_another_name_is_refused_before_anything_is_sent(authority: Authority) -> None:
    outcome, requests = secured(authority, "other.example")
    assert outcome.http_status is None
    assert "certificate verify failed" in str(outcome.error)
    assert requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(authority: Authority) -> None:
    with receiving(with_bytes(OK), tls=authority.server) as receiver:
        outcome = get(f"https://pub.example:{receiver.port}/", {}, a_way())
    assert "certificate verify failed" in str(outcome.error)


def test_the_public_authorities_are_trusted_for_the_names_they_vouch_for() -> None:
    context = trusted()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.cert_store_stats()["x509_ca"] > 50


def test_ipv6_is_called_as_well() -> None:
    with receiving(with_bytes(OK), family=socket.AF_INET6) as receiver:
        assert get(f"http://[::1]:{receiver.port}/", {}, HttpClientConfig(loopback_allowed=True)).http_status == 200
