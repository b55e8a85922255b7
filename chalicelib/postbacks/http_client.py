"""One HTTP GET to a stranger's server: only to a judged address, never longer than its time, no redirects."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache

import certifi

from chalicelib.postbacks.address_policy import refused
from chalicelib.postbacks.http_response import DeliveryOutcome, outcome, sanitize
from chalicelib.postbacks.target_url import Target, target

_PIECE = 4096
_MOST_ADDRESSES = 4


class RefusedHost(Exception):  # noqa: N818 - a fact, not a fault
    """The host resolves to an address that no postback may go to."""


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system's resolver gives them; `OSError` where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@cache
def trusted() -> ssl.SSLContext:
    """Certificates of the public authorities, checked against the host's name."""
    return ssl.create_default_context(cafile=certifi.where())


@dataclass(frozen=True, slots=True)
class HttpClientConfig:
    """How calls get out. `seconds` is the time for the whole call, resolving and reading included."""

    loopback_allowed: bool
    seconds: float = 5.0
    resolve: Callable[[str, int], Sequence[str]] = resolved
    trust: Callable[[], ssl.SSLContext] = trusted


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock by which everything is over."""

    at: float

    def left(self) -> float:
        """The seconds left; `TimeoutError` where there are none."""
        rest = self.at - time.monotonic()
        if rest <= 0:
            raise TimeoutError
        return rest


def get(url: str, headers: Mapping[str, str], way: HttpClientConfig) -> DeliveryOutcome:
    """Calls the URL once; whatever the other side does, the outcome is there in time."""
    began = time.monotonic()
    ended = _outcome(url, headers, way, Deadline(began + way.seconds))
    return replace(ended, took_ms=round((time.monotonic() - began) * 1000))


def _outcome(url: str, headers: Mapping[str, str], way: HttpClientConfig, deadline: Deadline) -> DeliveryOutcome:
    try:
        whereto = target(url)
        addresses = _allowed_addresses(whereto, way, deadline)
        with (
            closing(_connected(whereto, addresses, deadline)) as plain,
            closing(_secured(plain, whereto, way, deadline)) as connection,
        ):
            _send(connection, _request(whereto, headers), deadline)
            return _read(connection, deadline)
    except RefusedHost as refusal:
        return DeliveryOutcome(error=sanitize(f"refused: {refusal}"), is_refused=True)
    except TimeoutError:
        return DeliveryOutcome(error=f"took longer than {way.seconds:g} s")
    except (OSError, ValueError) as error:
        return DeliveryOutcome(error=sanitize(str(error) or type(error).__name__))


def _allowed_addresses(whereto: Target, way: HttpClientConfig, deadline: Deadline) -> Sequence[str]:
    """The host's addresses, once every one of them may be called."""
    addresses = _in_time(lambda: way.resolve(whereto.host, whereto.port), deadline)
    for address in addresses:
        if complaint := refused(address, whereto.port, loopback_allowed=way.loopback_allowed):
            raise RefusedHost(complaint)
    return addresses


def _in_time(resolve: Callable[[], Sequence[str]], deadline: Deadline) -> Sequence[str]:
    """What `resolve` gives; the system's resolver knows no time limit, so one too slow is left behind in its thread."""
    results: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put(resolve())
        except (OSError, ValueError) as error:
            results.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        result = results.get(timeout=deadline.left())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(result, Exception):
        message = "the host does not resolve"
        raise OSError(message) from result
    return result


def _connected(whereto: Target, addresses: Sequence[str], deadline: Deadline) -> socket.socket:
    """A connection to the first of the judged addresses that takes one; each gets its share of the time."""
    tried = addresses[:_MOST_ADDRESSES]
    failure: OSError = OSError("the host has no address")
    for n, address in enumerate(tried):
        try:
            return socket.create_connection((address, whereto.port), deadline.left() / (len(tried) - n))
        except OSError as error:
            failure = error
    raise failure


def _secured(plain: socket.socket, whereto: Target, way: HttpClientConfig, deadline: Deadline) -> socket.socket:
    if not whereto.is_tls:
        return plain
    plain.settimeout(deadline.left())
    return way.trust().wrap_socket(plain, server_hostname=whereto.host.rstrip("."))


def _request(whereto: Target, headers: Mapping[str, str]) -> bytes:
    fields = {"Host": whereto.authority, **headers, "Connection": "close"}
    lines = [f"GET {whereto.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("ascii")


def _send(connection: socket.socket, request: bytes, deadline: Deadline) -> None:
    rest = memoryview(request)
    while rest:
        connection.settimeout(deadline.left())
        rest = rest[connection.send(rest) :]


def _read(connection: socket.socket, deadline: Deadline) -> DeliveryOutcome:
    """The answer's status and headers; each piece that comes leaves less time for the next."""
    received = b""
    while (ended := outcome(received)) is None:
        connection.settimeout(deadline.left())
        piece = connection.recv(_PIECE)
        if not piece:
            message = "closed the connection without a whole answer"
            raise OSError(message)
        received += piece
    return ended
