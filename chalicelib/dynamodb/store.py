"""DynamoDB as the redirect calls it: one packet out, one answer back, over connections that are kept.

The SDK's way takes several times the processor time for the same request, and half a second more when a process is new
(`docs/decisions/0023-a-lean-client.md`). `TABLE_CLIENT=pynamodb` goes that way all the same.
"""

import json
import random
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from chalicelib import settings
from chalicelib.dynamodb import http, signing
from chalicelib.dynamodb.errors import LATER, STALE_CREDENTIALS, Refused, Unanswered, Undone
from chalicelib.dynamodb.items import plain
from chalicelib.dynamodb.signing import Credentials

Document = Mapping[str, Any]
"""A request or an answer in DynamoDB's JSON; binary values in base64."""

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 1.0
_ALL_SECONDS = 3.0
"""For all attempts together: the visitor waits."""

_ATTEMPTS = 4
_FIRST_WAIT = 0.02
_KEPT = 16
_AT_ONCE = 100
"""Keys that DynamoDB takes in one batch."""

_PIECE = 65_536
_SERVER_TROUBLE = 500


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where DynamoDB answers; `host` as the Host header has it."""

    name: str
    port: int
    is_secure: bool
    host: str


class _Broken(Exception):  # noqa: N818 - a fact about a connection
    """The connection broke; where `arrived` is false, surely before the request was there as a whole."""

    def __init__(self, why: object, *, arrived: bool) -> None:
        super().__init__(str(why))
        self.arrived = arrived


_idle: deque[socket.socket] = deque(maxlen=_KEPT)


def call(operation: str, request: Document, *, once: bool = False) -> Document:
    """What DynamoDB answers to the operation: `call("GetItem", {"TableName": …, "Key": …})`.

    A request that fails is sent again, after growing waits, as long as three seconds are not over; with `once` only
    if it surely was not carried out. Raises Refused, Unanswered or, with `once` alone, Undone.
    """
    if settings.table_client() == "pynamodb":
        from chalicelib.dynamodb.plain import store as pynamodb  # noqa: PLC0415 - loads the SDK

        return pynamodb.call(operation, request, once=once)
    return _called(operation, json.dumps(request, separators=(",", ":")).encode(), once=once)


def get(table: str, key: Document) -> dict[str, Any] | None:
    """The item of that key, its values plain, as it is or was a moment ago; None where there is none."""
    found = call("GetItem", {"TableName": named(table), "Key": key})
    return plain(found["Item"]) if "Item" in found else None


def batch_get(table: str, keys: Sequence[Document], *, consistent: bool = False) -> list[dict[str, Any]]:
    """Those of the items that exist, their values plain, in no order; `consistent`: as they are now."""
    asked = [{"Keys": keys[n : n + _AT_ONCE], "ConsistentRead": consistent} for n in range(0, len(keys), _AT_ONCE)]
    return [plain(item) for part in asked for item in _batch(named(table), part)]


def _batch(table: str, asked: Document) -> list[Document]:
    found: list[Document] = []
    for _ in range(_ATTEMPTS):
        answer = call("BatchGetItem", {"RequestItems": {table: asked}})
        found += answer["Responses"].get(table, ())
        left = answer.get("UnprocessedKeys") or {}
        if not left:
            return found
        asked = left[table]
    message = f"{table}: some keys stay unread"
    raise Unanswered(message)


def named(table: str) -> str:
    """The table's whole name."""
    return settings.table_prefix() + table


def _called(operation: str, body: bytes, *, once: bool) -> Document:
    deadline, trouble = time.monotonic() + _ALL_SECONDS, ""
    for attempt in range(_ATTEMPTS):
        if attempt and not _waited(attempt, deadline):
            break
        try:
            answer = _exchanged(_request(operation, body), deadline)
        except _Broken as broken:
            if once and broken.arrived:
                raise Unanswered(str(broken)) from broken
            trouble = str(broken)
            continue
        if answer.is_good:
            return answer.document
        trouble = _trouble(answer, once=once)
    message = f"{operation}: {trouble}"
    # What must not happen twice was given up where it may have happened once: here it surely did not.
    raise Undone(message) if once else Unanswered(message)


def _trouble(answer: http.Answer, *, once: bool) -> str:
    """What to try again for. Raises Refused where it would be refused again, Unanswered where it must not be tried."""
    said = f"{answer.code}: {answer.message}"
    if answer.status >= _SERVER_TROUBLE:
        if once:
            raise Unanswered(said)
        return said
    if answer.code in STALE_CREDENTIALS:
        _provider.cache_clear()
        return said
    if answer.code in LATER:
        return said
    raise Refused(answer.code, answer.message, answer.document)


