"""A clock for the schedule that works off tasks."""

from datetime import UTC, datetime, timedelta


def soon() -> datetime:
    """Return a time at which every task of the requests so far is due."""
    return datetime.now(UTC) + timedelta(minutes=1)
