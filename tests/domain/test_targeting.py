import pytest
from hypothesis import given

from chalicelib.domain import targeting as targeting_module
from chalicelib.domain.click import RejectionReason
from chalicelib.domain.targeting import DIMENSIONS, Dimension, Targeting
from chalicelib.domain.visitor import Device, OperatingSystem, Visitor
from tests import strategies as some
from tests.builders import a_visitor, campaign_document

UNKNOWN = Visitor()


@given(some.visitors, some.sources)
def test_targeting_without_rules_accepts_every_visitor(visitor: Visitor, source: str | None) -> None:
    assert Targeting().rejection(visitor, source) is None


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
        pytest.param(Targeting(exclude_bots=True), RejectionReason.BOT, id="a bot"),
    ],
)
def test_each_rule_rejects_with_its_own_reason(targeting: Targeting, rejection: RejectionReason) -> None:
    assert targeting.rejection(a_visitor(is_bot=True), "news") is rejection


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
        pytest.param(Targeting(exclude_bots=True), id="no bot"),
    ],
)
def test_each_rule_accepts_the_values_it_lists(targeting: Targeting) -> None:
    assert targeting.rejection(a_visitor(), "news") is None


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
    ],
)
def test_unknown_value_matches_no_list(targeting: Targeting, rejection: RejectionReason | None) -> None:
    assert targeting.rejection(UNKNOWN, None) is rejection


@given(some.targetings, some.visitors, some.sources)
def test_rejection_is_that_of_the_first_dimension_that_does_not_accept_the_visitor(
    targeting: Targeting, visitor: Visitor, source: str | None
) -> None:
    rejections = [each.reason for each in DIMENSIONS if not accepts(targeting, each, visitor, source)]
    if targeting.exclude_bots and visitor.is_bot:
        rejections.append(RejectionReason.BOT)

    assert targeting.rejection(visitor, source) is next(iter(rejections), None)


def accepts(targeting: Targeting, dimension: Dimension, visitor: Visitor, source: str | None) -> bool:
    value = getattr(visitor, dimension.attribute) if dimension.attribute else source
    included = targeting.included(dimension)
    return value not in targeting.excluded(dimension) and (included is None or value in included)


@given(some.visitors, some.sources)
def test_empty_set_accepts_no_visitor(visitor: Visitor, source: str | None) -> None:
    assert Targeting(countries=frozenset()).rejection(visitor, source) is RejectionReason.COUNTRY


def test_excluded_country_takes_precedence_over_included() -> None:
    targeting = Targeting(countries=frozenset({"US"}), exclude_countries=frozenset({"US"}))

    assert targeting.rejection(a_visitor(country="US"), None) is RejectionReason.COUNTRY


@given(some.targetings)
def test_only_targeting_without_rules_is_unrestricted(targeting: Targeting) -> None:
    assert targeting.is_unrestricted is (targeting == Targeting())


@given(some.targetings, some.targetings, some.visitors, some.sources)
def test_intersection_accepts_exactly_the_visitors_that_both_accept(
    first: Targeting, second: Targeting, visitor: Visitor, source: str | None
) -> None:
    accepted = first.rejection(visitor, source) is None and second.rejection(visitor, source) is None

    assert (first.intersect(second).rejection(visitor, source) is None) is accepted


@given(some.targetings)
def test_intersection_with_unrestricted_targeting_changes_nothing(targeting: Targeting) -> None:
    assert targeting.intersect(Targeting()) == targeting == Targeting().intersect(targeting)


def test_empty_list_of_a_document_allows_any_value() -> None:
    assert targeting_module.from_document(campaign_document()["targeting"]) == Targeting(exclude_bots=True)
