from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from chalicelib.admin.smartlinks.reach import (
    closed_reason,
    is_unlimited,
    leaves_bots,
    offer_above,
    takers,
)
from chalicelib.domain.campaign import Schedule
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.smartlink import Offer
from chalicelib.domain.stored_targeting import STORED_DEFAULTS, from_document
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Visitor
from tests import strategies as some
from tests.builders import NOW, a_campaign, a_cap, an_offer


def _targeting(**document: Any) -> Targeting:
    return from_document({**STORED_DEFAULTS, **document})


def _offer(name: str, priority: int = 0, **document: Any) -> Offer:
    return an_offer(name, priority=priority, targeting=_targeting(**document))


def _covers(upper: Targeting, lower: Targeting) -> bool:
    """Return whether an offer with one targeting takes every person that the other one accepts."""
    top, low = an_offer("cmp_top", priority=9, targeting=upper), an_offer("cmp_low", targeting=lower)
    return offer_above(low, takers([top, low], NOW)) is top


def _is_below(upper: dict[str, Any], lower: dict[str, Any]) -> bool:
    """Return whether an offer of the higher priority takes all clicks of the lower one."""
    return _covers(_targeting(**upper), _targeting(**lower))


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        pytest.param({}, {}, id="no rules at all"),
        pytest.param({}, {"countries": ["US"], "sub_ids": {"sub1": ["a"]}}, id="rules below"),
        pytest.param({"exclude_bots": True}, {"exclude_bots": True}, id="both without bots"),
        pytest.param({"exclude_hosting": True}, {"exclude_hosting": True}, id="both without hosting"),
        pytest.param({"countries": ["US", "GB"]}, {"countries": ["GB"]}, id="more countries above"),
        pytest.param({"regions": ["GB-ENG"]}, {"regions": ["GB-WBK", "GB-ENG"]}, id="the whole region above"),
        pytest.param({"exclude_countries": ["DE"]}, {"countries": ["GB"]}, id="another country excluded"),
        pytest.param({"exclude_countries": ["DE"]}, {"exclude_countries": ["DE", "FR"]}, id="fewer excluded"),
        pytest.param({"networks": ["AS1"]}, {"networks": ["AS1"], "devices": ["mobile"]}, id="the same network"),
        pytest.param({"networks": ["AS1", "AS2"]}, {"networks": ["AS1"]}, id="more networks above"),
        pytest.param({"countries": ["US"]}, {"regions": ["US-CA"], "cities": ["US/Fresno"]}, id="its country"),
        pytest.param({"exclude_bots": True}, {}, id="every person, and the bots are left"),
    ],
)
def test_offer_is_below_one_that_accepts_all_its_visitors(upper: dict[str, Any], lower: dict[str, Any]) -> None:
    assert _is_below(upper, lower)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        pytest.param({"exclude_hosting": True}, {"exclude_bots": True}, id="hosting is left"),
        pytest.param({"countries": ["US"]}, {"countries": ["US", "GB"]}, id="a country is left"),
        pytest.param({"countries": ["US"]}, {}, id="all other countries are left"),
        pytest.param({"regions": ["GB-WBK"]}, {"regions": ["GB-ENG"]}, id="the rest of a region is left"),
        pytest.param({"exclude_countries": ["GB"]}, {"countries": ["GB"]}, id="the excluded country is left"),
        pytest.param({"exclude_networks": ["AS1"]}, {}, id="the excluded network is left"),
        pytest.param({"networks": ["AS1"]}, {}, id="other networks are left"),
        pytest.param({"os_versions": {"ios": ">=17"}}, {"os": ["ios"]}, id="older versions are left"),
        pytest.param({"sub_ids": {"sub1": ["a*"]}}, {"sub_ids": {"sub1": ["*"]}}, id="other sub-IDs are left"),
        pytest.param({"sources": ["GB-ENG"]}, {"sources": ["GB-LND"]}, id="sources have no levels"),
    ],
)
def test_offer_is_not_below_one_that_leaves_it_visitors(upper: dict[str, Any], lower: dict[str, Any]) -> None:
    assert not _is_below(upper, lower)


