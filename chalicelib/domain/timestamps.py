"""Times as text and as milliseconds."""

from datetime import UTC, datetime, timedelta


def timestamp(moment: datetime) -> str:
    """The moment as documents write it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    """The aware time as the tables keep it: whole milliseconds since 1970."""
    return (moment - _BEGINNING) // _MILLISECOND


_MILLISECOND = timedelta(milliseconds=1)


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
