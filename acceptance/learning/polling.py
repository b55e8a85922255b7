"""Wait for asynchronous effects in the stack."""

import time
from collections.abc import Callable
from typing import TypeVar

from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS
from deploy.errors import CommandError

Polled = TypeVar("Polled")

SECONDS = 60.0
_POLL_SECONDS = 0.25


def wait_until(description: str, poll: Callable[[], Polled | None]) -> Polled:
    """Return the first result of `poll` that is not None. Raise CommandError after a minute without one."""
    deadline = time.monotonic() + SECONDS
    while (result := poll()) is None:
        if time.monotonic() > deadline:
            message = f"Timed out after {SECONDS:.0f} s: {description}. See `make logs`."
            raise CommandError(message)
        time.sleep(_POLL_SECONDS)
    return result


def wait_for_route_caches() -> None:
    """Wait until the route caches of all processes have expired, so that every click uses the current route."""
    time.sleep(ROUTE_CACHE_TTL_SECONDS)
