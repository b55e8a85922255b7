from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from chalicelib.admin.smartlinks.reach import _covers, closed_reason, is_unlimited, nobody_reason, offer_above
from chalicelib.domain.campaign import Schedule
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.smartlink import Offer
from chalicelib.domain.stored_targeting import STORED_DEFAULTS, from_document
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import DEVICES_OF_SYSTEM, Visitor
from tests import strategies as some
from tests.builders import NOW, a_campaign, a_cap, an_offer


def _targeting(**document: Any) -> Targeting:
    return from_document({**STORED_DEFAULTS, **document})


def _offer(name: str, priority: int = 0, **document: Any) -> Offer:
    return an_offer(name, priority=priority, targeting=_targeting(**document))


def _is_below(upper: dict[str, Any], lower: dict[str, Any]) -> bool:
    """Return whether an offer of the higher priority takes all clicks of the lower one."""
    top, low = _offer("cmp_top", 9, **upper), _offer("cmp_low", **lower)
    return offer_above(low, [top, low], NOW) is top


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        pytest.param(
            {"countries": ["US"], "regions": ["GB-ENG"]}, "its regions are in none of its countries", id="other regions"
        ),
        pytest.param(
            {"exclude_countries": ["GB"], "regions": ["GB-ENG", "GB-WBK"]},
            "its regions are in none of its countries",
            id="regions of an excluded country",
        ),
        pytest.param(
            {"countries": ["US", "CA"], "cities": ["GB/London", "FR/Paris"]},
            "its cities are in none of its countries",
            id="other cities",
        ),
        pytest.param(
            {"countries": ["US"], "regions": ["US-PR"]},
            "visitors in its regions have a country of their own (PR); list that country instead",
            id="a territory",
        ),
        pytest.param(
            {"countries": ["US"], "regions": ["US-PR", "GB-ENG"]},
            "its regions are in none of its countries",
            id="a territory and another region",
        ),
        pytest.param(
            {"os": ["ios"], "devices": ["desktop"]},
            "no visitor has one of its operating systems on one of its devices",
            id="iOS on desktops",
        ),
        pytest.param(
            {"os": ["macos", "chromeos"], "devices": ["mobile", "tablet"]},
            "no visitor has one of its operating systems on one of its devices",
            id="desktop systems on handhelds",
        ),
        pytest.param(
            {"os": ["ios"], "os_versions": {"ios": ">=17,<16"}},
            "no version of its operating systems passes all its rules",
            id="versions above and below",
        ),
        pytest.param(
            {"connections": ["hosting"], "exclude_hosting": True},
            "it includes only hosting and excludes it",
            id="hosting",
        ),
    ],
)
def test_rules_that_contradict_each_other_reach_nobody(rules: dict[str, Any], reason: str) -> None:
    assert nobody_reason(_targeting(**rules)) == reason


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param({}, id="no rule"),
        pytest.param({"countries": ["US", "GB"], "regions": ["GB-ENG"]}, id="regions of one country"),
        pytest.param({"regions": ["GB-ENG"]}, id="regions alone"),
        pytest.param({"countries": ["GB"], "cities": ["gb/london", "US/Austin"]}, id="cities, one of them elsewhere"),
        pytest.param({"os": ["ios", "windows"], "devices": ["desktop"]}, id="one system of the device"),
        pytest.param({"os_versions": {"ios": ">=17,<16"}}, id="versions of one of all systems"),
        pytest.param({"connections": ["hosting", "cable"], "exclude_hosting": True}, id="another connection"),
        pytest.param({"connections": ["hosting"]}, id="hosting wanted"),
    ],
)
def test_rules_without_contradiction_may_reach_somebody(rules: dict[str, Any]) -> None:
    assert nobody_reason(_targeting(**rules)) is None


@given(some.targetings, some.visitors, some.parameters)
def test_targeting_that_accepts_a_visitor_is_never_said_to_reach_nobody(
    targeting: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    in_own_country = visitor.region is None or visitor.region[:2] == visitor.country
    is_possible = in_own_country and visitor.device in DEVICES_OF_SYSTEM[visitor.os]
    accepts = is_possible and targeting.rejection(visitor, parameters) is None

    assert not (accepts and nobody_reason(targeting))


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
    ],
)
def test_offer_is_below_one_that_accepts_all_its_visitors(upper: dict[str, Any], lower: dict[str, Any]) -> None:
    assert _is_below(upper, lower)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        pytest.param({"exclude_bots": True}, {}, id="bots are left"),
        pytest.param({"exclude_hosting": True}, {"exclude_bots": True}, id="hosting is left"),
        pytest.param({"countries": ["US"]}, {"countries": ["US", "GB"]}, id="a country is left"),
        pytest.param({"countries": ["US"]}, {}, id="all other countries are left"),
        pytest.param({"regions": ["GB-WBK"]}, {"regions": ["GB-ENG"]}, id="the rest of a region is left"),
        pytest.param({"exclude_countries": ["GB"]}, {"countries": ["GB"]}, id="the excluded country is left"),
        pytest.param({"exclude_networks": ["AS1"]}, {}, id="the excluded network is left"),
        pytest.param({"networks": ["AS1"]}, {}, id="other networks are left"),
        pytest.param({"os_versions": {"ios": ">=17"}}, {"os": ["ios"]}, id="older versions are left"),
        pytest.param({"sub_ids": {"sub1": ["a*"]}}, {"sub_ids": {"sub1": ["*"]}}, id="other sub-IDs are left"),
    ],
)
def test_offer_is_not_below_one_that_leaves_it_visitors(upper: dict[str, Any], lower: dict[str, Any]) -> None:
    assert not _is_below(upper, lower)


@given(some.targetings, some.targetings, some.visitors, some.parameters)
def test_covering_targeting_accepts_every_visitor_of_the_covered_one(
    upper: Targeting, lower: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    accepted = lower.rejection(visitor, parameters) is None

    assert not (accepted and _covers(upper, lower) and upper.rejection(visitor, parameters))


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

    assert offer_above(low, [top, low], NOW) is None


def test_open_offer_has_no_closed_reason_and_an_ended_one_has() -> None:
    ended = a_campaign(schedule=Schedule(ends_at=NOW))

    assert (closed_reason(an_offer(), NOW), closed_reason(an_offer(ended), NOW)) == (None, "its campaign has ended")


def test_campaign_without_schedule_caps_and_filter_is_unlimited() -> None:
    assert [is_unlimited(each) for each in (a_campaign(), a_campaign(caps=(a_cap(),)))] == [True, False]
