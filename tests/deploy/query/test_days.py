from datetime import UTC, date, datetime

import pytest

from deploy.errors import CommandError
from deploy.query.days import Days, click_hours, conversion_hours, parse_days

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def test_default_is_the_last_seven_days() -> None:
    assert parse_days("", "", TODAY) == Days(date(2026, 11, 15), TODAY)
    assert parse_days("", "2026-11-10", TODAY) == Days(date(2026, 11, 4), date(2026, 11, 10))
    assert parse_days("2026-11-01", "", TODAY) == Days(date(2026, 11, 1), TODAY)


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        ("1 Nov", "", "FROM is not a day: 1 Nov. Write it as 2026-11-01."),
        ("", "2026-11-31", "TO is not a day: 2026-11-31. Write it as 2026-11-01."),
        (
            "2026-11-02",
            "2026-11-01",
            "FROM (2026-11-02) is after TO (2026-11-01). Set FROM to a day that is not after TO.",
        ),
        ("0001-01-01", "0001-01-02", "TO is not a day: 0001-01-02. Write it as 2026-11-01."),
        ("", "9999-12-31", "TO is not a day: 9999-12-31. Write it as 2026-11-01."),
        ("2000-01-01", "", "FROM and TO span more than 3,660 days. Ask for fewer days."),
    ],
)
def test_other_texts_are_refused(since: str, until: str, message: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_days(since, until, TODAY)
    assert str(refused.value) == message


def test_clicks_of_a_day_are_searched_in_26_hours() -> None:
    hours = click_hours(Days(date(2026, 11, 1), date(2026, 11, 1)), NOW)
    assert (len(hours), hours[0].isoformat(), hours[-1].isoformat()) == (
        26,
        "2026-10-31T23:00:00+00:00",
        "2026-11-02T00:00:00+00:00",
    )


def test_hours_end_an_hour_after_now() -> None:
    assert click_hours(Days(TODAY, TODAY), NOW)[-1].hour == 13
    assert click_hours(Days(date(2026, 12, 1), date(2026, 12, 1)), NOW) == []


def test_changes_of_conversions_are_searched_until_now() -> None:
    hours = conversion_hours(Days(date(2026, 11, 20), date(2026, 11, 20)), NOW)
    assert (hours[0].isoformat(), hours[-1].isoformat()) == ("2026-11-19T23:00:00+00:00", "2026-11-21T13:00:00+00:00")
