"""Compress the answers of the API, as API Gateway does and the emulator does not."""

import gzip
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from deploy import paths

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_REFUSED = re.compile(rb"q=0(\.0*)?")


def minimum_size() -> int:
    """Return the smallest size in bytes of a body that API Gateway compresses, from `.chalice/config.json`."""
    size: int = json.loads((paths.ROOT / ".chalice" / "config.json").read_text())["minimum_compression_size"]
    return size


def accepts_gzip(headers: Headers) -> bool:
    """Return whether the caller's `Accept-Encoding` names gzip with a quality above 0."""
    accepted = b",".join(value for name, value in headers if name == b"accept-encoding")
    qualities = {name.strip(): quality for name, _, quality in (each.partition(b";") for each in accepted.split(b","))}
    return b"gzip" in qualities and not _REFUSED.fullmatch(qualities[b"gzip"].strip())


def compressing(send: Send, minimum: int) -> Send:
    """Wrap `send`: it collects the response, and sends a body of at least `minimum` bytes as gzip."""
    messages: list[Message] = []

    async def collected(message: Message) -> None:
        messages.append(message)
        if message["type"] != "http.response.body" or message.get("more_body", False):
            return
        start, *parts = messages
        body = b"".join(part.get("body", b"") for part in parts)
        if len(body) >= minimum:
            body = gzip.compress(body)
            start = {**start, "headers": _compressed(start["headers"], len(body))}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return collected


def _compressed(headers: Headers, size: int) -> Headers:
    replaced = {b"content-length", b"content-encoding"}
    others = [(name, value) for name, value in headers if name.lower() not in replaced]
    return [*others, (b"content-length", str(size).encode()), (b"content-encoding", b"gzip")]
