"""The lean client, led to a scripted server, on a clock and with dice of the test's own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from chalicelib.dynamodb import client, transport
from tests.dynamodb.server import Server, serving


@dataclass(slots=True)
class Clock:
    """A clock that only waits move on, and whoever turns it."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The lean client's time; it waits as long as it may."""
    clock = Clock()
    for module in (client, transport):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(client, "random", SimpleNamespace(uniform=lambda _, longest: longest))
    return clock


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[Server]:
    """The server that the lean client calls; it has as much time as this machine needs."""
    monkeypatch.setattr(transport, "_ANSWER_SECONDS", 60.0)
    with serving() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        transport.reset()
        yield server
        transport.reset()
