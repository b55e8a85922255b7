from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from chalicelib.domain.timestamps import expiry_time, milliseconds, stored_timestamp, timestamp
from tests import strategies as some

NEPAL = timezone(timedelta(hours=5, minutes=45))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param(datetime(2026, 11, 4, 12, 30, tzinfo=UTC), "2026-11-04T12:30:00.000Z", id="whole second"),
        pytest.param(datetime(2026, 11, 4, 12, 30, 0, 123_999, UTC), "2026-11-04T12:30:00.123Z", id="truncated"),
        pytest.param(datetime(2026, 11, 1, tzinfo=NEPAL), "2026-10-31T18:15:00.000Z", id="another time zone"),
    ],
)
def test_timestamp_is_in_utc_to_the_millisecond(moment: datetime, text: str) -> None:
    assert timestamp(moment) == text


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), 0, id="epoch"),
        pytest.param(datetime(2026, 11, 4, 12, 30, 0, 123_999, UTC), 1_793_795_400_123, id="truncated"),
        pytest.param(datetime(2026, 11, 4, 18, 15, 0, 123_999, NEPAL), 1_793_795_400_123, id="another time zone"),
        pytest.param(datetime(1969, 12, 31, 23, 59, 59, 999_500, UTC), -1, id="before the epoch, rounded down"),
    ],
)
def test_milliseconds_are_counted_since_1970(moment: datetime, count: int) -> None:
    assert milliseconds(moment) == count


@given(some.times)
def test_timestamp_and_milliseconds_are_the_same_moment(moment: datetime) -> None:
    assert milliseconds(datetime.fromisoformat(timestamp(moment))) == milliseconds(moment)


@given(some.times)
def test_stored_time_is_shown_as_it_was(moment: datetime) -> None:
    assert stored_timestamp(milliseconds(moment)) == timestamp(moment)


def test_expiry_time_is_in_whole_seconds_since_1970() -> None:
    assert expiry_time(datetime(1970, 1, 3, 5, 45, 0, 999_999, NEPAL), 400) == (2 + 400) * 86_400
