"""Retry schedule of a failed postback: eight attempts within a day, at increasing intervals."""

from datetime import timedelta

MAX_ATTEMPTS = 8
_DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=3),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=5),
    timedelta(hours=17),
)
_MAX_JITTER = 0.2


def retry_delay(attempt: int, jitter: float) -> timedelta | None:
    """Return the delay after the failed attempt number `attempt` (from 1), or None after the last one.

    `jitter` in [0, 1) shortens the delay by up to a fifth and never extends it, so all attempts fall within a day.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    return _DELAYS[attempt - 1] * (1 - _MAX_JITTER * jitter)
