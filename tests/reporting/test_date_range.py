from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters import cells
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.date_range import Period, day_of, hour_of, month_of, resolve_range, validate_time, week_of
from tests.strategies import times

NOW = datetime(2026, 11, 21, 20, 40, 12, tzinfo=UTC)
DAYS = st.dates(date(2001, 1, 1), date(2037, 12, 31))
ZONES = st.sampled_from(
    ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Beirut"]
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("bounds", "timezone", "start", "end"),
    [
        pytest.param(("2026-11-01", "2026-11-20"), "UTC", utc(2026, 11, 1), utc(2026, 11, 21), id="days"),
        pytest.param(
            ("2026-11-01", "2026-11-01"),
            "Asia/Kolkata",
            utc(2026, 10, 31, 18, 30),
            utc(2026, 11, 1, 18, 30),
            id="local",
        ),
        pytest.param((None, None), "UTC", utc(2026, 11, 15), utc(2026, 11, 22), id="seven days with today"),
        pytest.param(
            (None, None),
            "Asia/Kolkata",
            utc(2026, 11, 15, 18, 30),
            utc(2026, 11, 22, 18, 30),
            id="today is local",
        ),
        pytest.param((None, "2026-11-10"), "UTC", utc(2026, 11, 4), utc(2026, 11, 11), id="seven days before the end"),
        pytest.param(("2026-11-20", None), "UTC", utc(2026, 11, 20), utc(2026, 11, 22), id="only a start"),
        pytest.param(
            ("2026-11-01T13:15:00Z", "2026-11-01T13:30:00+00:00"),
            "UTC",
            utc(2026, 11, 1, 13, 15),
            utc(2026, 11, 1, 13, 30),
            id="a quarter of an hour",
        ),
        pytest.param(
            ("2026-11-01", "2026-11-01T13:00:00+01:00"), "UTC", utc(2026, 11, 1), utc(2026, 11, 1, 12), id="day to time"
        ),
        pytest.param(
            ("2026-10-25", "2026-10-25"),
            "Europe/Berlin",
            utc(2026, 10, 24, 22),
            utc(2026, 10, 25, 23),
            id="a day of 25 hours",
        ),
        pytest.param(
            (None, "2026-10-25"),
            "Europe/Berlin",
            utc(2026, 10, 18, 22),
            utc(2026, 10, 25, 23),
            id="a week of 169 hours",
        ),
        pytest.param(
            ("2026-03-08", "2026-03-08"), "America/Havana", utc(2026, 3, 8, 5), utc(2026, 3, 9, 4), id="no midnight"
        ),
        pytest.param(
            ("2026-11-01", "2026-11-01"), "America/Havana", utc(2026, 11, 1, 4), utc(2026, 11, 2, 5), id="two midnights"
        ),
    ],
)
def test_range_is_local_days_or_exact_times(
    bounds: tuple[str | None, str | None], timezone: str, start: datetime, end: datetime
) -> None:
    assert resolve_range(bounds, timezone, NOW) == Period(start, end, timezone)


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param(("2026-11-02", "2026-11-01"), id="days"),
        pytest.param(("2026-11-22", None), id="from tomorrow to today"),
        pytest.param(("2026-11-01T13:00:00Z", "2026-11-01T13:00:00Z"), id="an empty range"),
        pytest.param(("2026-11-01T00:00:00Z", "2026-10-31"), id="time to day"),
    ],
)
def test_range_must_start_before_it_ends(bounds: tuple[str | None, str | None]) -> None:
    with pytest.raises(ValidationFailed) as raised:
        resolve_range(bounds, "UTC", NOW)
    assert raised.value.errors == (("/from", "must be before `to`"),)


def test_day_skipped_by_a_time_zone_change_is_empty() -> None:
    with pytest.raises(ValidationFailed):
        resolve_range(("2011-12-30", "2011-12-30"), "Pacific/Apia", NOW)


