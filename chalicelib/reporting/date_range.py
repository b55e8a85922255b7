"""The range of a report: days or times in a time zone, resolved to quarter hours of UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from chalicelib.counters.cells import QUARTER_HOUR_MS, quarter_of
from chalicelib.http.problems import ValidationFailed

MAX_DAYS = 400
_DEFAULT_LENGTH = timedelta(days=7)
_CLOCK_CHANGE = timedelta(hours=1)
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)
"""Between these dates the UTC offset of every time zone is a multiple of 15 minutes."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """A range from `start` to `end` (exclusive), both UTC. Days and hours are local to `timezone`."""

    start: datetime
    end: datetime
    timezone: str = "UTC"

    @property
    def first_quarter(self) -> int:
        """Return the first quarter hour, counted from 1970."""
        return _quarter(self.start)

    @property
    def end_quarter(self) -> int:
        """Return the first quarter hour after the range."""
        return _quarter(self.end)

    @property
    def days(self) -> list[date]:
        """Return all UTC days that the range overlaps."""
        last = (self.end - timedelta(milliseconds=1)).date()
        return [self.start.date() + timedelta(days=n) for n in range((last - self.start.date()).days + 1)]

    @property
    def local_days(self) -> tuple[date, date]:
        """Return the first and last day in the time zone."""
        zone = ZoneInfo(self.timezone)
        last = self.end - timedelta(milliseconds=1)
        return self.start.astimezone(zone).date(), last.astimezone(zone).date()

    @property
    def is_long(self) -> bool:
        """Return whether the range is longer than a report may be."""
        return self.end - self.start > timedelta(days=MAX_DAYS) + _CLOCK_CHANGE


def _quarter(moment: datetime) -> int:
    return quarter_of(int(moment.timestamp()) * 1000)


def validate_time(text: str) -> str:
    """Return the text if it is a date or a time on a quarter hour, else raise `ValueError`."""
    day = _parse_time(text).date()
    if not _FIRST <= day < _LAST:
        message = f"must be between {_FIRST} and {_LAST}"
        raise ValueError(message)
    return text


def _parse_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = "must be a date or a time, for example 2026-11-01 or 2026-11-01T13:15:00Z"
        raise ValueError(message) from error
    if moment.tzinfo is None and not _DATE.fullmatch(text):
        message = "must include a UTC offset, for example 2026-11-01T13:15:00Z"
        raise ValueError(message)
    if not _DATE.fullmatch(text) and moment.timestamp() * 1000 % QUARTER_HOUR_MS:
        message = "must be a multiple of 15 minutes"
        raise ValueError(message)
    return moment


def resolve_range(bounds: tuple[str | None, str | None], timezone: str, now: datetime) -> Period:
    """Return the period of `from` and `to`: dates (`to` is inclusive) or times (`to` is exclusive).

    `to` defaults to today, `from` to seven days before the end. Raise `ValidationFailed` if the range is empty.
    """
    start, end = bounds
    zone = ZoneInfo(timezone)
    until = _end(end or now.astimezone(zone).date().isoformat(), zone)
    since = _start(start, zone) if start else _week_before(until, zone)
    if since >= until:
        raise ValidationFailed(("/from", "must be before `to`"))
    return Period(since, until, timezone)


def _start(text: str, zone: ZoneInfo) -> datetime:
    return _midnight(date.fromisoformat(text), zone) if _DATE.fullmatch(text) else _utc(text)


def _end(text: str, zone: ZoneInfo) -> datetime:
    if _DATE.fullmatch(text):
        return _midnight(date.fromisoformat(text) + timedelta(days=1), zone)
    return _utc(text)


def _week_before(until: datetime, zone: ZoneInfo) -> datetime:
    """Return the same local time seven days earlier."""
    return (until.astimezone(zone) - _DEFAULT_LENGTH).astimezone(UTC)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the start of a local day. If a clock change skips midnight, this is the time of the change."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@lru_cache(maxsize=100_000)
def day_of(quarter: int, timezone: str) -> str:
    """Return the local day of a quarter hour: `2026-11-21`."""
    return _local(quarter, timezone).date().isoformat()


@lru_cache(maxsize=100_000)
def hour_of(quarter: int, timezone: str) -> str:
    """Return the local hour of a quarter hour with its UTC offset, so that a repeated hour is not ambiguous."""
    return _local(quarter, timezone).replace(minute=0).isoformat(timespec="minutes")


@lru_cache(maxsize=100_000)
def week_of(quarter: int, timezone: str) -> str:
    """Return the Monday of the local week of a quarter hour: `2026-11-16`."""
    day = _local(quarter, timezone).date()
    return (day - timedelta(days=day.weekday())).isoformat()


@lru_cache(maxsize=100_000)
def month_of(quarter: int, timezone: str) -> str:
    """Return the local month of a quarter hour: `2026-11`."""
    return day_of(quarter, timezone)[:7]


def _local(quarter: int, timezone: str) -> datetime:
    return datetime.fromtimestamp(quarter * QUARTER_HOUR_MS // 1000, ZoneInfo(timezone))
