"""The range of a report: days or times of one time zone, in quarters of an hour of UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from chalicelib.counters.cells import QUARTER_HOUR_MS, quarter_of
from chalicelib.http.problems import ValidationFailed

MAX_DAYS = 400
_ORDINARY = timedelta(days=7)
_CLOCK_CHANGE = timedelta(hours=1)
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)
"""Between these every clock stands whole quarters of an hour from UTC."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, not including, a later `end`, both UTC; days and hours are those of `timezone`."""

    start: datetime
    end: datetime
    timezone: str = "UTC"

    @property
    def first(self) -> int:
        """The first quarter of an hour in it, counted from 1970."""
        return _quarter(self.start)

    @property
    def past(self) -> int:
        """The first quarter of an hour after it."""
        return _quarter(self.end)

    @property
    def days(self) -> list[date]:
        """The UTC days that it touches."""
        last = (self.end - timedelta(milliseconds=1)).date()
        return [self.start.date() + timedelta(days=n) for n in range((last - self.start.date()).days + 1)]

    @property
    def local_days(self) -> tuple[date, date]:
        """Its first and last day in its time zone."""
        zone = ZoneInfo(self.timezone)
        last = self.end - timedelta(milliseconds=1)
        return self.start.astimezone(zone).date(), last.astimezone(zone).date()

    @property
    def is_long(self) -> bool:
        """Whether it is longer than any report may be."""
        return self.end - self.start > timedelta(days=MAX_DAYS) + _CLOCK_CHANGE


def _quarter(moment: datetime) -> int:
    return quarter_of(int(moment.timestamp()) * 1000)


def validate_time(text: str) -> str:
    """The text, if it is a date or a time that `resolved` takes; else ValueError says why not."""
    day = date.fromisoformat(text) if _DATE.fullmatch(text) else _checked_time(text).date()
    if not _FIRST <= day < _LAST:
        message = f"must lie between {_FIRST} and {_LAST}"
        raise ValueError(message)
    return text


def _checked_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = "must be a date such as 2026-11-01, or a time such as 2026-11-01T13:15:00Z"
        raise ValueError(message) from error
    if moment.tzinfo is None:
        message = "must say its offset from UTC, such as 2026-11-01T13:15:00Z"
        raise ValueError(message)
    if moment.timestamp() * 1000 % QUARTER_HOUR_MS:
        message = "must stand on a quarter of an hour"
        raise ValueError(message)
    return moment


def resolve_range(given: tuple[str | None, str | None], timezone: str, now: datetime) -> Period:
    """The period of `from` and `to`: dates are whole days (`to` included), times are exact (`to` left out).

    Without `to` it ends with today, without `from` it is the seven days up to its end. Raises `Invalid`
    where nothing lies between them.
    """
    start, end = given
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
    """Seven local days earlier, at the same local time."""
    return (until.astimezone(zone) - _ORDINARY).astimezone(UTC)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the local day begins: at the jump itself where the clock jumps over midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@lru_cache(maxsize=100_000)
def day_of(quarter: int, timezone: str) -> str:
    """The local day of a quarter: `2026-11-21`."""
    return _local(quarter, timezone).date().isoformat()


@lru_cache(maxsize=100_000)
def hour_of(quarter: int, timezone: str) -> str:
    """The local hour of a quarter with its offset, which tells the two hours apart that a clock shows twice."""
    return _local(quarter, timezone).replace(minute=0).isoformat(timespec="minutes")


def _local(quarter: int, timezone: str) -> datetime:
    return datetime.fromtimestamp(quarter * QUARTER_HOUR_MS // 1000, ZoneInfo(timezone))
