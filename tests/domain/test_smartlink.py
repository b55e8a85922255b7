from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import campaign, click, publisher, smartlink
from chalicelib.domain import visitor as domain_visitor
from chalicelib.domain.campaign import Schedule
from chalicelib.domain.click import RejectionReason
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Device, OperatingSystem, Visitor
from tests import strategies as some
from tests.builders import NOW, a_visitor

UNKNOWN = Visitor()
zones = st.sampled_from(sorted(available_timezones()))
WORDS: dict[type[StrEnum], str] = {
    domain_visitor.Device: "mobile tablet desktop",
    domain_visitor.OperatingSystem: "ios android windows macos linux chromeos other",
    campaign.CampaignStatus: "active paused archived",
    smartlink.SmartlinkStatus: "active paused deleted",
    smartlink.Visibility: "ask public private",
    smartlink.Rotation: "weighted optimized",
    smartlink.OptimizationGoal: "epc profit revenue conversion_rate",
    smartlink.OfferAccess: "grant respect",
    smartlink.PoolChangePolicy: "keep reset",
    publisher.ApplicationStatus: "pending approved declined",
    publisher.PublisherStatus: "active suspended",
    campaign.CapMetric: "clicks conversions payout revenue",
    campaign.CapWindow: "hour day week month total",
    campaign.CapScope: "campaign publisher",
    campaign.DuplicateIdentity: "ip_ua",
    click.RejectionReason: (
        "disabled campaign_paused schedule not_approved country region device os browser language source bot "
        "duplicate cap lower_tier"
    ),
    click.Outcome: "offer catch_all fail_url fallback paused no_offer",
    click.ExperimentArm: "weighted optimized holdout",
}


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.__name__)
def test_the_words_are_those_of_the_contract(words: type[StrEnum]) -> None:
    assert [word.value for word in words] == WORDS[words].split()


@given(some.visitors, some.sources)
def test_open_targeting_accepts_every_visitor(visitor: Visitor, source: str | None) -> None:
    assert Targeting().rejection(visitor, source) is None


@pytest.mark.parametrize(
    ("targeting", "refusal"),
    [
        pytest.param(Targeting(countries=frozenset({"GB"})), RejectionReason.COUNTRY, id="another country"),
        pytest.param(Targeting(exclude_countries=frozenset({"US"})), RejectionReason.COUNTRY, id="an excluded country"),
        pytest.param(Targeting(regions=frozenset({"US-NY"})), RejectionReason.REGION, id="another region"),
        pytest.param(Targeting(devices=frozenset({Device.TABLET})), RejectionReason.DEVICE, id="another device"),
        pytest.param(Targeting(os=frozenset({OperatingSystem.ANDROID})), RejectionReason.OS, id="another system"),
        pytest.param(Targeting(browsers=frozenset({"chrome"})), RejectionReason.BROWSER, id="another browser"),
        pytest.param(Targeting(languages=frozenset({"de"})), RejectionReason.LANGUAGE, id="another language"),
        pytest.param(Targeting(sources=frozenset({"blog"})), RejectionReason.SOURCE, id="another source"),
        pytest.param(Targeting(exclude_sources=frozenset({"news"})), RejectionReason.SOURCE, id="an excluded source"),
        pytest.param(Targeting(exclude_bots=True), RejectionReason.BOT, id="a bot"),
    ],
)
def test_each_rule_refuses_with_its_own_reason(targeting: Targeting, refusal: RejectionReason) -> None:
    visitor = a_visitor(is_bot=True)

    assert targeting.rejection(visitor, "news") is refusal


@pytest.mark.parametrize(
    "targeting",
    [
        pytest.param(Targeting(countries=frozenset({"US", "GB"})), id="country"),
        pytest.param(Targeting(exclude_countries=frozenset({"GB"})), id="country not excluded"),
        pytest.param(Targeting(regions=frozenset({"US-CA"})), id="region"),
        pytest.param(Targeting(devices=frozenset({"mobile"})), id="device, by its word"),
        pytest.param(Targeting(os=frozenset({"ios"})), id="system, by its word"),
        pytest.param(Targeting(browsers=frozenset({"safari"})), id="browser"),
        pytest.param(Targeting(languages=frozenset({"en"})), id="language"),
        pytest.param(Targeting(sources=frozenset({"news"})), id="source"),
        pytest.param(Targeting(exclude_sources=frozenset({"blog"})), id="source not excluded"),
        pytest.param(Targeting(exclude_bots=True), id="no bot"),
    ],
)
def test_each_rule_lets_through_whom_it_names(targeting: Targeting) -> None:
    assert targeting.rejection(a_visitor(), "news") is None


