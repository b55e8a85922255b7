from typing import Any

import pytest

from chalicelib.domain.route import Route
from chalicelib.routing.explanation import considered, segment
from tests.builders import a_route, an_offer, an_optimized_route

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
    return {"country": "US", "device": "mobile", "arm": "optimized", "refusals": "---w", **changes}


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
    assert offers[1] == {"campaign_id": "cmp_2", "priority": 1, "weight": 0.75, "refused": "country"}


def test_click_rejected_before_the_offers_considered_none() -> None:
    assert considered(_stored(refusals=None, arm="weighted"), ROUTE) == []
    assert considered(_stored(refusals=None), ROUTE) == []
