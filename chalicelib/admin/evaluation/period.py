"""Time range of uplift and replay."""

from datetime import datetime, timedelta

from chalicelib.counters.cells import QUARTER_HOUR_MS
from chalicelib.domain.timestamps import timestamp
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.time_range import TimeRangeQuery
from chalicelib.reporting.date_range import Period

MAX_DAYS = 92
_DEFAULT_RANGE = timedelta(days=7)
_MAX_RANGE = timedelta(days=MAX_DAYS)
_QUARTER_HOUR = timedelta(milliseconds=QUARTER_HOUR_MS)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")
_OLDEST = datetime.fromisoformat("2000-01-01T00:00:00Z")


def evaluation_period(query: TimeRangeQuery, now: datetime) -> Period:
    """Return the range extended to whole quarter-hours and limited to now; by default the last seven days.

    Raise `ValidationFailed` if it is empty, in the future or longer than 92 days.
    """
    since, until = query.clamp(_OLDEST, now, _DEFAULT_RANGE)
    if since >= until:
        raise ValidationFailed(("/from", "must be in the past"))
    period = Period(since - (since - _EPOCH) % _QUARTER_HOUR, until + (_EPOCH - until) % _QUARTER_HOUR)
    if period.end - period.start > _MAX_RANGE + _QUARTER_HOUR:
        raise ValidationFailed(("/from", f"must be at most {MAX_DAYS} days before `to`"))
    return period


def replay_period(query: TimeRangeQuery, kept_from: datetime, now: datetime) -> Period:
    """Return the range of a replay: that of `evaluation_period`, without the time from which clicks have expired.

    The clicks that are left of that time are no sample of all: they have a long attribution window. Raise
    `ValidationFailed` if nothing is left of the range.
    """
    period = evaluation_period(query, now)
    start = kept_from + (_EPOCH - kept_from) % _QUARTER_HOUR
    if period.end <= start:
        reach = timestamp(start)
        raise ValidationFailed(("/to", f"must be after {reach}, since when all clicks are stored. Query the archive."))
    return Period(max(period.start, start), period.end)
