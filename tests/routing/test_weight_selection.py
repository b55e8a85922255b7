from collections import Counter

import pytest
from hypothesis import given

from chalicelib.domain.click import ExperimentArm
from chalicelib.domain.smartlink import Rotation
from chalicelib.routing import segments
from chalicelib.routing.weight_selection import (
    WeightSelection,
    learned_weights,
    select_weights,
    weight_selections,
    weights,
)
from tests import strategies as some
from tests.builders import a_route, an_offer, an_optimized_route
from tests.strategies import Situation

PATH = ("US|mobile", "US", "*")
EVERYONE = {"*": {"cmp_1": 1.0}}
OFFERS = [an_offer("cmp_1", weight=3), an_offer("cmp_2"), an_offer("cmp_3"), an_offer("cmp_4", priority=-1)]


def test_without_learned_weights_every_click_is_weighted() -> None:
    route = a_route(rotation=Rotation.OPTIMIZED, holdout_percent=50)

    assert select_weights(route, PATH, 0.0) == WeightSelection(ExperimentArm.WEIGHTED)
    assert weight_selections(route, PATH) == [(WeightSelection(ExperimentArm.WEIGHTED), 1.0)]


def test_learned_weights_are_not_used_in_rotation_weighted() -> None:
    route = an_optimized_route(segments=EVERYONE, rotation=Rotation.WEIGHTED, holdout_percent=50)

    assert select_weights(route, PATH, 0.0) == WeightSelection(ExperimentArm.WEIGHTED)


@pytest.mark.parametrize(
    ("percent", "arms"),
    [
        pytest.param(0, {ExperimentArm.OPTIMIZED: 1_000}, id="0 %"),
        pytest.param(5, {ExperimentArm.HOLDOUT: 50, ExperimentArm.OPTIMIZED: 950}, id="5 %"),
        pytest.param(29, {ExperimentArm.HOLDOUT: 290, ExperimentArm.OPTIMIZED: 710}, id="29 %"),
        pytest.param(100, {ExperimentArm.HOLDOUT: 1_000}, id="100 %"),
    ],
)
def test_hold_out_has_exactly_its_share_of_arm_draws(percent: int, arms: dict[ExperimentArm, int]) -> None:
    route = an_optimized_route(segments=EVERYONE, holdout_percent=percent)

    assert Counter(select_weights(route, PATH, n / 1_000).arm for n in range(1_000)) == arms


def test_selections_of_both_arms_have_their_shares() -> None:
    route = an_optimized_route(segments=EVERYONE, holdout_percent=25)

    assert weight_selections(route, PATH) == [
        (WeightSelection(ExperimentArm.HOLDOUT), 0.25),
        (WeightSelection(ExperimentArm.OPTIMIZED, "*", {"cmp_1": 1.0}), 0.75),
    ]


@pytest.mark.parametrize(
    ("names", "segment"),
    [
        pytest.param(["*", "US", "US|mobile"], "US|mobile", id="country and device"),
        pytest.param(["*", "US", "US|desktop"], "US", id="country"),
        pytest.param(["*", "GB", "GB|mobile"], "*", id="everyone"),
        pytest.param(["GB"], None, id="nothing learned"),
    ],
)
def test_most_specific_segment_that_has_weights_is_used(names: list[str], segment: str | None) -> None:
    route = an_optimized_route(segments={name: {"cmp_1": 0.5} for name in names})

    selection = select_weights(route, PATH, 0.0)
    assert selection == WeightSelection(ExperimentArm.OPTIMIZED, segment, {"cmp_1": 0.5} if segment else None)


def test_unknown_country_is_a_segment() -> None:
    route = an_optimized_route(segments={"?|mobile": {}, "?": {}, "*": {}})

    assert select_weights(route, segments.segments_of(None, "mobile"), 0.0).segment == "?|mobile"


def test_segment_without_visitors_is_not_used() -> None:
    route = an_optimized_route(segments={})

    assert select_weights(route, PATH, 0.0) == WeightSelection(ExperimentArm.OPTIMIZED)


@pytest.mark.parametrize("arm", [ExperimentArm.WEIGHTED, ExperimentArm.HOLDOUT])
def test_outside_the_optimized_arm_configured_weights_are_used(arm: ExperimentArm) -> None:
    assert weights(WeightSelection(arm), OFFERS, [0, 1]) == [3000, 1000]


def test_learned_weights_are_those_of_the_tier() -> None:
    learned = {"cmp_1": 0.2, "cmp_2": 0.3, "cmp_3": 0.5}

    assert weights(WeightSelection(ExperimentArm.OPTIMIZED, "*", learned), OFFERS, [2, 0]) == [0.5, 0.2]


def test_configured_weights_are_used_if_all_learned_ones_are_0() -> None:
    selection = WeightSelection(ExperimentArm.OPTIMIZED, "*", {"cmp_1": 0.0, "cmp_2": 0.0, "cmp_3": 1.0})

    assert weights(selection, OFFERS, [0, 1]) == [3000, 1000]
    assert weights(selection, OFFERS, [0, 1, 2]) == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("learned", "expected"),
    [
        pytest.param({"cmp_1": 0.9, "cmp_2": 0.1}, [0.9, 0.1, 0.5], id="two learned offers"),
        pytest.param({"cmp_1": 1.0}, [1.0, 1.0, 1.0], id="one learned offer"),
        pytest.param({"cmp_4": 1.0}, [1.0, 1.0, 1.0], id="none in this tier"),
        pytest.param({}, [1.0, 1.0, 1.0], id="none at all"),
        pytest.param({"cmp_1": 1.0, "cmp_2": 0.0, "cmp_9": 0.5}, [1.0, 0.0, 0.5], id="a learned 0 counts"),
    ],
)
def test_offer_without_a_learned_weight_has_an_equal_share(learned: dict[str, float], expected: list[float]) -> None:
    assert learned_weights(learned, OFFERS, [0, 1, 2]) == expected


def test_equal_share_counts_all_learned_offers_of_the_tier() -> None:
    selection = WeightSelection(ExperimentArm.OPTIMIZED, "*", {"cmp_1": 0.5, "cmp_2": 0.5})

    assert weights(selection, OFFERS, [0, 2]) == [0.5, 0.5]


def test_configured_weight_of_0_stays_0() -> None:
    offers = [an_offer("cmp_1", weight=0), an_offer("cmp_2", weight=0)]

    assert learned_weights({"cmp_1": 1.0}, offers, [0, 1]) == [0.0, 0.0]


@given(some.situations())
def test_drawable_tier_has_a_weight_above_0(situation: Situation) -> None:
    route, visitor = situation.route, situation.context.visitor
    selection = select_weights(route, segments.segments_of(visitor.country, visitor.device), situation.context.arm_draw)
    tier = [place for place, offer in enumerate(route.offers) if offer.weight > 0]

    assert any(weights(selection, route.offers, tier)) is bool(tier)
