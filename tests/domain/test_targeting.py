from typing import Any

import pytest
from hypothesis import given

from chalicelib.domain.click import NO_PARAMETERS, RejectionReason, TrackingParameters
from chalicelib.domain.stored_targeting import STORED_DEFAULTS, from_document
from chalicelib.domain.targeting import DIMENSIONS, Dimension, Targeting
from chalicelib.domain.visitor import Connection, Device, OperatingSystem, Visitor
from tests import strategies as some
from tests.builders import a_visitor

UNKNOWN = Visitor()


NEWS = TrackingParameters({"sub1": "news-jan"}, "news")


@given(some.visitors, some.parameters)
def test_targeting_without_rules_accepts_every_visitor(visitor: Visitor, parameters: TrackingParameters) -> None:
    assert Targeting().rejection(visitor, parameters) is None


def _targeting(**document: Any) -> Targeting:
    """Return the targeting of a stored document with these fields."""
    return from_document({**STORED_DEFAULTS, **document})


@pytest.mark.parametrize(
    ("targeting", "rejection"),
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
        pytest.param(_targeting(cities=["US/Austin"]), RejectionReason.CITY, id="another city"),
        pytest.param(_targeting(cities=["GB/Fresno"]), RejectionReason.CITY, id="a city of another country"),
        pytest.param(_targeting(networks=["AS1"]), RejectionReason.NETWORK, id="another network"),
        pytest.param(_targeting(exclude_networks=["AS7018"]), RejectionReason.NETWORK, id="an excluded network"),
        pytest.param(
            _targeting(exclude_networks=["at&t internet"]), RejectionReason.NETWORK, id="an excluded provider"
        ),
        pytest.param(_targeting(connections=["cellular"]), RejectionReason.CONNECTION, id="another connection"),
        pytest.param(_targeting(os_versions={"ios": ">=18"}), RejectionReason.OS_VERSION, id="another version"),
        pytest.param(_targeting(sub_ids={"sub1": ["push-*", "news"]}), RejectionReason.SUB_ID, id="another sub-ID"),
        pytest.param(_targeting(sub_ids={"sub2": ["*"]}), RejectionReason.SUB_ID, id="no sub-ID"),
        pytest.param(Targeting(exclude_bots=True), RejectionReason.BOT, id="a bot"),
        pytest.param(Targeting(exclude_hosting=True), RejectionReason.HOSTING, id="a data centre"),
    ],
)
def test_each_rule_rejects_with_its_own_reason(targeting: Targeting, rejection: RejectionReason) -> None:
    connection = Connection.HOSTING if targeting.exclude_hosting else Connection.CABLE

    assert targeting.rejection(a_visitor(is_bot=True, connection=connection), NEWS) is rejection


@pytest.mark.parametrize(
    "targeting",
    [
        pytest.param(Targeting(countries=frozenset({"US", "GB"})), id="country"),
        pytest.param(Targeting(exclude_countries=frozenset({"GB"})), id="country not excluded"),
        pytest.param(Targeting(regions=frozenset({"US-CA"})), id="region"),
        pytest.param(Targeting(devices=frozenset({"mobile"})), id="device, as a string"),
        pytest.param(Targeting(os=frozenset({"ios"})), id="system, as a string"),
        pytest.param(Targeting(browsers=frozenset({"safari"})), id="browser"),
        pytest.param(Targeting(languages=frozenset({"en"})), id="language"),
        pytest.param(Targeting(sources=frozenset({"news"})), id="source"),
        pytest.param(Targeting(exclude_sources=frozenset({"blog"})), id="source not excluded"),
        pytest.param(_targeting(regions=["US-CA"]), id="region of a document"),
        pytest.param(_targeting(cities=["US/fresno"]), id="city, in any case"),
        pytest.param(_targeting(networks=["AS7018"]), id="network"),
        pytest.param(_targeting(networks=["AS1", "AT&T INTERNET"]), id="provider, in any case"),
        pytest.param(_targeting(exclude_networks=["AS1", "AT&T"]), id="network not excluded"),
        pytest.param(_targeting(connections=["cable", "cellular"]), id="connection"),
        pytest.param(_targeting(os_versions={"ios": ">=17,<18", "android": ">=14"}), id="version"),
        pytest.param(_targeting(sub_ids={"sub1": ["push-*", "news-*"]}), id="sub-ID"),
        pytest.param(_targeting(sub_ids={"sub2": []}), id="no pattern"),
        pytest.param(Targeting(exclude_bots=True), id="no bot"),
        pytest.param(Targeting(exclude_hosting=True), id="no data centre"),
    ],
)
def test_each_rule_accepts_the_values_it_lists(targeting: Targeting) -> None:
    assert targeting.rejection(a_visitor(), NEWS) is None


