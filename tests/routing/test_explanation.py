from typing import Any

import pytest

from chalicelib.domain.route import Route
from chalicelib.domain.stored_targeting import STORED_DEFAULTS, from_document
from chalicelib.routing.click_record import record
from chalicelib.routing.click_references import ClickReferences, RouteDocuments
from chalicelib.routing.decision import decide
from chalicelib.routing.explanation import considered, segment
from tests.builders import LEARNED_AT, a_campaign, a_click_context, a_route, an_offer, an_optimized_route

OFFERS = (
    an_offer("cmp_1", weight=3, priority=1),
    an_offer("cmp_2", priority=1),
    an_offer("cmp_3", weight=2, priority=1),
    an_offer("cmp_4", weight=5),
)
LEARNED = {
    "US|mobile": {"cmp_1": 0.25, "cmp_2": 0.75, "cmp_4": 1.0},
    "US": {"cmp_1": 0.0, "cmp_2": 0.0, "cmp_3": 1.0, "cmp_4": 1.0},
}
ROUTE = an_optimized_route(*OFFERS, segments=LEARNED)


def _stored(**changes: Any) -> dict[str, Any]:
    return {"country": "US", "device": "mobile", "os": "ios", "arm": "optimized", "refusals": "---w", **changes}


def _weights(route: Route = ROUTE, **changes: Any) -> list[float]:
    return [each["weight"] for each in considered(_stored(**changes), route)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, "US|mobile", id="the visitor's own"),
        pytest.param({"country": None}, "?|mobile", id="unknown country"),
        pytest.param({"segment": "US"}, "US", id="a wider one"),
        pytest.param({"segment": None}, "US|mobile", id="none stored"),
    ],
)
def test_segment_is_the_one_used_or_the_visitors_own(changes: dict[str, Any], expected: str) -> None:
    assert segment(_stored(**changes)) == expected


@pytest.mark.parametrize("arm", ["weighted", "holdout"])
def test_outside_the_optimized_arm_weights_are_the_configured_ones(arm: str) -> None:
    assert _weights(arm=arm) == [3, 1, 2, 5]


def test_in_the_optimized_arm_weights_are_those_of_the_segment() -> None:
    assert _weights() == [0.25, 0.75, 0.5, 1.0]


def test_tier_with_learned_weights_of_0_shows_the_weights_used() -> None:
    assert _weights(segment="US", refusals="--kw") == [3, 1, 1.0, 1.0]
    assert _weights(segment="US") == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "route", [pytest.param(a_route(*OFFERS), id="gone"), pytest.param(ROUTE, id="nothing learned of the segment")]
)
def test_without_learned_weights_the_configured_ones_are_shown(route: Route) -> None:
    assert _weights(route, country="GB") == [3, 1, 2, 5]


def test_each_offer_has_its_rejection() -> None:
    offers = considered(_stored(refusals="-cxw"), ROUTE)

    assert [each["refused"] for each in offers] == [None, "country", "disabled", "lower_tier"]
    assert offers[1] == {
        "campaign_id": "cmp_2",
        "campaign_name": None,
        "priority": 1,
        "weight": 0.75,
        "chance": 0.0,
        "refused": "country",
        "refused_by": "offer",
        "allowed": None,
    }


def test_click_rejected_before_the_offers_considered_none() -> None:
    assert considered(_stored(refusals=None, arm="weighted"), ROUTE) == []
    assert considered(_stored(refusals=None), ROUTE) == []


def _document(campaign_id: str, **targeting: Any) -> dict[str, Any]:
    return {"campaign_id": campaign_id, "name": "Game A", "targeting": {**STORED_DEFAULTS, **targeting}}


def test_offer_has_its_name_and_the_rule_that_refused() -> None:
    rules = from_document({**STORED_DEFAULTS, "countries": ["GB"]})
    offers = (an_offer(a_campaign("cmp_1", targeting=rules), targeting=rules), an_offer("cmp_2"), an_offer("cmp_3"))
    documents = RouteDocuments(
        {"offers": [_document("cmp_1"), _document("cmp_2", countries=["IN"])]},
        {"cmp_1": _document("cmp_1", countries=["GB"]), "cmp_2": _document("cmp_2")},
    )
    references = ClickReferences(campaigns={"cmp_2": "Shop today"})
    found = considered(_stored(arm="weighted", refusals="cc-"), a_route(*offers), documents, references)

    assert [(each["campaign_name"], each["refused_by"], each["allowed"]) for each in found] == [
        ("Game A", "campaign", ["GB"]),
        ("Shop today", "offer", ["IN"]),
        (None, None, None),
    ]


def _chances(route: Route = ROUTE, **changes: Any) -> list[float | None]:
    return [each["chance"] for each in considered(_stored(**changes), route)]


def test_chances_of_the_offers_that_could_take_the_click_sum_to_1() -> None:
    assert _chances() == [1 / 6, 1 / 2, 1 / 3, 0]
    assert _chances(arm="holdout") == [1 / 2, 1 / 6, 1 / 3, 0]
    assert _chances(refusals="cccc") == [0, 0, 0, 0]


def test_chances_by_weights_that_have_expired_are_unknown() -> None:
    assert _chances(a_route(*OFFERS), weights_version=LEARNED_AT, refusals="-c-w") == [None, 0, None, 0]


def test_chance_of_the_chosen_offer_is_its_propensity() -> None:
    for route in (ROUTE, a_route(*OFFERS)):
        context = a_click_context(draw=0.4)
        decision = decide(route, context, lambda _: True, lambda _: None)
        stored = record("", context, route, decision)
        chances = {each["campaign_id"]: each["chance"] for each in considered(stored, route)}
        assert decision.campaign
        assert chances[decision.campaign.id] == pytest.approx(float(stored["propensity"] or 0))
