"""HTTP client for postbacks: one GET to an allowed address, within a time limit, without redirects."""

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

from chalicelib.postbacks.address_policy import address_error
from chalicelib.postbacks.http_response import DeliveryOutcome, parse_response, sanitize
from chalicelib.postbacks.target_url import Target, parse_target

_CHUNK_BYTES = 4096
_MAX_ADDRESSES = 4


class RefusedHost(Exception):  # noqa: N818 - an expected outcome, not a fault
    """The host resolves to an address that postbacks may not connect to."""


def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses of a host from the system's resolver; raise `OSError` if there are none."""
    results = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(socket_address[0]) for *_, socket_address in results))


@cache
def public_tls_context() -> ssl.SSLContext:
    """Return a TLS context that trusts the public authorities and checks the host name."""
    return ssl.create_default_context(cafile=certifi.where())


@dataclass(frozen=True, slots=True)
class HttpClientConfig:
    """Settings of the client. `timeout_seconds` covers the whole request, including name resolution and reading."""

    loopback_allowed: bool
    timeout_seconds: float = 5.0
    resolve: Callable[[str, int], Sequence[str]] = resolve_host
    tls_context: Callable[[], ssl.SSLContext] = public_tls_context


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point on the monotonic clock at which the request must be finished."""

    at: float

    def remaining(self) -> float:
        """Return the remaining seconds; raise `TimeoutError` if there are none."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def get(url: str, headers: Mapping[str, str], config: HttpClientConfig) -> DeliveryOutcome:
    """Send one GET request and return its outcome within the time limit, whatever the server does."""
    started_at = time.monotonic()
    outcome = _outcome(url, headers, config, Deadline(started_at + config.timeout_seconds))
    return replace(outcome, took_ms=round((time.monotonic() - started_at) * 1000))


def _outcome(url: str, headers: Mapping[str, str], config: HttpClientConfig, deadline: Deadline) -> DeliveryOutcome:
    try:
        return _exchange(parse_target(url), headers, config, deadline)
    except RefusedHost as refusal:
        return DeliveryOutcome(error=sanitize(f"Refused: {refusal}."), is_refused=True)
    except TimeoutError:
        return DeliveryOutcome(error=f"No complete response within {config.timeout_seconds:g} s.")
    except (OSError, ValueError) as error:
        return DeliveryOutcome(error=sanitize(str(error) or type(error).__name__))


def _exchange(
    target: Target, headers: Mapping[str, str], config: HttpClientConfig, deadline: Deadline
) -> DeliveryOutcome:
    addresses = _allowed_addresses(target, config, deadline)
    with (
        closing(_connect(target, addresses, deadline)) as plain,
        closing(_secure(plain, target, config, deadline)) as connection,
    ):
        _send(connection, _request(target, headers), deadline)
        return _read(connection, deadline)


def _allowed_addresses(target: Target, config: HttpClientConfig, deadline: Deadline) -> Sequence[str]:
    """Return the addresses of the host; raise `RefusedHost` if any of them is not allowed."""
    addresses = _resolve_in_time(lambda: config.resolve(target.host, target.port), deadline)
    for address in addresses:
        if error := address_error(address, target.port, loopback_allowed=config.loopback_allowed):
            raise RefusedHost(error)
    return addresses


def _resolve_in_time(resolve: Callable[[], Sequence[str]], deadline: Deadline) -> Sequence[str]:
    """Return the result of `resolve`. The system's resolver has no time limit: a slow call is left in its thread."""
    results: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put(resolve())
        except (OSError, ValueError) as error:
            results.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        result = results.get(timeout=deadline.remaining())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(result, Exception):
        message = "The host name cannot be resolved."
        raise OSError(message) from result
    return result


def _connect(target: Target, addresses: Sequence[str], deadline: Deadline) -> socket.socket:
    """Connect to the first address that accepts. Each address gets an equal share of the remaining time.

    Connecting to the checked addresses, not to the name, keeps a second resolution from returning another address.
    """
    candidates = addresses[:_MAX_ADDRESSES]
    failure: OSError = OSError("The host has no address.")
    for n, address in enumerate(candidates):
        try:
            return socket.create_connection((address, target.port), deadline.remaining() / (len(candidates) - n))
        except OSError as error:
            failure = error
    raise failure


def _secure(plain: socket.socket, target: Target, config: HttpClientConfig, deadline: Deadline) -> socket.socket:
    if not target.is_tls:
        return plain
    plain.settimeout(deadline.remaining())
    return config.tls_context().wrap_socket(plain, server_hostname=target.host.rstrip("."))


def _request(target: Target, headers: Mapping[str, str]) -> bytes:
    fields = {"Host": target.authority, **headers, "Connection": "close"}
    lines = [f"GET {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("ascii")


def _send(connection: socket.socket, request: bytes, deadline: Deadline) -> None:
    unsent = memoryview(request)
    while unsent:
        connection.settimeout(deadline.remaining())
        unsent = unsent[connection.send(unsent) :]


def _read(connection: socket.socket, deadline: Deadline) -> DeliveryOutcome:
    """Read status and headers. The deadline applies to all chunks together, so a slow sender cannot extend it."""
    received = b""
    while (outcome := parse_response(received)) is None:
        connection.settimeout(deadline.remaining())
        chunk = connection.recv(_CHUNK_BYTES)
        if not chunk:
            message = "The connection was closed before the response was complete."
            raise OSError(message)
        received += chunk
    return outcome
