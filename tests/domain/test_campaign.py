from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.campaign import Cap, CapMetric, CapScope, CapWindow, Schedule, cap_from_document
from chalicelib.domain.goal import Goal, GoalCounts
from tests import strategies as some
from tests.builders import NOW, a_campaign, a_cap

zones = st.sampled_from(sorted(available_timezones()))
caps = st.builds(
    Cap,
    metric=st.sampled_from(CapMetric),
    window=st.sampled_from(CapWindow),
    limit=st.integers(1, 100).map(Decimal),
    scope=st.sampled_from(CapScope),
)


def test_schedule_without_rules_is_unrestricted() -> None:
    assert Schedule(timezone="Asia/Tokyo").is_unrestricted
    assert Schedule().is_active_at(NOW)


@pytest.mark.parametrize(
    "rule", [{"starts_at": NOW}, {"ends_at": NOW}, {"hours": frozenset({0})}, {"weekdays": frozenset({1})}]
)
def test_schedule_with_a_rule_is_not_unrestricted(rule: dict[str, Any]) -> None:
    assert not Schedule(**rule).is_unrestricted


@pytest.mark.parametrize(
    ("later", "is_active"),
    [
        pytest.param(timedelta(microseconds=-1), False, id="just before the start"),
        pytest.param(timedelta(0), True, id="at the start"),
        pytest.param(timedelta(hours=1, microseconds=-1), True, id="just before the end"),
        pytest.param(timedelta(hours=1), False, id="at the end"),
    ],
)
def test_schedule_includes_its_start_and_excludes_its_end(later: timedelta, *, is_active: bool) -> None:
    schedule = Schedule(starts_at=NOW, ends_at=NOW + timedelta(hours=1))

    assert schedule.is_active_at(NOW + later) is is_active


@pytest.mark.parametrize(
    ("rules", "now", "is_active"),
    [
        pytest.param({"hours": {14}}, datetime(2026, 7, 1, 12, 59, tzinfo=UTC), True, id="14h is 12h UTC in summer"),
        pytest.param({"hours": {14}}, datetime(2026, 7, 1, 13, 0, tzinfo=UTC), False, id="15h in summer"),
        pytest.param({"hours": {14}}, datetime(2026, 12, 1, 13, 59, tzinfo=UTC), True, id="14h is 13h UTC in winter"),
        pytest.param({"weekdays": {1}}, datetime(2026, 11, 1, 23, 0, tzinfo=UTC), True, id="Monday on UTC's Sunday"),
        pytest.param({"weekdays": {1}}, datetime(2026, 11, 2, 23, 0, tzinfo=UTC), False, id="Tuesday on UTC's Monday"),
        pytest.param({"weekdays": {7}}, datetime(2026, 11, 1, 12, 0, tzinfo=UTC), True, id="Sunday is 7"),
        pytest.param({"hours": {13}, "weekdays": {3}}, NOW, True, id="hour and weekday"),
        pytest.param({"hours": {14}, "weekdays": {3}}, NOW, False, id="weekday alone"),
        pytest.param({"hours": {13}, "weekdays": {4}}, NOW, False, id="hour alone"),
    ],
)
def test_hours_and_weekdays_are_local(rules: dict[str, Any], now: datetime, *, is_active: bool) -> None:
    lists: dict[str, Any] = {name: frozenset(values) for name, values in rules.items()}
    schedule = Schedule(timezone="Europe/Berlin", **lists)

    assert schedule.is_active_at(now) is is_active


@given(some.times | st.datetimes(datetime(1972, 2, 1), datetime(2019, 12, 31), timezones=st.just(UTC)), zones)  # noqa: DTZ001 - it adds UTC
def test_hours_and_weekdays_are_right_in_every_zone(now: datetime, zone: str) -> None:
    local = now.astimezone(ZoneInfo(zone))
    hour, weekday = frozenset({local.hour}), frozenset({local.isoweekday()})

    assert Schedule(timezone=zone, hours=hour, weekdays=weekday).is_active_at(now)
    assert not Schedule(timezone=zone, hours=frozenset(range(24)) - hour).is_active_at(now)
    assert not Schedule(timezone=zone, weekdays=frozenset(range(1, 8)) - weekday).is_active_at(now)


def test_clock_change_at_a_minute_past_the_hour_is_followed() -> None:
    # Until 2011 the summer time of Newfoundland began at 00:01 local, 03:31 in UTC.
    schedule = Schedule(timezone="America/St_Johns", hours=frozenset({0}))
    begin = datetime(2010, 3, 14, 3, 29, tzinfo=UTC)
    is_active = [schedule.is_active_at(begin + timedelta(seconds=30 * n)) for n in range(6)]

    assert is_active == [False, False, True, True, False, False]


def test_hour_skipped_by_the_clock_is_never_active_that_day() -> None:
    schedule = Schedule(timezone="Europe/Berlin", hours=frozenset({2}))
    minutes = [datetime(2026, 3, 29, tzinfo=UTC) + timedelta(minutes=n) for n in range(22 * 60)]

    assert not any(schedule.is_active_at(minute) for minute in minutes)


def test_hour_repeated_by_the_clock_is_active_twice_as_long() -> None:
    schedule = Schedule(timezone="Europe/Berlin", hours=frozenset({2}))
    minutes = [datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=n) for n in range(22 * 60)]

    assert sum(schedule.is_active_at(minute) for minute in minutes) == 120


# Goals


SALE = Goal("sale", payout=Decimal(5))


@pytest.mark.parametrize("event", [None, "", "default"])
def test_event_that_is_empty_or_default_reaches_the_default_goal(event: str | None) -> None:
    campaign = a_campaign(payout=Decimal(2), revenue_percent=Decimal(3), counts=GoalCounts.ONCE, goals=(SALE,))
    default = Goal("default", payout=Decimal(2), revenue_percent=Decimal(3), counts=GoalCounts.ONCE)
    assert campaign.goal_of(event) == default


def test_event_of_a_named_goal_reaches_it() -> None:
    assert a_campaign(goals=(Goal("install"), SALE)).goal_of("sale") == SALE


def test_other_event_of_a_campaign_with_named_goals_is_no_goal() -> None:
    assert a_campaign(goals=(SALE,)).goal_of("Sale") is None


def test_any_event_of_a_campaign_without_named_goals_reaches_the_default_goal() -> None:
    campaign = a_campaign(payout=Decimal(2))
    assert campaign.goal_of("level-9") == campaign.default_goal


@given(st.lists(caps, max_size=5), st.lists(caps.map(lambda cap: replace(cap, scope=CapScope.PUBLISHER)), max_size=5))
def test_publisher_caps_of_a_campaign_are_replaced_and_its_others_stay(campaigns: list[Cap], own: list[Cap]) -> None:
    limited = a_campaign(caps=tuple(campaigns)).with_publisher_caps(tuple(own))
    assert [cap for cap in limited.caps if cap.scope is CapScope.PUBLISHER] == own
    stay = [cap for cap in campaigns if cap.scope is CapScope.CAMPAIGN]
    assert [cap for cap in limited.caps if cap.scope is CapScope.CAMPAIGN] == stay


def test_cap_is_read_from_its_document() -> None:
    document = {"metric": "clicks", "window": "day", "limit": "5", "scope": "publisher", "timezone": "UTC"}
    assert cap_from_document(document) == a_cap(5, scope=CapScope.PUBLISHER)
