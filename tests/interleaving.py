"""Invocations of Lambdas whose calls to AWS are interleaved in a given order, and which are killed at a given call."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient


class Killed(BaseException):
    """The process dies here."""


class Invocation:
    """One invocation, which waits for its turn before each call to AWS.

    It is killed at call number `kill_at` (0: never): after it was carried out if `carried_out`, else before.
    """

    def __init__(self, work: Callable[[], Any], kill_at: int = 0, *, carried_out: bool = False) -> None:
        self._work, self._kill_at, self._carried_out = work, kill_at, carried_out
        self._calls, self._turn, self._paused = 0, threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run)
        self.has_ended = False
        self.is_complete = False
        self.error: Exception | None = None

    def start(self) -> None:
        """Run up to the first call."""
        self._thread.start()
        self._paused.acquire()

    def advance(self) -> None:
        """Make one call, and run up to the next one or to the end."""
        self._turn.release()
        self._paused.acquire()

    def call(self, make: Callable[[], Any]) -> Any:
        """Make a call when it is this invocation's turn."""
        self._paused.release()
        self._turn.acquire()
        self._calls += 1
        if self._calls == self._kill_at and not self._carried_out:
            raise Killed
        response = make()
        if self._calls == self._kill_at:
            raise Killed
        return response

    def _run(self) -> None:
        _current.invocation = self
        try:
            self._work()
            self.is_complete = True
        except Killed:
            pass
        except Exception as error:  # noqa: BLE001 - raised in the thread of the test
            self.error = error
        self.has_ended = True
        self._paused.release()


_current = threading.local()


@contextmanager
def interleaved_calls() -> Iterator[None]:
    """Let every call to AWS by an invocation wait for its turn."""
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def waiting(self: Any, operation: str, parameters: Any) -> Any:
        invocation = getattr(_current, "invocation", None)
        return (
            invocation.call(lambda: call(self, operation, parameters))
            if invocation
            else call(self, operation, parameters)
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", waiting)
        yield


def run(invocations: Sequence[Invocation], order: Iterable[int]) -> None:
    """Run the invocations to their ends: the next call is that of the next one in `order`, then of the first left."""
    for invocation in invocations:
        invocation.start()
    turns = iter(order)
    while running := [invocation for invocation in invocations if not invocation.has_ended]:
        running[next(turns, 0) % len(running)].advance()
    for invocation in invocations:
        if invocation.error:
            raise invocation.error
