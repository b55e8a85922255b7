import asyncio
import gzip
from collections.abc import MutableMapping
from typing import Any

import pytest

from local.compression import accepts_gzip, compressing, minimum_size

Sent = list[MutableMapping[str, Any]]


def _sent(*parts: bytes, headers: list[tuple[bytes, bytes]]) -> Sent:
    """Return what is sent of a response of these parts, with compression from 10 bytes on."""
    sent: Sent = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def respond() -> None:
        wrapped = compressing(send, 10)
        await wrapped({"type": "http.response.start", "status": 200, "headers": headers})
        for n, part in enumerate(parts, 1):
            await wrapped({"type": "http.response.body", "body": part, "more_body": n < len(parts)})

    asyncio.run(respond())
    return sent


def test_body_of_the_minimum_size_is_compressed() -> None:
    start, body = _sent(b"01234", b"56789", headers=[(b"Content-Length", b"10"), (b"ETag", b"1")])

    assert gzip.decompress(body["body"]) == b"0123456789"
    size = str(len(body["body"])).encode()
    assert start["headers"] == [(b"ETag", b"1"), (b"content-length", size), (b"content-encoding", b"gzip")]


def test_smaller_body_is_sent_as_it_is() -> None:
    start, body = _sent(b"012345678", headers=[(b"Content-Length", b"9")])

    assert (start["headers"], body["body"]) == ([(b"Content-Length", b"9")], b"012345678")


@pytest.mark.parametrize(
    ("header", "accepts"),
    [
        (b"gzip", True),
        (b"br, gzip;q=0.5", True),
        (b"br", False),
        (b"", False),
        (b"xgzip", False),
        (b"gzip; q=0, br", False),
        (b"gzip;q=0.0", False),
        (b"gzip;q=0.01", True),
    ],
)
def test_only_a_caller_that_accepts_gzip_gets_it(header: bytes, *, accepts: bool) -> None:
    assert accepts_gzip([(b"accept-encoding", header)]) is accepts


def test_minimum_size_is_that_of_api_gateway() -> None:
    assert minimum_size() == 1024
