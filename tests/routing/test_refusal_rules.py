from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.click import RejectionReason, TrackingParameters
from chalicelib.domain.stored_targeting import STORED_DEFAULTS, from_document
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Visitor
from chalicelib.routing.refusal_rules import MAX_ALLOWED, RefusedVisitor, allowed_values, refused_by, visitor_of
from tests import strategies as some
from tests.builders import a_campaign, a_visitor, an_offer
from tests.routing.clicks import a_click

SEEN = RefusedVisitor(a_visitor(), TrackingParameters())


@pytest.mark.parametrize(
    ("campaign", "own", "expected"),
    [
        pytest.param({"countries": ["GB"]}, {}, "campaign", id="the campaign's rule"),
        pytest.param({}, {"countries": ["GB"]}, "offer", id="the offer's rule"),
        pytest.param({"countries": ["GB"]}, {"countries": ["IN"]}, "campaign", id="both"),
        pytest.param({"countries": ["US", "GB"]}, {"countries": ["GB", "IN"]}, "offer", id="the campaign accepts"),
    ],
)
def test_refusal_is_by_the_campaign_or_else_by_the_offer(campaign: Any, own: Any, expected: str) -> None:
    rules, of_offer = (from_document({**STORED_DEFAULTS, **each}) for each in (campaign, own))
    offer = an_offer(a_campaign(targeting=rules), targeting=rules.intersect(of_offer))

    assert refused_by(RejectionReason.COUNTRY, offer, SEEN) == expected


@given(some.targetings, some.targetings, some.visitors, some.parameters)
def test_every_refusal_by_targeting_has_an_author_whose_rule_refuses(
    campaign: Targeting, own: Targeting, visitor: Visitor, parameters: TrackingParameters
) -> None:
    offer = an_offer(a_campaign(targeting=campaign), targeting=campaign.intersect(own))
    reason = offer.targeting.rejection(visitor, parameters)
    author = reason and refused_by(reason, offer, RefusedVisitor(visitor, parameters))

    assert (author is None) is (reason is None)
    if reason and author == "campaign":
        assert reason in list(campaign.rejections(visitor, parameters))
    elif reason:
        assert reason not in list(campaign.rejections(visitor, parameters))


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("disabled", "offer"),
        ("campaign_paused", "campaign"),
        ("schedule", "campaign"),
        ("cap", "campaign"),
        ("duplicate", "campaign"),
        ("not_approved", None),
        ("lower_tier", None),
    ],
)
def test_other_refusals_have_a_fixed_author(reason: str, expected: str | None) -> None:
    assert refused_by(RejectionReason[reason.upper()], an_offer(), SEEN) == expected


@pytest.mark.parametrize(
    ("reason", "rules", "expected"),
    [
        pytest.param("country", {"countries": ["GB", "IN"]}, ["GB", "IN"], id="countries"),
        pytest.param("country", {"exclude_countries": ["US"]}, None, id="an excluded country"),
        pytest.param("network", {"networks": ["AS1"]}, ["AS1"], id="networks"),
        pytest.param("os_version", {"os_versions": {"ios": ">=18", "android": ">=9"}}, ["ios >=18"], id="versions"),
        pytest.param("sub_id", {"sub_ids": {"sub1": ["a*", "b"]}}, ["sub1=a*", "sub1=b"], id="sub-IDs"),
        pytest.param("bot", {"exclude_bots": True}, None, id="bots"),
        pytest.param("cap", {}, None, id="a cap"),
    ],
)
def test_values_that_a_rule_allows(reason: str, rules: dict[str, Any], expected: list[str] | None) -> None:
    assert allowed_values(RejectionReason[reason.upper()], {**STORED_DEFAULTS, **rules}, SEEN.visitor) == expected


def test_long_list_is_cut() -> None:
    targeting = {**STORED_DEFAULTS, "sources": [f"s{n}" for n in range(30)]}

    assert allowed_values(RejectionReason.SOURCE, targeting, SEEN.visitor) == [f"s{n}" for n in range(MAX_ALLOWED)]


@given(st.sampled_from(RejectionReason))
def test_every_reason_is_handled(reason: RejectionReason) -> None:
    assert refused_by(reason, an_offer(), SEEN) in {None, "campaign", "offer"}
    assert allowed_values(reason, STORED_DEFAULTS, SEEN.visitor) is None


def test_visitor_of_a_click_has_its_parameters() -> None:
    seen = visitor_of(a_click())

    assert (seen.visitor.country, seen.parameters.sub_ids, seen.parameters.source) == (
        "US",
        {"sub1": "news & more"},
        "blog",
    )
