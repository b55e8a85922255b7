"""The subset of HTTP/1.1 that the JSON protocol uses: a POST of JSON, a response with `Content-Length`."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MAX_HEAD_BYTES = 65_536
_OK = 200


class ProtocolError(Exception):
    """The response is not one of AWS: not HTTP, without a length, or corrupted."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response, and whether the connection can be reused."""

    status: int
    document: Mapping[str, Any]
    keep_alive: bool

    @property
    def is_ok(self) -> bool:
        """Whether the request succeeded."""
        return self.status == _OK

    @property
    def code(self) -> str:
        """The error code: `ConditionalCheckFailedException`."""
        name = str(self.document.get("__type") or "")
        return name.rpartition("#")[2] or f"HTTP {self.status}"

    @property
    def message(self) -> str:
        """The error message."""
        return str(self.document.get("message") or self.document.get("Message") or "")


def encode_request(headers: Mapping[str, str], body: bytes) -> bytes:
    """Return the bytes of a request as one string, because two would be two packets."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"POST / HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode("ascii") + body


def decode_response(received: bytes | bytearray) -> HttpResponse | None:
    """Return the response, or None while a part of it is missing. Raises ProtocolError if it can never be one."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        if len(received) > _MAX_HEAD_BYTES:
            message = f"the response headers are larger than {_MAX_HEAD_BYTES} bytes"
            raise ProtocolError(message)
        return None
    status, headers = _decode_head(bytes(received[:end]))
    length = _content_length(headers)
    body = bytes(received[end + 4 : end + 4 + length])
    if len(body) < length:
        return None
    if len(received) > end + 4 + length:
        message = "there is data after the response"
        raise ProtocolError(message)
    keep_alive = headers.get(b"connection", b"").lower() != b"close"
    return HttpResponse(status, _decode_body(status, headers, body), keep_alive)


def _decode_head(head: bytes) -> tuple[int, dict[bytes, bytes]]:
    status_line, *lines = head.split(b"\r\n")
    version, _, rest = status_line.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        message = f"the response is not HTTP/1.x: {status_line[:80]!r}"
        raise ProtocolError(message)
    headers = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    return int(rest[:3]), headers


def _content_length(headers: Mapping[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"")
    if b"transfer-encoding" in headers or not length.isdigit():
        message = "the response has no valid Content-Length"
        raise ProtocolError(message)
    return int(length)


def _decode_body(status: int, headers: Mapping[bytes, bytes], body: bytes) -> Mapping[str, Any]:
    """Return the body's JSON object; empty for an error without one, because a proxy may answer with any text."""
    checksum = headers.get(b"x-amz-crc32")
    if checksum is not None and checksum != str(zlib.crc32(body)).encode():
        message = "the checksum of the response is wrong"
        raise ProtocolError(message)
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    if status == _OK:
        message = f"the response is not a JSON object: {body[:80]!r}"
        raise ProtocolError(message)
    return {}
