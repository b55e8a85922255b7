from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.caps.windows import CapCounter, click_counters, conversion_counters, window
from chalicelib.domain.campaign import Cap, CapMetric, CapScope, CapWindow
from tests import strategies as some
from tests.builders import NOW, a_campaign, a_cap

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
ENDING = (CapWindow.HOUR, CapWindow.DAY, CapWindow.WEEK, CapWindow.MONTH)
CLOCK_CHANGES = {
    "Europe/Berlin": ["2026-03-29T01:00Z", "2026-10-25T01:00Z"],
    "America/New_York": ["2026-03-08T07:00Z", "2026-11-01T06:00Z"],
    "Australia/Lord_Howe": ["2026-04-04T15:00Z", "2026-10-03T15:30Z"],
    "Africa/Cairo": ["2026-04-23T22:00Z", "2026-10-29T21:00Z"],
    "America/Havana": ["2026-03-08T05:00Z", "2026-11-01T05:00Z"],
    "Pacific/Chatham": ["2026-04-04T14:00Z", "2026-09-26T14:00Z"],
}


def _bounds(length: CapWindow, zone: str, now: datetime) -> tuple[datetime, datetime]:
    start, end = window(a_cap(window=length, timezone=zone), now)
    assert start
    assert end
    return start, end


def _tiles(zone: str, length: CapWindow) -> bool:
    """Return whether each moment around the zone's clock changes is in exactly one window."""
    quarters = [timedelta(minutes=15 * n) for n in range(-30 * 4, 30 * 4)]
    moments = [datetime.fromisoformat(change) + quarter for change in CLOCK_CHANGES[zone] for quarter in quarters]
    bounds = [_bounds(length, zone, now) for now in moments]
    inside = all(start <= now < end for now, (start, end) in zip(moments, bounds, strict=True))
    return inside and all(earlier[1] <= later[0] for earlier, later in pairwise(sorted(set(bounds))))


@pytest.mark.parametrize(
    ("length", "zone", "now", "bounds"),
    [
        pytest.param("hour", "UTC", "2026-11-04T12:30Z", ("2026-11-04T12:00Z", "2026-11-04T13:00Z"), id="hour"),
        pytest.param(
            "hour",
            "Asia/Kathmandu",
            "2026-11-04T12:30Z",
            ("2026-11-04T12:15Z", "2026-11-04T13:15Z"),
            id="hour in Kathmandu",
        ),
        pytest.param(
            "hour",
            "Australia/Lord_Howe",
            "2026-04-04T14:59Z",
            ("2026-04-04T14:00Z", "2026-04-04T15:00Z"),
            id="hour on Lord Howe before the clock falls back by half an hour",
        ),
        pytest.param(
            "hour",
            "Australia/Lord_Howe",
            "2026-04-04T15:00Z",
            ("2026-04-04T15:00Z", "2026-04-04T15:30Z"),
            id="half hour after it",
        ),
        pytest.param("day", "UTC", "2026-11-04T12:30Z", ("2026-11-04T00:00Z", "2026-11-05T00:00Z"), id="day"),
        pytest.param(
            "day",
            "Asia/Kathmandu",
            "2026-11-04T18:15Z",
            ("2026-11-04T18:15Z", "2026-11-05T18:15Z"),
            id="day in Kathmandu",
        ),
        pytest.param(
            "day",
            "Europe/Berlin",
            "2026-03-29T12:00Z",
            ("2026-03-28T23:00Z", "2026-03-29T22:00Z"),
            id="day of 23 hours",
        ),
        pytest.param(
            "day",
            "Europe/Berlin",
            "2026-10-25T12:00Z",
            ("2026-10-24T22:00Z", "2026-10-25T23:00Z"),
            id="day of 25 hours",
        ),
        pytest.param(
            "day",
            "Australia/Lord_Howe",
            "2026-10-04T00:00Z",
            ("2026-10-03T13:30Z", "2026-10-04T13:00Z"),
            id="day of 23.5 hours",
        ),
        pytest.param(
            "day",
            "Africa/Cairo",
            "2026-04-24T12:00Z",
            ("2026-04-23T22:00Z", "2026-04-24T21:00Z"),
            id="day without midnight",
        ),
        pytest.param(
            "day",
            "America/Havana",
            "2026-11-01T12:00Z",
            ("2026-11-01T04:00Z", "2026-11-02T05:00Z"),
            id="day with two midnights",
        ),
        pytest.param("week", "UTC", "2026-11-04T12:30Z", ("2026-11-02T00:00Z", "2026-11-09T00:00Z"), id="week"),
        pytest.param("week", "UTC", "2026-11-02T00:00Z", ("2026-11-02T00:00Z", "2026-11-09T00:00Z"), id="Monday"),
        pytest.param("week", "UTC", "2026-11-01T23:59Z", ("2026-10-26T00:00Z", "2026-11-02T00:00Z"), id="Sunday"),
        pytest.param(
            "week",
            "America/New_York",
            "2026-11-03T00:00Z",
            ("2026-11-02T05:00Z", "2026-11-09T05:00Z"),
            id="week in New York",
        ),
        pytest.param("month", "UTC", "2026-11-30T23:59Z", ("2026-11-01T00:00Z", "2026-12-01T00:00Z"), id="month"),
        pytest.param("month", "UTC", "2028-02-29T12:00Z", ("2028-02-01T00:00Z", "2028-03-01T00:00Z"), id="leap year"),
        pytest.param("month", "UTC", "2026-12-31T12:00Z", ("2026-12-01T00:00Z", "2027-01-01T00:00Z"), id="December"),
        pytest.param(
            "month",
            "Europe/Berlin",
            "2026-03-31T21:59Z",
            ("2026-02-28T23:00Z", "2026-03-31T22:00Z"),
            id="March in Berlin",
        ),
    ],
)
def test_window_starts_and_ends_in_its_time_zone(length: str, zone: str, now: str, bounds: tuple[str, str]) -> None:
    start, end = (datetime.fromisoformat(bound) for bound in bounds)

    assert _bounds(CapWindow(length), zone, datetime.fromisoformat(now)) == (start, end)


