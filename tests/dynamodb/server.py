"""A server on loopback that does with each request what a script says, and notes what arrives."""

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
"""Seconds after which a server that waits for a test gives up: the test has failed then."""

Step = Callable[[socket.socket, "Request"], bool]
"""What is done with a request; whether the connection stays open."""


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived, as a whole."""

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
    """`script` is taken step by step, then `otherwise` for ever; so many connections are reset `unread` first."""

    url: str
    script: deque[Step] = field(default_factory=deque)
    otherwise: Step = field(default_factory=lambda: answers({}))
    unread: int = 0
    requests: list[Request] = field(default_factory=list)
    accepted: int = 0
    came: Condition = field(default_factory=Condition)
    secured: ssl.SSLContext | None = None

    def says(self, *steps: Step) -> None:
        """What is done with the next requests."""
        self.script.extend(steps)

    def received(self, count: int) -> list[Request]:
        """The requests so far, so many at least: who has given up waiting may be ahead of what arrives."""
        with self.came:
            self.came.wait_for(lambda: len(self.requests) >= count, PATIENCE)
            return list(self.requests)

    def serve(self, connection: socket.socket, *, unread: bool) -> None:
        """What becomes of a connection, until it ends."""
        with suppress(OSError), connection:
            if unread:
                _reset_when_closed(connection)
                return
            with self.secured.wrap_socket(connection, server_side=True) if self.secured else connection as plain:
                while self._step(plain):
                    pass

    def _step(self, connection: socket.socket) -> bool:
        request = arrived(connection)
        if request is None:
            return False
        step = self.script.popleft() if self.script else self.otherwise
        with self.came:
            self.requests.append(request)
            self.came.notify_all()
        return step(connection, request)


def arrived(connection: socket.socket) -> Request | None:
    """The next request, None where the connection ends instead."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65_536)
        if not piece:
            return None
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    request = Request(head.decode(), b"")
    whole = bytearray(body)
    while len(whole) < int(request.headers["content-length"]):
        piece = connection.recv(1_000_000)
        if not piece:
            return None
        whole += piece
    return Request(request.head, bytes(whole))


def _reset_when_closed(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def raw(document: Any, status: int = 200, **headers: str) -> bytes:
    """An answer as it goes over the wire."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + body


# Steps


def answers(document: Any, status: int = 200, **headers: str) -> Step:
    def step(connection: socket.socket, request: Request) -> bool:
        connection.sendall(raw(document, status, **headers))
        return True

    return step


def refuses(code: str, status: int = 400, **more: Any) -> Step:
    return answers({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "said why", **more}, status)


def echoes(connection: socket.socket, request: Request) -> bool:
    connection.sendall(raw(request.body))
    return True


def then_closes(first: Step) -> Step:
    def step(connection: socket.socket, request: Request) -> bool:
        first(connection, request)
        return False

    return step


def cuts(connection: socket.socket, request: Request) -> bool:
    """Half an answer, then the end."""
    connection.sendall(raw({"Item": {}})[:-5])
    return False


def closes(connection: socket.socket, request: Request) -> bool:
    return False


def resets(connection: socket.socket, request: Request) -> bool:
    _reset_when_closed(connection)
    return False


def hangs(connection: socket.socket, request: Request) -> bool:
    """Says nothing as long as the other side waits."""
    connection.settimeout(PATIENCE)
    connection.recv(1)
    return False


BREAKS: Mapping[str, Step] = {"cut": cuts, "closed": closes, "reset": resets}
"""What may become of a connection when the request is there as a whole."""


@contextmanager
def serving(secured: ssl.SSLContext | None = None) -> Iterator[Server]:
    """The server, with its own TLS where it is `secured`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = Server(f"https://localhost:{port}" if secured else f"http://127.0.0.1:{port}", secured=secured)
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
