"""What each kind of API accepts of a request, and how it reads its path and query.

AWS documents what a REST API does with a query, and the size that an HTTP API accepts. It does not document paths: what
is here was captured by others. `docs/decisions/0049-two-doors.md` has the sources.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, quote_from_bytes, unquote

from local.asgi import AsgiScope

_NOT_IN_A_REST_QUERY = re.compile(rb"[{}|]")
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_MOST_BYTES = 10_240


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer of API Gateway itself: the request reaches no function."""

    status: HTTPStatus


def at_rest_api(scope: AsgiScope) -> AsgiScope | Refusal:
    """Return the request as a REST API reads it: the path stays encoded, and `;` separates parameters as `&` does.

    A brace or pipe that is not percent-encoded is refused.
    """
    query: bytes = scope["query_string"]
    if _NOT_IN_A_REST_QUERY.search(query):
        return Refusal(HTTPStatus.BAD_REQUEST)
    return {**scope, "path": scope["raw_path"].decode(), "query_string": _ascii(query.replace(b";", b"&"))}


def at_http_api(scope: AsgiScope) -> AsgiScope | Refusal:
    """Return the request as an HTTP API reads it: every query is accepted, and the path is decoded.

    Request line and headers have at most 10,240 bytes together.
    """
    if _size(scope) > _MOST_BYTES:
        return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    path = decoded_path(scope["raw_path"].decode())
    if path is None:
        return Refusal(HTTPStatus.BAD_REQUEST)
    # The emulator matches routes on a decoded path, and only if it is one line. `http_api` decodes it afterwards.
    encoded = quote(path)
    return {
        **scope,
        "path": encoded,
        "raw_path": quote(encoded).encode(),
        "query_string": _ascii(scope["query_string"]),
    }


def decoded_path(raw: str) -> str | None:
    """Return a path as an HTTP API decodes it: twice, and cut at a `?` that was encoded once. None if it is refused."""
    once = None if _MALFORMED.search(raw) else unquote(raw).partition("?")[0]
    return None if once is None or _MALFORMED.search(once) else unquote(once)


def _size(scope: AsgiScope) -> int:
    line = f"{scope['method']}  HTTP/1.1".encode() + scope["raw_path"] + b"?" + scope["query_string"]
    return len(line) + sum(len(value) for _, value in scope["headers"])


def _ascii(query: bytes) -> bytes:
    """Return the query with all bytes but those of ASCII percent-encoded: the emulator reads UTF-8 only."""
    return quote_from_bytes(query, safe=_ASCII).encode()
