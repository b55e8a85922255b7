"""As much of HTTP/1.1 as DynamoDB speaks: a POST of JSON, an answer whose length is told."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST_HEAD = 65_536
_OK = 200


class ProtocolError(Exception):
    """The answer is no answer of DynamoDB's: not HTTP, of no told length, or damaged on the way."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What was answered, and whether the connection can be used again."""

    status: int
    document: Mapping[str, Any]
    keep_alive: bool

    @property
    def is_good(self) -> bool:
        """Whether it did what it was asked."""
        return self.status == _OK

    @property
    def code(self) -> str:
        """The error's name: `ConditionalCheckFailedException`."""
        name = str(self.document.get("__type") or "")
        return name.rpartition("#")[2] or f"HTTP {self.status}"

    @property
    def message(self) -> str:
        """What it says of the error."""
        return str(self.document.get("message") or self.document.get("Message") or "")


def request(headers: Mapping[str, str], body: bytes) -> bytes:
    """The request as it goes over the wire, in one piece: two would be two packets."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"POST / HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode("ascii") + body


def answer(received: bytes | bytearray) -> HttpResponse | None:
    """The answer, None as long as a part of it is missing. Raises Unreadable for what can never become one."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        if len(received) > _LONGEST_HEAD:
            message = "an endless head"
            raise ProtocolError(message)
        return None
    status, headers = _head(bytes(received[:end]))
    length = _length(headers)
    body = bytes(received[end + 4 : end + 4 + length])
    if len(body) < length:
        return None
    if len(received) > end + 4 + length:
        message = "more than was asked for"
        raise ProtocolError(message)
    return HttpResponse(status, _document(status, headers, body), headers.get(b"connection", b"").lower() != b"close")


def _head(head: bytes) -> tuple[int, dict[bytes, bytes]]:
    first, *lines = head.split(b"\r\n")
    version, _, rest = first.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        message = f"no HTTP: {first[:80]!r}"
        raise ProtocolError(message)
    headers = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    return int(rest[:3]), headers


def _length(headers: Mapping[bytes, bytes]) -> int:
    told = headers.get(b"content-length", b"")
    if b"transfer-encoding" in headers or not told.isdigit():
        message = "the length of the answer is not told"
        raise ProtocolError(message)
    return int(told)


def _document(status: int, headers: Mapping[bytes, bytes], body: bytes) -> Mapping[str, Any]:
    """The body's JSON object. Of an error it may be anything, as a proxy on the way answers in words of its own."""
    checksum = headers.get(b"x-amz-crc32")
    if checksum is not None and checksum != str(zlib.crc32(body)).encode():
        message = "the checksum differs"
        raise ProtocolError(message)
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    if status == _OK:
        message = f"no JSON object: {body[:80]!r}"
        raise ProtocolError(message)
    return {}