def _waited(attempt: int, deadline: float) -> bool:
    """Whether there was time to wait, somewhere between nothing and a time that doubles: others try again too."""
    pause = random.uniform(0, _FIRST_WAIT * 2**attempt)  # noqa: S311 - jitter
    if time.monotonic() + pause >= deadline:
        return False
    time.sleep(pause)
    return True


def _request(operation: str, body: bytes) -> bytes:
    """The signed request."""
    credentials, moment = _provider()(), f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": endpoint().host,
        "x-amz-date": moment,
        **({"x-amz-security-token": credentials.token} if credentials.token else {}),
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }
    signed = signing.authorization(headers, body, moment=moment, region=settings.region(), credentials=credentials)
    return http.request({**headers, "authorization": signed}, body)


# Connections


def _exchanged(request: bytes, deadline: float) -> http.Answer:
    """The answer to the request, over a connection that is kept for the next one."""
    connection = _connection(deadline)
    try:
        answer = _over(connection, request, _within(_ANSWER_SECONDS, deadline))
    except BaseException:
        connection.close()
        raise
    if answer.keeps_open and len(_idle) < _KEPT:
        _idle.append(connection)
    else:
        connection.close()
    return answer


def _within(seconds: float, deadline: float) -> float:
    """So many seconds, or those that are left: a little at least, as no time at all would be none to wait."""
    return min(seconds, max(0.001, deadline - time.monotonic()))


def _over(connection: socket.socket, request: bytes, seconds: float) -> http.Answer:
    end = time.monotonic() + seconds
    connection.settimeout(seconds)
    try:
        connection.sendall(request)
    except OSError as error:
        # What is cut short is not carried out.
        raise _Broken(error, arrived=False) from error
    try:
        return _received(connection, end)
    except (OSError, http.Unreadable) as error:
        raise _Broken(error, arrived=True) from error


def _received(connection: socket.socket, end: float) -> http.Answer:
    received = bytearray()
    while True:
        piece = connection.recv(_PIECE)
        if not piece:
            message = "the connection ended within the answer"
            raise http.Unreadable(message)
        received += piece
        answer = http.answer(received)
        if answer:
            return answer
        # Each piece would have the whole time anew.
        if time.monotonic() >= end:
            message = "the answer takes too long"
            raise TimeoutError(message)
        connection.settimeout(_within(_ANSWER_SECONDS, end))


def _connection(deadline: float) -> socket.socket:
    """A connection on which nothing is under way: one that was kept, or a new one."""
    while _idle:
        try:
            kept = _idle.pop()
        except IndexError:  # another thread was faster
            break
        if not _has_ended(kept):
            return kept
        kept.close()
    try:
        return _connected(endpoint(), _within(_CONNECT_SECONDS, deadline))
    except OSError as error:
        raise _Broken(error, arrived=False) from error


def _has_ended(connection: socket.socket) -> bool:
    """Whether the other side has closed it meanwhile: then there is an end to be read."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _connected(to: Endpoint, seconds: float) -> socket.socket:
    connection = socket.create_connection((to.name, to.port), timeout=seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _secured()(connection, to.name) if to.is_secure else connection


@cache
def _secured() -> Callable[[socket.socket, str], socket.socket]:
    """Wraps a connection in TLS, the other side's certificate checked."""
    import ssl  # noqa: PLC0415 - not needed on one machine

    context = ssl.create_default_context(cafile=settings.certificates())
    return lambda connection, name: context.wrap_socket(connection, server_hostname=name)


@cache
def endpoint() -> Endpoint:
    """Where the tables are."""
    url = urlsplit(settings.dynamodb_endpoint())
    is_secure = url.scheme == "https"
    return Endpoint(url.hostname or "", url.port or (443 if is_secure else 80), is_secure, url.netloc)


@cache
def _provider() -> Callable[[], Credentials]:
    """Gives the credentials that are valid now.

    A Lambda's are in its environment and hold as long as it lives. Any others are botocore's to find and to renew;
    to load it takes longer than all else that a new process does for its first click.
    """
    given = settings.given_credentials()
    if given:
        fixed = Credentials(*given)
        return lambda: fixed
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - see above
    from botocore.session import Session  # noqa: PLC0415 - see above

    try:
        found = Session().get_credentials()
    except BotoCoreError as error:
        raise Unanswered(str(error)) from error
    if found is None:
        message = "there are no AWS credentials"
        raise Unanswered(message)

    def current() -> Credentials:
        try:
            frozen = found.get_frozen_credentials()
        except (BotoCoreError, RuntimeError) as error:  # the latter: expired, and the new ones are too
            raise Unanswered(str(error)) from error
        return Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    return current


def forget() -> None:
    """Forgets connections, endpoint, certificates and credentials, for tests that move between tables."""
    while _idle:
        _idle.pop().close()
    endpoint.cache_clear()
    _secured.cache_clear()
    _provider.cache_clear()
