"""The endpoint's process: HTTP/1.1 on loopback in front of in-memory tables.

It reads one line of JSON from standard input (`schema`, `items`, `latency_ms`), prints its port, and stops when
standard input ends, that is, with its parent process. Paths below `/-/` return its counts and items; requests for them
are not counted.
"""

import asyncio
import json
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bench.dynamodb_server.tables import RequestError, Tables

_HEAD_END = b"\r\n\r\n"
_STATUS = {200: b"200 OK", 400: b"400 Bad Request", 404: b"404 Not Found"}
_ID = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOP"
"""A request ID of the same length as DynamoDB's."""


@dataclass(slots=True)
class Served:
    """The tables, the latency of responses in seconds, and counts by operation."""

    tables: Tables
    latency: float = 0.0
    requests: Counter[str] = field(default_factory=Counter)
    bytes_in: Counter[str] = field(default_factory=Counter)
    bytes_out: Counter[str] = field(default_factory=Counter)
    connections: int = 0

    def answer(self, head: bytes, body: bytes) -> tuple[bytes, bool]:
        """Return the complete response, and whether the request was for the benchmark, not for DynamoDB."""
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/-/"):
            return self._inspect(path.removeprefix("/-/")), True
        operation = header(head, b"x-amz-target").decode().rpartition(".")[2]
        try:
            response = http_response(200, self.tables.call(operation, json.loads(body)))
        except RequestError as error:
            response = http_response(400, error.document)
        self.requests[operation] += 1
        self.bytes_in[operation] += len(head) + len(_HEAD_END) + len(body)
        self.bytes_out[operation] += len(response)
        return response, False

    def _inspect(self, path: str) -> bytes:
        resource, _, name = unquote(path).partition("/")
        if resource == "items":
            return http_response(200, self.tables.items(name))
        if resource == "keys":
            return http_response(200, self.tables.keys(name))
        if resource == "traffic":
            counts = {"requests": self.requests, "bytes_in": self.bytes_in, "bytes_out": self.bytes_out}
            return http_response(200, {**counts, "connections": self.connections})
        return http_response(404, {"message": f"unknown resource {path}"})


def header(head: bytes, name: bytes) -> bytes:
    """Return the value of a header (name in lower case), or empty bytes."""
    start = head.lower().find(b"\r\n" + name + b":")
    return head[start + len(name) + 3 :].partition(b"\r\n")[0].strip() if start >= 0 else b""


def http_response(status: int, document: object) -> bytes:
    """Return a response as DynamoDB sends it: JSON with its CRC-32 and a request ID."""
    body = json.dumps(document, separators=(",", ":")).encode()
    return (
        b"HTTP/1.1 %b\r\nServer: Server\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
        b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
        b"x-amzn-RequestId: %b\r\nx-amz-crc32: %d\r\n\r\n%b"
    ) % (_STATUS[status], len(body), _ID, zlib.crc32(body), body)


class Connection(asyncio.Protocol):
    """One client connection: sequential requests, split into packets in any way."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP server's always is
        self._transport = transport
        self._served.connections += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while request := self._next_request():
            try:
                response, is_inspection = self._served.answer(*request)
            except (KeyError, ValueError, IndexError) as error:
                response, is_inspection = (
                    http_response(400, {"__type": "SerializationException", "message": repr(error)}),
                    True,
                )
            self._send(response, 0.0 if is_inspection else self._served.latency)

    def _next_request(self) -> tuple[bytes, bytes] | None:
        """Return head and body of the next request, or None if it is incomplete."""
        head, separator, rest = self._buffer.partition(_HEAD_END)
        length = int(header(head, b"content-length") or 0) if separator else 0
        if not separator or len(rest) < length:
            return None
        self._buffer = rest[length:]
        return head, rest[:length]

    def _send(self, response: bytes, seconds: float) -> None:
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._transport.write, response)
        else:
            self._transport.write(response)


def served(configuration: dict[str, Any]) -> Served:
    """Create the state from a configuration: `schema`, `items` by table and `latency_ms`."""
    tables = Tables(configuration["schema"])
    for name, items in configuration["items"].items():
        tables.load(name, items)
    return Served(tables, configuration["latency_ms"] / 1000)


async def main() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    state = served(json.loads(sys.stdin.readline()))
    server = await loop.create_server(lambda: Connection(state), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
