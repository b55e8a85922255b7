"""Connections to the services: one signed request and its response over HTTPS."""

import select
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib import settings
from chalicelib.aws_json import connecting, credentials, endpoints, sigv4, wire_format

_CONNECT_SECONDS = 1.0
_RESPONSE_SECONDS = 1.0
_MAX_IDLE = 16
_MAX_IDLE_SECONDS = 20
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A service of the JSON protocol: its name in URLs and signatures, and the prefix of its operations."""

    name: str
    target: str


class ServerAddress(NamedTuple):
    """Address of an endpoint; `host` is the value of the Host header."""

    hostname: str
    port: int
    is_secure: bool
    host: str


class ConnectionBroken(Exception):  # noqa: N818 - a fact about a connection
    """The connection broke; if `arrived` is false, certainly before the whole request had arrived."""

    def __init__(self, error: object, *, arrived: bool) -> None:
        super().__init__(str(error))
        self.arrived = arrived


class Connection(NamedTuple):
    """A connection, and the poll that sees whether there is something to read."""

    socket: socket.socket
    poll: select.poll

    def is_closed_by_peer(self) -> bool:
        """Return whether the peer closed it while it was idle: then there is something to read, its end."""
        return bool(self.poll.poll(0))


_idle: dict[Service, deque[tuple[Connection, float]]] = {}
"""Idle connections to each service, the last used one at the end, with the time (Unix) since when they are idle."""


def reset() -> None:
    """Close idle connections and drop the cached endpoints, certificates and credentials (for tests)."""
    while _idle:
        for connection, _ in _idle.popitem()[1]:
            connection.socket.close()
    endpoint.cache_clear()
    _tls_wrapper.cache_clear()
    credentials.provider.cache_clear()


def prepare(service: Service) -> None:
    """Load credentials and trusted certificates, which takes no part of a time limit. Raises NoCredentials."""
    credentials.provider()
    if endpoint(service).is_secure:
        with suppress(OSError):  # connecting raises it again
            _tls_wrapper()


def signed_request(service: Service, operation: str, body: bytes) -> bytes:
    """Return the bytes of a signed request. Raises NoCredentials."""
    current, moment = credentials.provider()(), _moment(int(time.time()))
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": endpoint(service).host,
        "x-amz-date": moment,
        **({"x-amz-security-token": current.token} if current.token else {}),
        "x-amz-target": f"{service.target}.{operation}",
    }
    scope = sigv4.Scope(settings.region(), service.name)
    headers["authorization"] = sigv4.authorization_header(
        headers, body, moment=moment, scope=scope, credentials=current
    )
    return wire_format.encode_request(headers, body)


@lru_cache(maxsize=1)
def _moment(second: int) -> str:
    """Return a Unix time as `20261121T120000Z`."""
    return f"{datetime.fromtimestamp(second, UTC):%Y%m%dT%H%M%SZ}"


def round_trip(service: Service, request: bytes, deadline: float) -> wire_format.HttpResponse:
    """Send a request and return its response; the connection is kept for the next request.

    `deadline` is of `time.monotonic()`. Raises ConnectionBroken.
    """
    idle = _idle.get(service)
    if idle is None:
        idle = _idle.setdefault(service, deque(maxlen=_MAX_IDLE))
    connection = _reusable(idle) or _connect(endpoint(service), deadline)
    try:
        response = _send_and_receive(connection.socket, request, _time_limit(_RESPONSE_SECONDS, deadline))
    except BaseException:
        connection.socket.close()
        raise
    if response.keep_alive and len(idle) < _MAX_IDLE:
        idle.append((connection, time.time()))
    else:
        connection.socket.close()
    return response


def _time_limit(seconds: float, deadline: float) -> float:
    """Return the time limit in seconds, cut to the deadline but at least 1 ms."""
    return min(seconds, max(0.001, deadline - time.monotonic()))


def _send_and_receive(connection: socket.socket, request: bytes, seconds: float) -> wire_format.HttpResponse:
    end = time.monotonic() + seconds
    connection.settimeout(seconds)
    try:
        connection.sendall(request)
    except OSError as error:
        # No service applies an incomplete request.
        raise ConnectionBroken(error, arrived=False) from error
    try:
        return _receive(connection, end)
    except (OSError, wire_format.ProtocolError) as error:
        raise ConnectionBroken(error, arrived=True) from error


def _receive(connection: socket.socket, end: float) -> wire_format.HttpResponse:
    received = bytearray()
    while True:
        chunk = connection.recv(_CHUNK_BYTES)
        if not chunk:
            message = "the connection was closed before the response was complete"
            raise wire_format.ProtocolError(message)
        received += chunk
        response = wire_format.decode_response(received)
        if response:
            return response
        # The timeout of a socket is per chunk; the limit is for the whole response.
        if time.monotonic() >= end:
            message = "the response took too long"
            raise TimeoutError(message)
        connection.settimeout(_time_limit(_RESPONSE_SECONDS, end))


def _reusable(idle: deque[tuple[Connection, float]]) -> Connection | None:
    """Take an idle connection that can be reused, and close those that cannot; None if there is none."""
    while idle:
        try:
            connection, since = idle.pop()
        except IndexError:  # another thread took it
            break
        if _is_recent(since) and not connection.is_closed_by_peer():
            return connection
        connection.socket.close()
    return None


def _is_recent(since: float) -> bool:
    """Return whether a connection idle since then may be reused: gateways drop older ones without a word.

    By the wall clock, because a steady one may stand still while a Lambda is frozen. If it was set back, it is unknown.
    """
    return 0 <= time.time() - since <= _MAX_IDLE_SECONDS


def _connect(address: ServerAddress, deadline: float) -> Connection:
    try:
        connected = _open(address, min(deadline, time.monotonic() + _CONNECT_SECONDS))
    except OSError as error:
        raise ConnectionBroken(error, arrived=False) from error
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return Connection(connected, poll)


def _open(address: ServerAddress, deadline: float) -> socket.socket:
    connection = connecting.connect(address.hostname, address.port, deadline)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not address.is_secure:
        return connection
    try:
        connection.settimeout(_time_limit(_CONNECT_SECONDS, deadline))
        return _tls_wrapper()(connection, address.hostname)
    except OSError:
        connection.close()
        raise


@cache
def _tls_wrapper() -> Callable[[socket.socket, str], socket.socket]:
    """Return the function that wraps a connection in TLS and checks the certificate of the server."""
    import ssl  # noqa: PLC0415 - not needed for a local endpoint

    context = ssl.create_default_context(cafile=settings.ca_bundle())
    return lambda connection, name: context.wrap_socket(connection, server_hostname=name)


@cache
def endpoint(service: Service) -> ServerAddress:
    """Return the address of a service."""
    url = urlsplit(endpoints.service_url(service.name))
    is_secure = url.scheme == "https"
    return ServerAddress(url.hostname or "", url.port or (443 if is_secure else 80), is_secure, url.netloc)
