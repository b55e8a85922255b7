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
_ANSWER_SECONDS = 1.0
_MAX_IDLE = 16
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where DynamoDB answers; `host` as the Host header has it."""

    name: str
    port: int
    is_secure: bool
    host: str


class ConnectionBroken(Exception):  # noqa: N818 - a fact about a connection
    """The connection broke; where `arrived` is false, surely before the request was there as a whole."""

    def __init__(self, why: object, *, arrived: bool) -> None:
        super().__init__(str(why))
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
    """The signed request."""
    credentials, moment = credentials_provider()(), f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": endpoint().host,
        "x-amz-date": moment,
        **({"x-amz-security-token": credentials.token} if credentials.token else {}),
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }
    signed = sigv4.authorization(headers, body, moment=moment, region=settings.region(), credentials=credentials)
    return wire_format.request({**headers, "authorization": signed}, body)


def round_trip(request: bytes, deadline: float) -> wire_format.HttpResponse:
    """The answer to the request, over a connection that is kept for the next one."""
    connection = _connection(deadline)
    try:
        answer = _send_and_receive(connection, request, _time_limit(_ANSWER_SECONDS, deadline))
    except BaseException:
        connection.close()
        raise
    if answer.keep_alive and len(_idle) < _MAX_IDLE:
        _idle.append(connection)
    else:
        connection.close()
    return answer


def _time_limit(seconds: float, deadline: float) -> float:
    """Return the time limit in seconds, cut to the deadline but at least 1 ms."""
    return min(seconds, max(0.001, deadline - time.monotonic()))


def _send_and_receive(connection: socket.socket, request: bytes, seconds: float) -> wire_format.HttpResponse:
    end = time.monotonic() + seconds
    connection.settimeout(seconds)
    try:
        connection.sendall(request)
    except OSError as error:
        # What is cut short is not carried out.
        raise ConnectionBroken(error, arrived=False) from error
    try:
        return _receive(connection, end)
    except (OSError, wire_format.ProtocolError) as error:
        raise ConnectionBroken(error, arrived=True) from error


def _receive(connection: socket.socket, end: float) -> wire_format.HttpResponse:
    received = bytearray()
    while True:
        piece = connection.recv(_CHUNK_BYTES)
        if not piece:
            message = "the connection ended within the answer"
            raise wire_format.ProtocolError(message)
        received += piece
        answer = wire_format.answer(received)
        if answer:
            return answer
        # Each piece would have the whole time anew.
        if time.monotonic() >= end:
            message = "the answer takes too long"
            raise TimeoutError(message)
        connection.settimeout(_time_limit(_ANSWER_SECONDS, end))


def _connection(deadline: float) -> socket.socket:
    """A connection on which nothing is under way: one that was kept, or a new one."""
    while _idle:
        try:
            kept = _idle.pop()
        except IndexError:  # another thread was faster
            break
        if not _is_closed_by_peer(kept):
            return kept
        kept.close()
    try:
        return _connect(endpoint(), _time_limit(_CONNECT_SECONDS, deadline))
    except OSError as error:
        raise ConnectionBroken(error, arrived=False) from error


def _is_closed_by_peer(connection: socket.socket) -> bool:
    """Whether the other side has closed it meanwhile: then there is an end to be read."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _connect(to: ServerAddress, seconds: float) -> socket.socket:
    connection = socket.create_connection((to.name, to.port), timeout=seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _tls_wrapper()(connection, to.name) if to.is_secure else connection


@cache
def _tls_wrapper() -> Callable[[socket.socket, str], socket.socket]:
    """Wraps a connection in TLS, the other side's certificate checked."""
    import ssl  # noqa: PLC0415 - not needed on one machine

    context = ssl.create_default_context(cafile=settings.ca_bundle())
    return lambda connection, name: context.wrap_socket(connection, server_hostname=name)


@cache
def endpoint() -> ServerAddress:
    """Where the tables are."""
    url = urlsplit(settings.dynamodb_endpoint())
    is_secure = url.scheme == "https"
    return ServerAddress(url.hostname or "", url.port or (443 if is_secure else 80), is_secure, url.netloc)


@cache
def credentials_provider() -> Callable[[], Credentials]:
    """Gives the credentials that are valid now.

    A Lambda's are in its environment and hold as long as it lives. Any others are botocore's to find and to renew;
    to load it takes longer than all else that a new process does for its first click.
    """
    given = settings.environment_credentials()
    if given:
        fixed = Credentials(*given)
        return lambda: fixed
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - see above
    from botocore.session import Session  # noqa: PLC0415 - see above

    try:
        found = Session().get_credentials()
    except BotoCoreError as error:
        raise OutcomeUnknown(str(error)) from error
    if found is None:
        message = "there are no AWS credentials"
        raise OutcomeUnknown(message)

    def current() -> Credentials:
        try:
            frozen = found.get_frozen_credentials()
        except (BotoCoreError, RuntimeError) as error:  # the latter: expired, and the new ones are too
            raise OutcomeUnknown(str(error)) from error
        return Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    return current
