"""The least that a call can cost: bytes there and bytes back over loopback TCP, nothing looked at.

As a module of its own it is the other side: it reads `asked` bytes, sends `answered`, and so on.
"""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.processes import serving

_SECONDS = 30


@contextmanager
def round_trips(asked: int, answered: int) -> Iterator[Callable[[], None]]:
    """A round trip of that many bytes there and back, on one connection, to call as often as one likes."""
    configuration = {"asked": asked, "answered": answered}
    with serving("bench.serving.tcp", configuration) as port, socket.create_connection(("127.0.0.1", port)) as there:
        there.settimeout(_SECONDS)
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = b"x" * asked
        yield lambda: _there_and_back(there, data, answered)


def _there_and_back(there: socket.socket, data: bytes, answered: int) -> None:
    there.sendall(data)
    receive(there, answered)


def receive(there: socket.socket, size: int) -> bool:
    """Reads that many bytes; False where the other side has ended."""
    while size > 0:
        size -= (got := len(there.recv(size)))
        if not got:
            return False
    return True


def _main() -> None:
    wanted = json.loads(sys.stdin.readline())
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_answer, args=(listener, wanted["asked"], b"x" * wanted["answered"]), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


def _answer(listener: socket.socket, asked: int, data: bytes) -> None:
    there, _ = listener.accept()
    there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while receive(there, asked):
        there.sendall(data)


if __name__ == "__main__":
    _main()
