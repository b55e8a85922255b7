"""The time that uplift and replay look at."""

from datetime import datetime, timedelta

from chalicelib.counters.cells import QUARTER_HOUR_MS
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.time_range import TimeRangeQuery
from chalicelib.reporting.date_range import Period

MAX_DAYS = 92
_ORDINARY = timedelta(days=7)
_LONGEST = timedelta(days=MAX_DAYS)
_QUARTER = timedelta(milliseconds=QUARTER_HOUR_MS)
_BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00Z")
_OLDEST = datetime.fromisoformat("2000-01-01T00:00:00Z")


def period(span: TimeRangeQuery, now: datetime) -> Period:
    """The whole quarters of an hour that the span touches, up to now; by default the last seven days.

    Raises `Invalid` where nothing lies in it, or more than 92 days.
    """
    since, until = span.clamp(_OLDEST, now, _ORDINARY)
    if since >= until:
        raise ValidationFailed(("/from", "must be in the past"))
    found = Period(since - (since - _BEGINNING) % _QUARTER, until + (_BEGINNING - until) % _QUARTER)
    if found.end - found.start > _LONGEST + _QUARTER:
        raise ValidationFailed(("/from", f"must be at most {MAX_DAYS} days before `to`"))
    return found