@pytest.mark.parametrize(
    ("targeting", "refusal"),
    [
        pytest.param(Targeting(countries=frozenset({"US"})), RejectionReason.COUNTRY, id="include countries"),
        pytest.param(Targeting(exclude_countries=frozenset({"US"})), None, id="exclude countries"),
        pytest.param(Targeting(regions=frozenset({"US-CA"})), RejectionReason.REGION, id="regions"),
        pytest.param(Targeting(browsers=frozenset({"safari"})), RejectionReason.BROWSER, id="browsers"),
        pytest.param(Targeting(languages=frozenset({"en"})), RejectionReason.LANGUAGE, id="languages"),
        pytest.param(Targeting(sources=frozenset({"news"})), RejectionReason.SOURCE, id="include sources"),
        pytest.param(Targeting(exclude_sources=frozenset({"news"})), None, id="exclude sources"),
    ],
)
def test_what_is_unknown_matches_no_list(targeting: Targeting, refusal: RejectionReason | None) -> None:
    assert targeting.rejection(UNKNOWN, None) is refusal


@given(some.visitors, some.sources)
def test_an_empty_set_means_nobody(visitor: Visitor, source: str | None) -> None:
    assert Targeting(countries=frozenset()).rejection(visitor, source) is RejectionReason.COUNTRY


def test_excluding_a_country_wins_over_including_it() -> None:
    targeting = Targeting(countries=frozenset({"US"}), exclude_countries=frozenset({"US"}))

    assert targeting.rejection(a_visitor(country="US"), None) is RejectionReason.COUNTRY


@given(some.targetings)
def test_only_targeting_without_a_rule_wants_everyone(targeting: Targeting) -> None:
    assert targeting.is_unrestricted is (targeting == Targeting())


def test_an_empty_schedule_is_always_open() -> None:
    assert Schedule(timezone="Asia/Tokyo").is_unrestricted
    assert Schedule().is_active_at(NOW)


@pytest.mark.parametrize(
    "rule", [{"starts_at": NOW}, {"ends_at": NOW}, {"hours": frozenset({0})}, {"weekdays": frozenset({1})}]
)
def test_a_schedule_with_a_rule_is_not_always_open(rule: dict[str, Any]) -> None:
    assert not Schedule(**rule).is_unrestricted


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        pytest.param(timedelta(microseconds=-1), False, id="just before the start"),
        pytest.param(timedelta(0), True, id="at the start"),
        pytest.param(timedelta(hours=1, microseconds=-1), True, id="just before the end"),
        pytest.param(timedelta(hours=1), False, id="at the end"),
    ],
)
def test_a_schedule_holds_its_start_and_not_its_end(later: timedelta, *, is_open: bool) -> None:
    schedule = Schedule(starts_at=NOW, ends_at=NOW + timedelta(hours=1))

    assert schedule.is_active_at(NOW + later) is is_open


@pytest.mark.parametrize(
    ("rules", "now", "is_open"),
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
def test_hours_and_weekdays_are_those_of_its_zone(rules: dict[str, Any], now: datetime, *, is_open: bool) -> None:
    lists: dict[str, Any] = {name: frozenset(values) for name, values in rules.items()}
    schedule = Schedule(timezone="Europe/Berlin", **lists)

    assert schedule.is_active_at(now) is is_open


@given(some.times | st.datetimes(datetime(1972, 2, 1), datetime(2019, 12, 31), timezones=st.just(UTC)), zones)  # noqa: DTZ001 - it adds UTC
def test_a_schedule_keeps_the_hours_of_every_zone(now: datetime, zone: str) -> None:
    local = now.astimezone(ZoneInfo(zone))
    hour, weekday = frozenset({local.hour}), frozenset({local.isoweekday()})

    assert Schedule(timezone=zone, hours=hour, weekdays=weekday).is_active_at(now)
    assert not Schedule(timezone=zone, hours=frozenset(range(24)) - hour).is_active_at(now)
    assert not Schedule(timezone=zone, weekdays=frozenset(range(1, 8)) - weekday).is_active_at(now)


def test_a_clock_that_jumps_a_minute_past_the_hour_is_followed() -> None:
    # Until 2011 Newfoundland's summer began at 00:01, half past three and a minute in UTC.
    schedule = Schedule(timezone="America/St_Johns", hours=frozenset({0}))
    begin = datetime(2010, 3, 14, 3, 29, tzinfo=UTC)
    is_open = [schedule.is_active_at(begin + timedelta(seconds=30 * n)) for n in range(6)]

    assert is_open == [False, False, True, True, False, False]


def test_an_hour_that_the_clock_skips_is_never_open_that_day() -> None:
    schedule = Schedule(timezone="Europe/Berlin", hours=frozenset({2}))
    minutes = [datetime(2026, 3, 29, tzinfo=UTC) + timedelta(minutes=n) for n in range(22 * 60)]

    assert not any(schedule.is_active_at(minute) for minute in minutes)


def test_an_hour_that_the_clock_repeats_is_open_twice_as_long() -> None:
    schedule = Schedule(timezone="Europe/Berlin", hours=frozenset({2}))
    minutes = [datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=n) for n in range(22 * 60)]

    assert sum(schedule.is_active_at(minute) for minute in minutes) == 120
