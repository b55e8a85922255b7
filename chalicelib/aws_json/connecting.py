"""TCP connections to a host by its name, in a time limit for looking up the name and trying all its addresses.

`socket.create_connection` has its limit for each address, and looking up a name has none.
"""

import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

AddressInfo = tuple[int, int, int, str, Any]
"""As `socket.getaddrinfo` returns it: family, type, protocol, name, address."""


def connect(hostname: str, port: int, deadline: float) -> socket.socket:
    """Return a connection to the first address of the host that answers. Raises OSError, at the latest at `deadline`.

    `deadline` is of `time.monotonic()`. Each address has an equal share of the time that is left.
    """
    found = _look_up(hostname, port, _seconds_until(deadline))
    error = OSError(f"{hostname} has no address")
    for tried, address in enumerate(found):
        try:
            return _connect_to(address, _seconds_until(deadline) / (len(found) - tried))
        except OSError as failure:
            error = failure
    raise error


def _connect_to(info: AddressInfo, seconds: float) -> socket.socket:
    """Return a connection to one address. Raise OSError, also if the system has no sockets for it: without IPv6."""
    family, kind, protocol, _, address = info
    connection = socket.socket(family, kind, protocol)
    try:
        connection.settimeout(seconds)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _seconds_until(deadline: float) -> float:
    """Return the seconds until the deadline, at least 1 ms."""
    return max(0.001, deadline - time.monotonic())


def _look_up(hostname: str, port: int, seconds: float) -> Sequence[AddressInfo]:
    """Return the addresses of a host; in a thread, because the system's function has no time limit."""
    answers: list[Sequence[AddressInfo] | OSError] = []

    def look_up() -> None:
        try:
            answers.append(socket.getaddrinfo(hostname, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.append(OSError(f"{hostname}: {error}"))

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answers:
        message = f"the address of {hostname} was not found in time"
        raise TimeoutError(message)
    if isinstance(answers[0], OSError):
        raise answers[0]
    return answers[0]