@pytest.mark.parametrize("text", ["2026-11-01", "2000-01-01", "2099-12-31", "2026-11-01T13:45:00+05:45"])
def test_valid_day_or_time_is_unchanged(text: str) -> None:
    assert validate_time(text) == text


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("yesterday", "must be a date or a time, for example 2026-11-01 or", id="no date"),
        pytest.param("2026-02-30", "must be a date or a time, for example 2026-11-01 or", id="an impossible day"),
        pytest.param("2026-11-01T13:00:00", "must include a UTC offset", id="no offset"),
        pytest.param("2026-11-01T13:05:00Z", "must be a multiple of 15 minutes", id="five past"),
        pytest.param("2026-11-01T13:00:00.5Z", "must be a multiple of 15 minutes", id="half a second past"),
        pytest.param("1999-12-31", "must be between 2000-01-01 and 2100-01-01", id="too early"),
        pytest.param("2100-01-01", "must be between", id="too late"),
        pytest.param("0001-01-01T00:00:00+14:00", "must be between", id="before year 1 in UTC"),
    ],
)
def test_invalid_day_or_time_is_rejected_with_a_reason(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        validate_time(text)


def test_quarter_hours_are_counted_from_1970() -> None:
    period = Period(utc(1970, 1, 1, 1), utc(1970, 1, 2))
    assert (period.first_quarter, period.end_quarter) == (4, 96)


def test_period_has_all_utc_days_that_it_overlaps() -> None:
    assert Period(utc(2026, 11, 1, 18, 30), utc(2026, 11, 3)).days == [date(2026, 11, 1), date(2026, 11, 2)]


def test_period_has_its_first_and_last_local_day() -> None:
    period = resolve_range(("2026-11-01", "2026-11-20"), "Asia/Kolkata", NOW)
    assert period.local_days == (date(2026, 11, 1), date(2026, 11, 20))


@pytest.mark.parametrize(("last", "is_long"), [("2026-02-04", False), ("2026-02-05", True)])
def test_more_than_400_days_are_too_long(last: str, is_long: bool) -> None:
    assert resolve_range(("2025-01-01", last), "UTC", NOW).is_long is is_long


def test_400_days_with_a_clock_change_are_not_too_long() -> None:
    assert not resolve_range(("2025-06-01", "2026-07-05"), "Europe/Berlin", NOW).is_long
    assert not resolve_range(("2024-09-28", "2025-11-01"), "Europe/Berlin", NOW).is_long


@given(DAYS, ZONES)
def test_quarter_hours_of_a_local_day_match_its_period(day: date, timezone: str) -> None:
    text = day.isoformat()
    period = resolve_range((text, text), timezone, NOW)
    quarters = range(period.first_quarter - 8, period.end_quarter + 8)
    inside = [quarter for quarter in quarters if day_of(quarter, timezone) == text]
    assert inside == list(range(period.first_quarter, period.end_quarter))


@pytest.mark.parametrize(
    ("at", "timezone", "hour"),
    [
        pytest.param(utc(2026, 11, 21, 7, 45), "UTC", "2026-11-21T07:00+00:00", id="UTC"),
        pytest.param(utc(2026, 11, 21, 7, 45), "Asia/Kolkata", "2026-11-21T13:00+05:30", id="half an hour off"),
        pytest.param(utc(2026, 10, 25, 0, 15), "Europe/Berlin", "2026-10-25T02:00+02:00", id="the hour twice: first"),
        pytest.param(utc(2026, 10, 25, 1, 15), "Europe/Berlin", "2026-10-25T02:00+01:00", id="the hour twice: second"),
    ],
)
def test_hour_is_local_with_its_offset(at: datetime, timezone: str, hour: str) -> None:
    assert hour_of(int(at.timestamp()) // 900, timezone) == hour


@given(times, ZONES)
def test_local_hour_has_at_most_four_quarter_hours_in_a_row(at: datetime, timezone: str) -> None:
    quarter = int(at.timestamp()) // 900
    start = datetime.fromisoformat(hour_of(quarter, timezone))
    assert timedelta() <= datetime.fromtimestamp(quarter * 900, UTC) - start < timedelta(hours=1)


@pytest.mark.parametrize(
    ("moment", "timezone", "week", "month"),
    [
        pytest.param(datetime(2026, 11, 23, tzinfo=UTC), "UTC", "2026-11-23", "2026-11", id="Monday"),
        pytest.param(datetime(2026, 11, 29, 23, 45, tzinfo=UTC), "UTC", "2026-11-23", "2026-11", id="Sunday"),
        pytest.param(
            datetime(2026, 11, 29, 20, tzinfo=UTC), "Asia/Kolkata", "2026-11-30", "2026-11", id="Monday there"
        ),
        pytest.param(datetime(2027, 1, 1, 4, tzinfo=UTC), "America/New_York", "2026-12-28", "2026-12", id="last year"),
    ],
)
def test_week_begins_on_the_local_monday(moment: datetime, timezone: str, week: str, month: str) -> None:
    quarter = cells.quarter_of(int(moment.timestamp() * 1000))
    assert (week_of(quarter, timezone), month_of(quarter, timezone)) == (week, month)
