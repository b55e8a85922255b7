from typing import Any

import pytest
from hypothesis import given

from chalicelib.admin.smartlinks.contradictions import KnownNetworks, nobody_reason
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.stored_targeting import STORED_DEFAULTS, from_document
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import DEVICES_OF_SYSTEM, Connection, Visitor
from tests import strategies as some

KNOWN = KnownNetworks(frozenset({Connection.HOSTING}), frozenset({"as16509"}))


def _targeting(**document: Any) -> Targeting:
    return from_document({**STORED_DEFAULTS, **document})


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
            {"countries": ["US", "GB"], "regions": ["US-CA"], "cities": ["GB/London"]},
            "its regions and cities have none of its countries in common",
            id="places of different countries",
        ),
        pytest.param(
            {"os": ["android"], "browsers": ["safari"]},
            "its browsers do not exist for its operating systems",
            id="Safari on Android",
        ),
        pytest.param(
            {"os": ["ios"], "browsers": ["samsung", "ie"]},
            "its browsers do not exist for its operating systems",
            id="Samsung Internet on iOS",
        ),
        pytest.param(
            {"connections": ["cellular", "cable"]},
            "no database tells cable, cellular connections; ship a Connection-Type database",
            id="connections that no database tells",
        ),
        pytest.param(
            {"networks": ["AS7018"], "exclude_networks": ["as7018", "AS1"]},
            "all its networks are excluded too",
            id="networks",
        ),
        pytest.param(
            {"networks": ["AS16509"], "exclude_hosting": True},
            "all its networks are hosting, which it excludes",
            id="networks of hosting",
        ),
        pytest.param(
            {"connections": ["hosting"], "exclude_hosting": True},
            "it includes only hosting and excludes it",
            id="hosting",
        ),
    ],
)
def test_rules_that_contradict_each_other_reach_nobody(rules: dict[str, Any], reason: str) -> None:
    assert nobody_reason(_targeting(**rules), KNOWN) == reason


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
        pytest.param({"regions": ["US-CA", "GB-ENG"], "cities": ["GB/London"]}, id="places of one country"),
        pytest.param({"os": ["ios", "android"], "browsers": ["safari"]}, id="a browser of one of the systems"),
        pytest.param({"browsers": ["ie", "chrome"], "os": ["android"]}, id="one browser of the system"),
        pytest.param({"connections": ["hosting", "cellular"]}, id="a connection that is known, and another"),
        pytest.param({"networks": ["AS7018", "AS1"], "exclude_networks": ["AS1"]}, id="one network not excluded"),
        pytest.param({"networks": ["AS16509", "Vodafone"], "exclude_hosting": True}, id="a provider beside hosting"),
    ],
)
def test_rules_without_contradiction_may_reach_somebody(rules: dict[str, Any]) -> None:
    assert nobody_reason(_targeting(**rules), KNOWN) is None


@given(some.targetings, some.visitors, some.parameters)
def test_targeting_that_accepts_a_visitor_is_never_said_to_reach_nobody(
    targeting: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    in_own_country = visitor.region is None or visitor.region[:2] == visitor.country
    is_possible = in_own_country and visitor.device in DEVICES_OF_SYSTEM[visitor.os]
    accepts = is_possible and targeting.rejection(visitor, parameters) is None

    assert not (accepts and nobody_reason(targeting, KnownNetworks()))


@pytest.mark.parametrize(
    ("offer", "campaign", "reason"),
    [
        pytest.param(
            {"networks": ["AS1"]},
            {"networks": ["AS2", "AS3"]},
            "its own targeting and the campaign's have no networks in common",
            id="networks",
        ),
        pytest.param({"networks": ["AS1"]}, {"networks": ["AS2", "Vodafone"]}, None, id="a provider may be it"),
        pytest.param(
            {"sub_ids": {"sub1": ["a*", "b"]}},
            {"sub_ids": {"sub1": ["c*"]}},
            "its own patterns for sub1 and the campaign's have nothing in common",
            id="sub-IDs",
        ),
        pytest.param({"sub_ids": {"sub1": ["a*"]}}, {"sub_ids": {"sub1": ["ab", "c"]}}, None, id="one sub-ID of both"),
        pytest.param({"sub_ids": {"sub1": ["a"]}}, {"sub_ids": {"sub2": ["b"]}}, None, id="different sub-IDs"),
        pytest.param(
            {"os_versions": {"ios": ">=17"}, "os": ["ios"]},
            {"os_versions": {"ios": "<16"}},
            "no version of its operating systems passes all its rules",
            id="versions",
        ),
    ],
)
def test_offer_and_campaign_may_contradict_each_other(
    offer: dict[str, Any], campaign: dict[str, Any], reason: str | None
) -> None:
    assert nobody_reason(_targeting(**offer).intersect(_targeting(**campaign)), KNOWN) == reason
