"""Connections to DynamoDB: one request and its response over HTTPS."""

import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlsplit

from chalicelib import settings
from chalicelib.dynamodb import sigv4, wire_format
from chalicelib.dynamodb.errors import OutcomeUnknown
from chalicelib.dynamodb.sigv4 import Credentials

_CONNECT_SECONDS = 1.0
_RESPONSE_SECONDS = 1.0
_MAX_IDLE = 16
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Address of the DynamoDB endpoint; `host` is the value of the Host header."""

    hostname: str
    port: int
    is_secure: bool
    host: str


class ConnectionBroken(Exception):  # noqa: N818 - a fact about a connection
    """The connection broke; if `arrived` is false, certainly before the whole request had arrived."""

    def __init__(self, error: object, *, arrived: bool) -> None:
        super().__init__(str(error))
        self.arrived = arrived


_idle: deque[socket.socket] = deque(maxlen=_MAX_IDLE)


def reset() -> None:
    """Close idle connections and drop the cached endpoint, certificates and credentials (for tests)."""
    while _idle:
        _idle.pop().close()
    endpoint.cache_clear()
    _tls_wrapper.cache_clear()
    credentials_provider.cache_clear()


def signed_request(operation: str, body: bytes) -> bytes:
    """Return the bytes of a signed request."""
    credentials, moment = credentials_provider()(), f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": endpoint().host,
        "x-amz-date": moment,
        **({"x-amz-security-token": credentials.token} if credentials.token else {}),
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }
    authorization = sigv4.authorization_header(
        headers, body, moment=moment, region=settings.region(), credentials=credentials
    )
    return wire_format.encode_request({**headers, "authorization": authorization}, body)


def round_trip(request: bytes, deadline: float) -> wire_format.HttpResponse:
    """Send a request and return its response; the connection is kept for the next request."""
    connection = _connection(deadline)
    try:
        response = _send_and_receive(connection, request, _time_limit(_RESPONSE_SECONDS, deadline))
    except BaseException:
        connection.close()
        raise
    if response.keep_alive and len(_idle) < _MAX_IDLE:
        _idle.append(connection)
    else:
        connection.close()
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
        # DynamoDB does not apply an incomplete request.
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


def _connection(deadline: float) -> socket.socket:
    """Return an idle connection, or a new one."""
    while _idle:
        try:
            idle = _idle.pop()
        except IndexError:  # another thread took it
            break
        if not _is_closed_by_peer(idle):
            return idle
        idle.close()
    try:
        return _connect(endpoint(), _time_limit(_CONNECT_SECONDS, deadline))
    except OSError as error:
        raise ConnectionBroken(error, arrived=False) from error


def _is_closed_by_peer(connection: socket.socket) -> bool:
    """Return whether the peer closed an idle connection: then there is something to read, its end."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _connect(address: ServerAddress, seconds: float) -> socket.socket:
    connection = socket.create_connection((address.hostname, address.port), timeout=seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _tls_wrapper()(connection, address.hostname) if address.is_secure else connection


@cache
def _tls_wrapper() -> Callable[[socket.socket, str], socket.socket]:
    """Return the function that wraps a connection in TLS and checks the certificate of the server."""
    import ssl  # noqa: PLC0415 - not needed for a local endpoint

    context = ssl.create_default_context(cafile=settings.ca_bundle())
    return lambda connection, name: context.wrap_socket(connection, server_hostname=name)


@cache
def endpoint() -> ServerAddress:
    """Return the address of DynamoDB."""
    url = urlsplit(settings.dynamodb_endpoint())
    is_secure = url.scheme == "https"
    return ServerAddress(url.hostname or "", url.port or (443 if is_secure else 80), is_secure, url.netloc)


@cache
def credentials_provider() -> Callable[[], Credentials]:
    """Return a function that returns the current credentials.

    A Lambda has them in its environment for its whole life. Others are found and renewed by botocore, which is not
    loaded before: loading it takes longer than everything else that a new process does for its first click.
    """
    from_environment = settings.environment_credentials()
    if not from_environment:
        return _botocore_provider()
    credentials = Credentials(*from_environment)
    return lambda: credentials


def _botocore_provider() -> Callable[[], Credentials]:
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - slow to load, see above
    from botocore.session import Session  # noqa: PLC0415 - likewise

    try:
        session_credentials = Session().get_credentials()
    except BotoCoreError as error:
        raise OutcomeUnknown(str(error)) from error
    if session_credentials is None:
        message = "no AWS credentials were found"
        raise OutcomeUnknown(message)

    def current() -> Credentials:
        try:
            frozen = session_credentials.get_frozen_credentials()
        except (BotoCoreError, RuntimeError) as error:  # RuntimeError: the renewed ones have expired too
            raise OutcomeUnknown(str(error)) from error
        return Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    return current
