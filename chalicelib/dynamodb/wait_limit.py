"""How long requests to DynamoDB may wait: each for itself, or those of one click together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from chalicelib import settings

P = ParamSpec("P")
R = TypeVar("R")

_FIRST_READ = 2.4
_AFTER_FAILURE = 0.2
"""The times of a first read, and of the other requests of a click once one has failed, as parts of the click's time.

A table that has failed one request will probably fail the others.
"""


@dataclass(slots=True)
class WaitLimit:
    """The limits of the next requests, in seconds: for all of them, for one attempt, and for the first pause.

    `attempts` is for each request. It belongs to one thread.
    """

    seconds: float = 3.0
    attempts: int = 4
    attempt_seconds: float = 3.0
    longest_first_pause: float = 0.04
    seconds_after_failure: float = 3.0
    has_failed: bool = False

    def spend(self, seconds: float) -> None:
        """Subtract what a request or a pause took."""
        self.seconds -= seconds
        if self.has_failed:
            self.seconds = min(self.seconds, self.seconds_after_failure)


_of_click: ContextVar[WaitLimit | None] = ContextVar("_of_click", default=None)


@cache
def click_seconds() -> float:
    """Return the seconds that all requests of a click may take together; read once, because it is on every click."""
    return settings.click_seconds()


def current() -> WaitLimit:
    """Return the limit of the click that this thread is serving, or outside of a click one for a single request."""
    return _of_click.get() or WaitLimit()


def is_click() -> bool:
    """Return whether this thread is serving a click."""
    return _of_click.get() is not None


def one_click(view: Callable[P, R]) -> Callable[P, R]:
    """Limit all requests of a call of the view together: a visitor is waiting. Each is sent again once, and soon."""

    @wraps(view)
    def limited(*arguments: P.args, **named: P.kwargs) -> R:
        # Not a context manager, which would cost more on every click.
        token = _of_click.set(_limit(click_seconds()))
        try:
            return view(*arguments, **named)
        finally:
            _of_click.reset(token)

    return limited


@contextmanager
def first_read() -> Iterator[None]:
    """Limit all requests in the block together, apart from the others of the click: without them it fails at once."""
    token = _of_click.set(_limit(_FIRST_READ * click_seconds()))
    try:
        yield
    finally:
        _of_click.reset(token)


def _limit(seconds: float) -> WaitLimit:
    return WaitLimit(seconds, 2, seconds / 2, 0.01, _AFTER_FAILURE * seconds)
