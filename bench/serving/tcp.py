"""The minimum cost of a call: bytes sent and received over loopback TCP, without any processing.

Run as a module it is the server: it reads `sent` bytes, sends `received` bytes, and repeats.
"""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.processes import run_server

_SECONDS = 30


@contextmanager
def round_trips(sent: int, received: int) -> Iterator[Callable[[], None]]:
    """Yield a function that makes one round trip of these sizes, always on the same connection."""
    configuration = {"sent": sent, "received": received}
    with (
        run_server("bench.serving.tcp", configuration) as port,
        socket.create_connection(("127.0.0.1", port)) as connection,
    ):
        connection.settimeout(_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = b"x" * sent
        yield lambda: _round_trip(connection, data, received)


def _round_trip(connection: socket.socket, data: bytes, received: int) -> None:
    connection.sendall(data)
    receive(connection, received)


def receive(connection: socket.socket, size: int) -> bool:
    """Read `size` bytes. Return False if the peer has closed the connection."""
    while size > 0:
        size -= (got := len(connection.recv(size)))
        if not got:
            return False
    return True


def _main() -> None:
    configuration = json.loads(sys.stdin.readline())
    listener = socket.create_server(("127.0.0.1", 0))
    data = b"x" * configuration["received"]
    threading.Thread(target=_serve, args=(listener, configuration["sent"], data), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


def _serve(listener: socket.socket, sent: int, data: bytes) -> None:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while receive(connection, sent):
        connection.sendall(data)


if __name__ == "__main__":
    _main()
