"""Connecting in one time limit: names, several addresses, hosts that do not answer."""

import socket
import time
from collections.abc import Iterator
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.aws_json import connecting
from tests.aws_json.server import PATIENCE


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def an_address(port: int, host: str = "127.0.0.1") -> connecting.AddressInfo:
    return (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def resolve_to(monkeypatch: pytest.MonkeyPatch, *found: connecting.AddressInfo) -> None:
    monkeypatch.setattr(connecting, "_look_up", lambda *_: list(found))


def soon() -> float:
    return time.monotonic() + PATIENCE


def test_host_is_connected_by_its_name(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with connecting.connect("localhost", port, soon()) as connection:
        assert connection.getpeername()[1] == port


def test_next_address_is_tried_if_one_refuses(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    port = listener.getsockname()[1]
    resolve_to(monkeypatch, an_address(closed_port()), an_address(port))
    with connecting.connect("host", port, soon()) as connection:
        assert connection.getpeername()[1] == port


def test_address_for_which_the_system_has_no_sockets_is_passed_over(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.getsockname()[1]
    no_such_family = (socket.AF_INET6, socket.SOCK_STREAM, 99, "", ("::1", port, 0, 0))
    resolve_to(monkeypatch, no_such_family, an_address(port))
    with connecting.connect("host", port, soon()) as connection:
        assert connection.getpeername()[1] == port


def test_host_whose_addresses_all_refuse_raises_the_last_error(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, an_address(closed_port()), an_address(closed_port()))
    with pytest.raises(ConnectionRefusedError):
        connecting.connect("host", 1, soon())


def test_host_without_addresses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch)
    with pytest.raises(OSError, match="host has no address"):
        connecting.connect("host", 1, soon())


class Silent:
    """A socket whose peer never answers: connecting takes its whole time limit."""

    def __init__(self, clock: SimpleNamespace, limits: list[float]) -> None:
        self.clock, self.limits = clock, limits

    def settimeout(self, seconds: float) -> None:
        self.limits.append(seconds)

    def connect(self, _: object) -> None:
        self.clock.now += self.limits[-1]
        raise TimeoutError

    def close(self) -> None:
        pass


def test_silent_addresses_share_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    clock.monotonic = lambda: clock.now
    limits = list[float]()
    silent: Any = SimpleNamespace(socket=lambda *_: Silent(clock, limits))
    resolve_to(monkeypatch, *[an_address(1)] * 3)
    monkeypatch.setattr(connecting, "time", clock)
    monkeypatch.setattr(connecting, "socket", silent)
    with pytest.raises(TimeoutError):
        connecting.connect("host", 1, 100.3)
    assert limits == pytest.approx([0.1, 0.1, 0.1])
    assert clock.now == pytest.approx(100.3)


def test_name_that_is_not_resolved_in_time_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    test_ended = Event()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: test_ended.wait(PATIENCE))
        with pytest.raises(TimeoutError, match="the address of host was not found in time"):
            connecting.connect("host", 1, time.monotonic() + 0.02)
        test_ended.set()


@pytest.mark.parametrize(
    "failure", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")], ids=["none", "bad"]
)
def test_name_that_cannot_be_resolved_is_an_error(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", fail)
        with pytest.raises(OSError, match=r"^host: .*(not known|too long)"):
            connecting.connect("host", 1, soon())
