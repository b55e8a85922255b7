"""How long requests to DynamoDB may wait: each for itself, or those of one click together."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_AFTER_FAILURE = 0.1
"""Seconds left for the other requests of a click once one has failed: the table probably fails them too."""


@dataclass(slots=True)
class WaitLimit:
    """The limits of the next requests, in seconds: for all of them, for one attempt, and for the first pause.

    `attempts` is for each request. It belongs to one thread.
    """

    seconds: float = 3.0
    attempts: int = 4
    attempt_seconds: float = 3.0
    longest_first_pause: float = 0.04
    has_failed: bool = False

    def spend(self, seconds: float) -> None:
        """Subtract what a request or a pause took."""
        self.seconds -= seconds
        if self.has_failed:
            self.seconds = min(self.seconds, _AFTER_FAILURE)


_of_click: ContextVar[WaitLimit | None] = ContextVar("_of_click", default=None)


def current() -> WaitLimit:
    """Return the limit of the click that this thread is serving, or outside of a click one for a single request."""
    return _of_click.get() or WaitLimit()


def is_click() -> bool:
    """Return whether this thread is serving a click."""
    return _of_click.get() is not None


@contextmanager
def one_click() -> Iterator[None]:
    """Limit all requests in the block together: a visitor is waiting. Each is sent again at most once, and soon."""
    with _limit(WaitLimit(seconds=0.5, attempts=2, attempt_seconds=0.25, longest_first_pause=0.01)):
        yield


@contextmanager
def first_read() -> Iterator[None]:
    """Limit all requests in the block together, apart from the others of the click: without them it fails at once."""
    with _limit(WaitLimit(seconds=1.2, attempts=2, attempt_seconds=0.6, longest_first_pause=0.01)):
        yield


@contextmanager
def _limit(limit: WaitLimit) -> Iterator[None]:
    token = _of_click.set(limit)
    try:
        yield
    finally:
        _of_click.reset(token)
