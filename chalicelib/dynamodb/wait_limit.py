"""How long requests to DynamoDB may wait: each for itself, or those of one click together."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_CLICK_SECONDS = 0.5
_FIRST_READ_SECONDS = 1.2
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
    with _visitor_waits(_CLICK_SECONDS):
        yield


@contextmanager
def first_read() -> Iterator[None]:
    """Limit all requests in the block together, apart from the others of the click: without them it fails at once."""
    with _visitor_waits(_FIRST_READ_SECONDS):
        yield


@contextmanager
def _visitor_waits(seconds: float) -> Iterator[None]:
    limit = WaitLimit(seconds=seconds, attempts=2, attempt_seconds=seconds / 2, longest_first_pause=0.01)
    token = _of_click.set(limit)
    try:
        yield
    finally:
        _of_click.reset(token)
