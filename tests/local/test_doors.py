import asyncio
import gzip
import re
from collections.abc import MutableMapping
from types import SimpleNamespace
from typing import Any

import pytest

from local import http_api
from local.asgi import AsgiScope, Receive, Send
from local.doors import accept_raw_bytes, both_doors, with_connecting_address

LONG = b"x" * 2_000
CALL: dict[str, Any] = {
    "type": "http",
    "method": "GET",
    "raw_path": b"/s/abcde12345",
    "path": "/s/abcde12345",
    "query_string": b"",
    "headers": [(b"host", b"abc.execute-api.localhost:4566"), (b"accept-encoding", b"gzip")],
    "client": ("127.0.0.1", 5000),
}


def answered(scope: AsgiScope, *, is_rest: bool) -> tuple[int, dict[bytes, bytes], bytes, list[AsgiScope]]:
    """Return status, headers and body of the answer, and the requests that reached the emulator."""
    reached: list[AsgiScope] = []
    sent: list[MutableMapping[str, Any]] = []

    async def emulator(read: AsgiScope, _: Receive, send: Send) -> None:
        reached.append(http_api.request.get())
        assert http_api.request.get() == read
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": LONG})

    async def nothing() -> MutableMapping[str, Any]:
        return {}

    async def collect(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def call() -> None:
        await both_doors(emulator, lambda _: is_rest)(scope, nothing, collect)

    asyncio.run(call())
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"], reached


def test_forged_forwarded_for_is_replaced_by_the_connecting_address() -> None:
    forged = {**CALL, "headers": [(b"x-forwarded-for", b"8.8.8.8")]}
    assert with_connecting_address(forged)["headers"] == [(b"x-forwarded-for", b"127.0.0.1")]
    for is_rest in (True, False):
        *_, (reached,) = answered(forged, is_rest=is_rest)
        assert reached["headers"] == [(b"x-forwarded-for", b"127.0.0.1")]


def test_only_the_rest_api_compresses_its_answers() -> None:
    _, headers, body, _ = answered(CALL, is_rest=True)
    assert (headers[b"content-encoding"], gzip.decompress(body)) == (b"gzip", LONG)
    _, headers, body, _ = answered(CALL, is_rest=False)
    assert (headers, body) == ({b"content-type": b"text/plain"}, LONG)
    _, headers, body, _ = answered({**CALL, "headers": []}, is_rest=True)
    assert (headers, body) == ({b"content-type": b"text/plain"}, LONG)


def test_unexpanded_macro_reaches_a_function_through_the_http_api_only() -> None:
    hostile = {**CALL, "query_string": b"sub1={clickid}"}
    status, headers, body, reached = answered(hostile, is_rest=True)
    assert (status, body, reached) == (400, b'{"message": "Bad Request"}', [])
    assert headers == {b"content-type": b"application/json", b"content-length": b"26"}
    *_, (read,) = answered(hostile, is_rest=False)
    assert read["query_string"] == b"sub1={clickid}"


@pytest.mark.parametrize(
    ("target", "is_accepted"),
    [
        (b"/s/abcde12345?sub1={x}|y", True),
        ("/s/abcde12345?sub1=é".encode(), True),
        (b"/s/abcde12345?sub1=\xff?z", True),
        (b"/s/abcde12345?", True),
        (b"*", True),
        ("/s/é".encode(), False),
        (b"/s/abcde12345?sub1=a b", False),
        (b"/s/abcde12345?sub1=\x00", False),
        (b"", False),
    ],
)
def test_server_reads_a_query_of_any_bytes_but_white_space(target: bytes, is_accepted: bool) -> None:
    grammar = SimpleNamespace(request_target="[!-~]+", request_line="(?P<method>[A-Z]+) (?P<target>[!-~]+) HTTP/1[.]1")
    readers, events = SimpleNamespace(), SimpleNamespace()
    accept_raw_bytes(grammar, readers, events)
    line: re.Match[bytes] | None = readers.request_line_re.fullmatch(b"GET " + target + b" HTTP/1.1")
    assert (bool(line), bool(events.request_target_re.fullmatch(target))) == (is_accepted, is_accepted)
    assert line is None or line["target"] == target
