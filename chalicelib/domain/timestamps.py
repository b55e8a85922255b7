"""Times as text and as milliseconds."""

from datetime import UTC, datetime, timedelta

_DAY_SECONDS = 86_400
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(moment: datetime) -> str:
    """Return an aware time as documents write it: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stored_timestamp(stored: float) -> str:
    """Return a stored time, in milliseconds since 1970, as documents write it."""
    return timestamp(datetime.fromtimestamp(int(stored) / 1000, UTC))


def milliseconds(moment: datetime) -> int:
    """Return an aware time in whole milliseconds since 1970, as the tables store it."""
    return (moment - _EPOCH) // _MILLISECOND


def expiry_time(moment: datetime, days: int) -> int:
    """Return the time `days` after an aware time, in whole seconds since 1970, as TTL attributes are stored."""
    return int(moment.timestamp()) + days * _DAY_SECONDS
