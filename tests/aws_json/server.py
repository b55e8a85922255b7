"""A server on loopback that handles requests by a script and records them."""

import json
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any

PATIENCE = 10
"""Seconds after which a server stops waiting for a test that has failed."""

Step = Callable[[socket.socket, "Request"], bool]
"""Handles a request and returns whether the connection stays open."""


@dataclass(frozen=True, slots=True)
class Request:
    """A complete request."""

    head: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        lines = [line.partition(": ") for line in self.head.split("\r\n")[1:]]
        return {name.lower(): value for name, _, value in lines}

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Server:
    """Handles requests by `script`, then by `otherwise`; the first `unread` connections are reset unread."""

    url: str
    script: deque[Step] = field(default_factory=deque)
    otherwise: Step = field(default_factory=lambda: respond({}))
    unread: int = 0
    requests: list[Request] = field(default_factory=list)
    accepted: int = 0
    arrived: Condition = field(default_factory=Condition)
    tls: ssl.SSLContext | None = None

    def expect(self, *steps: Step) -> None:
        """Append steps for the next requests to the script."""
        self.script.extend(steps)

    def received(self, count: int) -> list[Request]:
        """Wait for at least `count` requests and return all: a client that timed out may be ahead of the server."""
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.requests) >= count, PATIENCE)
            return list(self.requests)

    def serve(self, connection: socket.socket, *, unread: bool) -> None:
        """Handle the requests of a connection until it ends."""
        with suppress(OSError), connection:
            if unread:
                _reset_when_closed(connection)
                return
            with self.tls.wrap_socket(connection, server_side=True) if self.tls else connection as stream:
                while self._step(stream):
                    pass

    def _step(self, connection: socket.socket) -> bool:
        request = read_request(connection)
        if request is None:
            return False
        step = self.script.popleft() if self.script else self.otherwise
        with self.arrived:
            self.requests.append(request)
            self.arrived.notify_all()
        return step(connection, request)


def read_request(connection: socket.socket) -> Request | None:
    """Return the next request, or None if the connection ends."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65_536)
        if not chunk:
            return None
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    request = Request(head.decode(), b"")
    content = bytearray(body)
    while len(content) < int(request.headers["content-length"]):
        chunk = connection.recv(1_000_000)
        if not chunk:
            return None
        content += chunk
    return Request(request.head, bytes(content))


def _reset_when_closed(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def raw(document: Any, status: int = 200, **headers: str) -> bytes:
    """Return the bytes of a response."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    values = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in values.items())
    return f"HTTP/1.1 {status} OK\r\n{lines}\r\n".encode() + body


# Steps


def respond(document: Any, status: int = 200, **headers: str) -> Step:
    def step(connection: socket.socket, request: Request) -> bool:
        connection.sendall(raw(document, status, **headers))
        return True

    return step


def reject(code: str, status: int = 400, **more: Any) -> Step:
    return respond({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "the reason", **more}, status)


def echo(connection: socket.socket, request: Request) -> bool:
    connection.sendall(raw(request.body))
    return True


def then_close(first: Step) -> Step:
    def step(connection: socket.socket, request: Request) -> bool:
        first(connection, request)
        return False

    return step


def cut(connection: socket.socket, request: Request) -> bool:
    """Send half a response, then close the connection."""
    connection.sendall(raw({"Item": {}})[:-5])
    return False


def close(connection: socket.socket, request: Request) -> bool:
    return False


def reset(connection: socket.socket, request: Request) -> bool:
    _reset_when_closed(connection)
    return False


def hang(connection: socket.socket, request: Request) -> bool:
    """Send nothing while the client waits."""
    connection.settimeout(PATIENCE)
    connection.recv(1)
    return False


BREAKS: Mapping[str, Step] = {"cut": cut, "closed": close, "reset": reset}
"""Faults of a connection after the whole request has arrived."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server, over TLS if a context is given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = Server(f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}", tls=tls)
        accepting = Thread(target=_accept, args=(listener, server))
        accepting.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listener: socket.socket, server: Server) -> None:
    threads: list[Thread] = []
    connections: list[socket.socket] = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.accepted += 1
        unread = server.accepted <= server.unread
        threads.append(Thread(target=server.serve, args=(connection,), kwargs={"unread": unread}))
        threads[-1].start()
        connections.append(connection)
    for connection in connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(PATIENCE)
