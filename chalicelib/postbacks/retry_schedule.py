"""When a postback that failed is tried again: eight tries within a day, further and further apart."""

from datetime import timedelta

ATTEMPTS = 8
_WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=3),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=5),
    timedelta(hours=17),
)
_SPREAD = 0.2


def wait(attempt: int, jitter: float) -> timedelta | None:
    """How long to wait after the failed try `attempt` (from 1); None after the last one.

    `jitter` in [0, 1) takes up to a fifth off, never adds: so all eight tries fall within a day.
    """
    if attempt >= ATTEMPTS:
        return None
    return _WAITS[attempt - 1] * (1 - _SPREAD * jitter)