@pytest.mark.parametrize(
    ("targeting", "rejection"),
    [
        pytest.param(Targeting(countries=frozenset({"US"})), RejectionReason.COUNTRY, id="include countries"),
        pytest.param(Targeting(exclude_countries=frozenset({"US"})), None, id="exclude countries"),
        pytest.param(Targeting(regions=frozenset({"US-CA"})), RejectionReason.REGION, id="regions"),
        pytest.param(Targeting(browsers=frozenset({"safari"})), RejectionReason.BROWSER, id="browsers"),
        pytest.param(Targeting(languages=frozenset({"en"})), RejectionReason.LANGUAGE, id="languages"),
        pytest.param(Targeting(sources=frozenset({"news"})), RejectionReason.SOURCE, id="include sources"),
        pytest.param(Targeting(exclude_sources=frozenset({"news"})), None, id="exclude sources"),
        pytest.param(_targeting(cities=["US/Fresno"]), RejectionReason.CITY, id="cities"),
        pytest.param(_targeting(networks=["AS7018"]), RejectionReason.NETWORK, id="include networks"),
        pytest.param(_targeting(exclude_networks=["AS7018"]), None, id="exclude networks"),
        pytest.param(_targeting(connections=["cable"]), RejectionReason.CONNECTION, id="connections"),
        pytest.param(_targeting(os_versions={"other": ">=1"}), RejectionReason.OS_VERSION, id="version of the system"),
        pytest.param(_targeting(os_versions={"ios": ">=1"}), None, id="version of another system"),
        pytest.param(_targeting(sub_ids={"sub1": ["*"]}), RejectionReason.SUB_ID, id="sub-ID"),
        pytest.param(Targeting(exclude_hosting=True), None, id="exclude hosting"),
    ],
)
def test_unknown_value_matches_no_list(targeting: Targeting, rejection: RejectionReason | None) -> None:
    assert targeting.rejection(UNKNOWN, NO_PARAMETERS) is rejection


@given(some.targetings, some.visitors, some.parameters)
def test_rejection_is_the_first_of_all_rejections(
    targeting: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    assert targeting.rejection(visitor, parameters) is next(targeting.rejections(visitor, parameters), None)


@given(some.targetings, some.visitors, some.parameters)
def test_each_dimension_accepts_the_values_that_it_includes_and_does_not_exclude(
    targeting: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    rejections = set(targeting.rejections(visitor, parameters))

    assert {each.reason for each in DIMENSIONS if not accepts(targeting, each, visitor, parameters.source)} == {
        reason for reason in rejections if reason in {each.reason for each in DIMENSIONS}
    }


def accepts(targeting: Targeting, dimension: Dimension, visitor: Visitor, source: str | None) -> bool:
    values = set(dimension.values(visitor, source))
    included = targeting.included(dimension)
    return not values & targeting.excluded(dimension) and (included is None or bool(values & included))


@given(some.targetings, some.visitors, some.parameters)
def test_rejections_come_in_the_order_of_the_reasons(
    targeting: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    order = list(RejectionReason)
    positions = [order.index(reason) for reason in targeting.rejections(visitor, parameters)]

    assert positions == sorted(set(positions))


@given(some.visitors, some.parameters)
def test_empty_set_accepts_no_visitor(visitor: Visitor, parameters: TrackingParameters) -> None:
    assert Targeting(countries=frozenset()).rejection(visitor, parameters) is RejectionReason.COUNTRY


def test_excluded_country_takes_precedence_over_included() -> None:
    targeting = Targeting(countries=frozenset({"US"}), exclude_countries=frozenset({"US"}))

    assert targeting.rejection(a_visitor(country="US"), NO_PARAMETERS) is RejectionReason.COUNTRY


@given(some.targetings)
def test_only_targeting_without_rules_is_unrestricted(targeting: Targeting) -> None:
    assert targeting.is_unrestricted is (targeting == Targeting())


@given(some.targetings, some.targetings, some.visitors, some.parameters)
def test_intersection_accepts_exactly_the_visitors_that_both_accept(
    first: Targeting, second: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    accepted = first.rejection(visitor, parameters) is None and second.rejection(visitor, parameters) is None

    assert (first.intersect(second).rejection(visitor, parameters) is None) is accepted


@given(some.regions, some.regions, some.visitors)
def test_intersection_of_regions_accepts_exactly_the_visitors_of_both(
    first: frozenset[str], second: frozenset[str], visitor: Visitor
) -> None:
    both = Targeting(regions=first).intersect(Targeting(regions=second))
    levels = set(visitor.region_levels)

    assert (both.rejection(visitor, NO_PARAMETERS) is None) is bool(levels & first and levels & second)


@pytest.mark.parametrize(
    ("regions", "region", "is_accepted"),
    [
        pytest.param(["GB-ENG"], "GB-WBK", True, id="a part of the region"),
        pytest.param(["GB-WBK"], "GB-ENG", False, id="the region around it"),
        pytest.param(["GB-WBK"], "GB-WBK", True, id="the region itself"),
        pytest.param(["GB-SCT"], "GB-WBK", False, id="a part of another region"),
    ],
)
def test_region_matches_on_every_level(regions: list[str], region: str, is_accepted: bool) -> None:
    rejection = _targeting(regions=regions).rejection(a_visitor(country="GB", region=region), NO_PARAMETERS)

    assert rejection is (None if is_accepted else RejectionReason.REGION)


def test_regions_of_campaign_and_offer_leave_the_narrower_ones() -> None:
    both = _targeting(regions=["GB-ENG", "DE-BY"]).intersect(_targeting(regions=["GB-WBK", "FR-IDF"]))
    assert both.regions == frozenset({"GB-WBK"})


def test_networks_of_campaign_and_offer_may_name_the_same_network_differently() -> None:
    both = _targeting(networks=["AS7018"]).intersect(_targeting(networks=["AT&T Internet"]))

    assert both.rejection(a_visitor(), NO_PARAMETERS) is None
    assert both.rejection(a_visitor(isp="Telekom"), NO_PARAMETERS) is RejectionReason.NETWORK


@given(some.targetings)
def test_intersection_with_unrestricted_targeting_changes_nothing(targeting: Targeting) -> None:
    assert targeting.intersect(Targeting()) == targeting == Targeting().intersect(targeting)
