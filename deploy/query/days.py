"""The UTC days of a query, and the hours of the archive that can hold their clicks and conversions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from deploy.errors import CommandError

_DEFAULT_DAYS = 7
_MAX_DAYS = 3_660
_YEARS = range(2000, 3000)
"""Years of a day that is not mistyped: the days around it are dates too."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The start of the first day."""
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The end (exclusive) of the last day."""
        return datetime(self.last.year, self.last.month, self.last.day, tzinfo=UTC) + timedelta(days=1)


def parse_days(since: str, until: str, today: date) -> Days:
    """Return the days between two days such as 2026-11-01; an empty text means seven days until today."""
    last = _parse(until, "TO") if until else today
    first = _parse(since, "FROM") if since else last - timedelta(days=_DEFAULT_DAYS - 1)
    if first > last:
        message = f"FROM ({first}) is after TO ({last}). Set FROM to a day that is not after TO."
        raise CommandError(message)
    if last - first >= timedelta(days=_MAX_DAYS):
        message = f"FROM and TO span more than {_MAX_DAYS:,} days. Ask for fewer days."
        raise CommandError(message)
    return Days(first, last)


def _parse(text: str, name: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        message = f"{name} is not a day: {text}. Write it as 2026-11-01."
        raise CommandError(message)
    return day


def click_hours(days: Days, now: datetime) -> list[datetime]:
    """Return the hours that hold the clicks of the days, and one more on each side.

    Objects are filed under the time at which the stream got their first click, not under the times of their clicks.
    """
    return _hours(days.start - _HOUR, min(days.end + _HOUR, now + _HOUR))


def conversion_hours(days: Days, now: datetime) -> list[datetime]:
    """Return the hours that hold all changes of conversions of the days: they may be decided at any time until now."""
    return _hours(days.start - _HOUR, now + _HOUR)


def _hours(start: datetime, end: datetime) -> list[datetime]:
    return [start + n * _HOUR for n in range(max(-((start - end) // _HOUR), 0))]
