"""Waiting for what the stack does in its own time."""

import time
from collections.abc import Callable
from typing import TypeVar

from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS
from deploy.errors import CommandError

Seen = TypeVar("Seen")

SECONDS = 60.0
_BETWEEN_SECONDS = 0.25


def until(awaited: str, look: Callable[[], Seen | None]) -> Seen:
    """What `look` finds, once it finds anything; `Stop` where it has found nothing in a minute."""
    deadline = time.monotonic() + SECONDS
    while (seen := look()) is None:
        if time.monotonic() > deadline:
            message = f"{awaited}: not within {SECONDS:.0f} s; make logs shows why"
            raise CommandError(message)
        time.sleep(_BETWEEN_SECONDS)
    return seen


def until_everywhere() -> None:
    """Until what is in force now is what every click goes by: until then a process may believe what it read before."""
    time.sleep(ROUTE_CACHE_TTL_SECONDS)