def test_total_cap_has_no_window() -> None:
    assert window(a_cap(window=CapWindow.TOTAL), NOW) == (None, None)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("length", ENDING)
@given(some.times)
def test_now_is_in_its_window(zone: str, length: CapWindow, now: datetime) -> None:
    start, end = _bounds(length, zone, now)

    assert start <= now < end


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("length", ENDING)
@given(some.times)
def test_consecutive_windows_have_no_gap_or_overlap(zone: str, length: CapWindow, now: datetime) -> None:
    start, end = _bounds(length, zone, now)

    assert _bounds(length, zone, start) == (start, end)
    assert _bounds(length, zone, end - timedelta(microseconds=1)) == (start, end)
    assert _bounds(length, zone, end)[0] == end


@pytest.mark.parametrize("zone", CLOCK_CHANGES)
@pytest.mark.parametrize("length", ENDING)
def test_windows_have_no_gap_or_overlap_at_clock_changes(zone: str, length: CapWindow) -> None:
    assert _tiles(zone, length)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("length", ENDING)
@given(some.times)
def test_all_seconds_of_a_minute_share_a_window(zone: str, length: CapWindow, now: datetime) -> None:
    assert _bounds(length, zone, now) == _bounds(length, zone, now.replace(second=0, microsecond=0))


@pytest.mark.parametrize("zone", ZONES)
@given(some.times)
def test_day_starts_at_local_midnight(zone: str, now: datetime) -> None:
    start, _ = _bounds(CapWindow.DAY, zone, now)

    assert start.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S.%f") == "00:00:00.000000"


def test_click_counts_under_each_click_cap() -> None:
    caps = (
        a_cap(40, timezone="Europe/Berlin"),
        a_cap(9, metric=CapMetric.CONVERSIONS),
        a_cap(10, window=CapWindow.HOUR, scope=CapScope.PUBLISHER),
        a_cap(1000, window=CapWindow.TOTAL),
    )

    assert click_counters(a_campaign("cmp_1", caps=caps), "pub_1", NOW) == (
        CapCounter("cmp_1|clicks|day|Europe/Berlin|1793746800|*", 40, datetime(2026, 11, 6, 23, tzinfo=UTC)),
        CapCounter("cmp_1|clicks|hour|UTC|1793793600|pub_1", 10, datetime(2026, 11, 6, 13, tzinfo=UTC)),
        CapCounter("cmp_1|clicks|total|UTC|ever|*", 1000, None),
    )


def test_click_without_click_caps_counts_nowhere() -> None:
    assert click_counters(a_campaign(caps=(a_cap(metric=CapMetric.REVENUE),)), "pub_1", NOW) == ()


def test_conversion_counts_under_each_cap_on_conversions_and_money() -> None:
    caps = (
        a_cap(40),
        a_cap(9, metric=CapMetric.CONVERSIONS, timezone="Europe/Berlin"),
        Cap(CapMetric.PAYOUT, CapWindow.HOUR, Decimal("10.000001"), CapScope.PUBLISHER),
        a_cap(1000, metric=CapMetric.REVENUE, window=CapWindow.TOTAL),
    )
    ends = (datetime(2026, 11, 6, 23, tzinfo=UTC), datetime(2026, 11, 6, 13, tzinfo=UTC))

    assert conversion_counters(a_campaign("cmp_1", caps=caps), "pub_1", NOW) == (
        CapCounter("cmp_1|conversions|day|Europe/Berlin|1793746800|*", 9, ends[0], CapMetric.CONVERSIONS),
        CapCounter("cmp_1|payout|hour|UTC|1793793600|pub_1", 10_000_001, ends[1], CapMetric.PAYOUT),
        CapCounter("cmp_1|revenue|total|UTC|ever|*", 1_000_000_000, None, CapMetric.REVENUE),
    )


def test_conversion_does_not_count_under_a_click_cap() -> None:
    assert conversion_counters(a_campaign(caps=(a_cap(),)), "pub_1", NOW) == ()


@given(some.times, some.times, st.sampled_from(ENDING), st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]))
def test_clicks_share_a_counter_if_and_only_if_they_share_a_window(
    first: datetime, second: datetime, length: CapWindow, zone: str
) -> None:
    campaign = a_campaign(caps=(a_cap(window=length, timezone=zone),))
    (counter,), (another,) = (click_counters(campaign, "pub_1", now) for now in (first, second))

    assert (counter.key == another.key) is (_bounds(length, zone, first) == _bounds(length, zone, second))


def test_publishers_share_a_cap_of_scope_campaign_only() -> None:
    def keys(scope: CapScope) -> set[str]:
        campaign = a_campaign(caps=(a_cap(scope=scope),))
        publishers = ("pub_1", "pub_2")
        return {counter.key for publisher in publishers for counter in click_counters(campaign, publisher, NOW)}

    assert (len(keys(CapScope.CAMPAIGN)), len(keys(CapScope.PUBLISHER))) == (1, 2)


@given(some.times, st.sampled_from(ENDING), st.sampled_from(ZONES))
def test_counter_expires_two_days_after_its_window(now: datetime, length: CapWindow, zone: str) -> None:
    campaign = a_campaign(caps=(a_cap(window=length, timezone=zone),))
    (counter,) = click_counters(campaign, "pub_1", now)

    assert counter.expires_at == _bounds(length, zone, now)[1] + timedelta(days=2)
