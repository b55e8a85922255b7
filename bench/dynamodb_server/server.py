"""The endpoint's process: HTTP/1.1 on loopback in front of tables in memory.

It reads one line of JSON from its standard input (`schema`, `items`, `latency_ms`), prints its port, and stops when
its standard input ends: with the process that started it, however that ends. Under `/-/` it tells what it counted;
those requests are not counted.
"""

import asyncio
import json
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bench.dynamodb_server.tables import Refused, Tables

_HEAD_END = b"\r\n\r\n"
_STATUS = {200: b"200 OK", 400: b"400 Bad Request", 404: b"404 Not Found"}
_ID = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOP"
"""As long as DynamoDB's request IDs."""


@dataclass(slots=True)
class Served:
    """The tables, how late every answer is, and what was counted by operation."""

    tables: Tables
    latency: float = 0.0
    requests: Counter[str] = field(default_factory=Counter)
    bytes_in: Counter[str] = field(default_factory=Counter)
    bytes_out: Counter[str] = field(default_factory=Counter)
    connections: int = 0

    def answer(self, head: bytes, body: bytes) -> tuple[bytes, bool]:
        """The whole answer to a request of DynamoDB's, or of the bench's own, and whether it is one of these."""
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/-/"):
            return self._told(path.removeprefix("/-/")), True
        operation = header(head, b"x-amz-target").decode().rpartition(".")[2]
        try:
            answer = whole(200, self.tables.call(operation, json.loads(body)))
        except Refused as refusal:
            answer = whole(400, refusal.document)
        self.requests[operation] += 1
        self.bytes_in[operation] += len(head) + len(_HEAD_END) + len(body)
        self.bytes_out[operation] += len(answer)
        return answer, False

    def _told(self, question: str) -> bytes:
        what, _, name = unquote(question).partition("/")
        if what == "items":
            return whole(200, self.tables.items(name))
        if what == "keys":
            return whole(200, self.tables.keys(name))
        if what == "traffic":
            counted = {"requests": self.requests, "bytes_in": self.bytes_in, "bytes_out": self.bytes_out}
            return whole(200, {**counted, "connections": self.connections})
        return whole(404, {"message": f"nothing is told of {question}"})


def header(head: bytes, name: bytes) -> bytes:
    """The value of a header (named in lower case); empty where there is none."""
    at = head.lower().find(b"\r\n" + name + b":")
    return head[at + len(name) + 3 :].partition(b"\r\n")[0].strip() if at >= 0 else b""


def whole(status: int, document: object) -> bytes:
    """A response as DynamoDB sends it: JSON with its CRC-32 and an ID of the request."""
    body = json.dumps(document, separators=(",", ":")).encode()
    return (
        b"HTTP/1.1 %b\r\nServer: Server\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
        b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
        b"x-amzn-RequestId: %b\r\nx-amz-crc32: %d\r\n\r\n%b"
    ) % (_STATUS[status], len(body), _ID, zlib.crc32(body), body)


class Connection(asyncio.Protocol):
    """One caller's connection: requests one after the other, in any split of packets."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP server's always is
        self._transport = transport
        self._served.connections += 1

    def data_received(self, data: bytes) -> None:
        self._held += data
        while request := self._whole_request():
            try:
                answer, is_told = self._served.answer(*request)
            except (KeyError, ValueError, IndexError) as error:
                answer, is_told = whole(400, {"__type": "SerializationException", "message": repr(error)}), True
            self._send(answer, 0.0 if is_told else self._served.latency)

    def _whole_request(self) -> tuple[bytes, bytes] | None:
        """The next request's head and body, if all of it is there."""
        head, found, rest = self._held.partition(_HEAD_END)
        length = int(header(head, b"content-length") or 0) if found else 0
        if not found or len(rest) < length:
            return None
        self._held = rest[length:]
        return head, rest[:length]

    def _send(self, answer: bytes, seconds: float) -> None:
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._transport.write, answer)
        else:
            self._transport.write(answer)


def served(configuration: dict[str, Any]) -> Served:
    """What the configuration asks to serve: `schema`, `items` by table and `latency_ms`."""
    tables = Tables(configuration["schema"])
    for name, items in configuration["items"].items():
        tables.load(name, items)
    return Served(tables, configuration["latency_ms"] / 1000)


async def main() -> None:
    """Serves until standard input ends."""
    loop = asyncio.get_running_loop()
    what = served(json.loads(sys.stdin.readline()))
    server = await loop.create_server(lambda: Connection(what), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
