"""The lean client with a scripted server, a controlled clock and no randomness."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from chalicelib.aws_json import connecting, transport
from chalicelib.dynamodb import client
from tests.aws_json.server import Server, serving


@dataclass(slots=True)
class Clock:
    """A clock that only advances when the client sleeps or a test sets it."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the lean client, which always waits the longest time."""
    clock = Clock()
    for module in (client, connecting, transport):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(client, "random", SimpleNamespace(uniform=lambda _, maximum: maximum))
    return clock


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[Server]:
    """The server that the lean client calls, with a time limit that a slow machine can meet."""
    monkeypatch.setattr(transport, "_RESPONSE_SECONDS", 60.0)
    with serving() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        transport.reset()
        yield server
        transport.reset()