@given(some.targetings, some.targetings, some.visitors, some.parameters)
def test_covering_targeting_accepts_every_visitor_of_the_covered_one(
    upper: Targeting, lower: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    in_own_country = visitor.region is None or visitor.region[:2] == visitor.country
    person = replace(visitor, is_bot=False)
    accepted = in_own_country and lower.rejection(person, parameters) is None

    assert not (accepted and _covers(upper, lower) and upper.rejection(person, parameters))


def test_every_targeting_without_regions_covers_itself() -> None:
    targeting = _targeting(countries=["US"], exclude_bots=True, os_versions={"ios": ">=16"}, networks=["AS1"])

    assert _covers(targeting, targeting)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"priority": 0}, id="the same priority"),
        pytest.param({"enabled": False}, id="disabled"),
        pytest.param({"weight": 0}, id="weight 0"),
        pytest.param({"campaign": a_campaign("cmp_top", active=False)}, id="paused"),
        pytest.param({"campaign": a_campaign("cmp_top", caps=(a_cap(),))}, id="capped"),
    ],
)
def test_offer_that_may_pass_clicks_on_takes_not_every_click(changes: dict[str, Any]) -> None:
    top, low = replace(_offer("cmp_top", 9), **changes), _offer("cmp_low")

    assert offer_above(low, takers([top, low], NOW)) is None


def test_offer_below_may_be_left_only_bots() -> None:
    people, everyone = _offer("cmp_top", exclude_bots=True), _offer("cmp_low")

    assert [leaves_bots(people, everyone), leaves_bots(everyone, people), leaves_bots(people, people)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("changes", "has_hours"),
    [
        pytest.param({"weekdays": frozenset({1})}, False, id="another weekday"),
        pytest.param({"weekdays": frozenset({4})}, True, id="the weekday of its last day"),
        pytest.param({"hours": frozenset({12})}, True, id="the current hour"),
        pytest.param({"hours": frozenset({13}), "weekdays": frozenset({4})}, False, id="an hour after its end"),
        pytest.param({"hours": frozenset({9}), "timezone": "Asia/Kolkata"}, True, id="an hour of its own zone"),
        pytest.param({"hours": frozenset({3}), "weekdays": frozenset({1}), "ends_at": None}, True, id="no end"),
        pytest.param({"starts_at": NOW + timedelta(hours=20), "hours": frozenset({7})}, False, id="before its start"),
    ],
)
def test_schedule_without_an_hour_before_its_end_is_closed(changes: dict[str, Any], has_hours: bool) -> None:
    schedule = Schedule(**{"ends_at": NOW + timedelta(days=1), **changes})
    expected = None if has_hours else "the schedule of its campaign has no hour left"

    assert closed_reason(an_offer(a_campaign(schedule=schedule)), NOW) == expected


def test_open_offer_has_no_closed_reason_and_an_ended_one_has() -> None:
    ended = a_campaign(schedule=Schedule(ends_at=NOW))

    assert (closed_reason(an_offer(), NOW), closed_reason(an_offer(ended), NOW)) == (None, "its campaign has ended")


def test_campaign_without_schedule_caps_and_filter_is_unlimited() -> None:
    assert [is_unlimited(each) for each in (a_campaign(), a_campaign(caps=(a_cap(),)))] == [True, False]


def test_schedule_at_the_end_of_time_is_not_judged() -> None:
    last = datetime(9999, 12, 31, 20, tzinfo=UTC)
    schedule = Schedule(last, last + timedelta(hours=3), "Asia/Tokyo", frozenset({1}))
    assert closed_reason(an_offer(a_campaign(schedule=schedule)), NOW) is None
