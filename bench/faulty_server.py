"""A server on loopback that fails in one of the ways in which a table or a queue can fail."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, Lock, Thread
from typing import NamedTuple

from bench.dynamodb_server.server import header

_BACKLOG = 128
_CHUNK_BYTES = 65_536


class Fault(StrEnum):
    """How a server fails; in brackets whether the request was applied."""

    NONE = "works"
    THROTTLE = "throttles"  # no
    ERROR = "returns 500"  # no
    HANG = "hangs"  # no
    CUT = "cuts its answer"  # no
    CUT_AFTER_WRITE = "cuts after the write"  # yes
    REFUSE = "refuses connections"  # no


class Request(NamedTuple):
    """A complete request."""

    head: bytes
    body: bytes


Answer = Callable[[Request], bytes]
"""Applies a request and returns the bytes of the response."""

_THROTTLED = b'{"__type":"com.amazonaws#ThrottlingException","message":"Rate exceeded"}'
_BROKEN = b'{"__type":"com.amazonaws#InternalServerError","message":"Internal error"}'


@dataclass(slots=True)
class FaultyServer:
    """Answers by `answer` unless `fault` says otherwise. Its port stays the same."""

    answer: Answer
    port: int = 0
    fault: Fault = Fault.NONE
    _listener: socket.socket | None = None
    _connections: set[socket.socket] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _released: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        """The URL for clients."""
        return f"http://127.0.0.1:{self.port}"

    def fail_with(self, fault: Fault) -> None:
        """Fail in this way from now on. Open connections are closed."""
        self.stop()
        self.fault = fault
        if fault is not Fault.REFUSE:
            self.start()

    def start(self) -> None:
        """Listen on the port; the first time on any free one."""
        self._released = Event()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=_BACKLOG)
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Close the port and all connections."""
        self._released.set()
        if self._listener:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            for connection in self._connections:
                _reset(connection)
            self._connections.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._connections.add(connection)
                Thread(target=self._serve, args=(connection, self._released), daemon=True).start()

    def _serve(self, connection: socket.socket, released: Event) -> None:
        with suppress(OSError):
            while (request := read_request(connection)) and self._respond(connection, request, released):
                pass
        with self._lock:
            self._connections.discard(connection)
        connection.close()

    def _respond(self, connection: socket.socket, request: Request, released: Event) -> bool:
        """Handle a request; return whether the connection stays open."""
        match self.fault:
            case Fault.THROTTLE:
                connection.sendall(http_error(400, _THROTTLED))
            case Fault.ERROR:
                connection.sendall(http_error(500, _BROKEN))
            case Fault.HANG:
                released.wait()
            case Fault.CUT:
                connection.sendall(http_error(200, b"{}")[:-1])
            case Fault.CUT_AFTER_WRITE:
                self.answer(request)
            case _:
                connection.sendall(self.answer(request))
        return self.fault in {Fault.NONE, Fault.THROTTLE, Fault.ERROR}


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)


def http_error(status: int, body: bytes) -> bytes:
    """Return a response of any status with this body."""
    return b"HTTP/1.1 %d Status\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def read_request(connection: socket.socket) -> Request | None:
    """Return the next message with a head and a declared length; None if the connection ends."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(_CHUNK_BYTES)
        if not chunk:
            return None
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(header(head, b"content-length") or 0)
    while len(body) < length:
        chunk = connection.recv(_CHUNK_BYTES)
        if not chunk:
            return None
        body += chunk
    return Request(head, body)


@contextmanager
def faulty_server(answer: Answer) -> Iterator[FaultyServer]:
    """Run a server that works until it is told to fail."""
    server = FaultyServer(answer)
    server.start()
    try:
        yield server
    finally:
        server.stop()
