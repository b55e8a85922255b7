from collections import Counter
from math import fsum, isclose

import pytest
from hypothesis import given

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import Outcome, RejectionReason
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Rotation
from chalicelib.routing import segments
from chalicelib.routing.decision import decide
from chalicelib.routing.selection_probability import selection_probabilities
from tests import strategies as some
from tests.builders import a_click_context, a_route, an_offer, an_optimized_route
from tests.strategies import Situation

PATH = ("US|mobile", "US", "*")
CAP = RejectionReason.CAP
OFFERS = (
    an_offer("cmp_1", weight=3, priority=1),
    an_offer("cmp_2", weight=1, priority=1),
    an_offer("cmp_3", weight=1, priority=1),
    an_offer("cmp_4"),
)
LEARNED = {"US|mobile": {"cmp_1": 0.125, "cmp_2": 0.75, "cmp_3": 0.125, "cmp_4": 1.0}}
ROUTE = an_optimized_route(*OFFERS, segments=LEARNED, holdout_percent=25)


def test_without_learned_weights_probabilities_follow_the_configured_ones() -> None:
    assert selection_probabilities(a_route(*OFFERS), [None] * 4, PATH) == {"cmp_1": 0.6, "cmp_2": 0.2, "cmp_3": 0.2}


def test_both_arms_have_their_share_in_the_probability() -> None:
    probabilities = selection_probabilities(ROUTE, [None, None, CAP, None], PATH)

    assert probabilities == {"cmp_1": 0.25 * 3 / 4 + 0.75 * (1 / 7), "cmp_2": 0.25 * 1 / 4 + 0.75 * (6 / 7)}


@pytest.mark.parametrize(
    ("refusals", "expected"),
    [
        pytest.param([CAP, None, CAP, None], {"cmp_2": 1.0}, id="one is left in the tier"),
        pytest.param([CAP, CAP, CAP, None], {"cmp_4": 1.0}, id="the lower tier"),
        pytest.param(
            [CAP, None, CAP, RejectionReason.LOWER_TIER], {"cmp_2": 1.0}, id="with the rejections of a decision"
        ),
        pytest.param([CAP, CAP, CAP, CAP], {}, id="nothing is left"),
        pytest.param([], {}, id="nothing was considered"),
    ],
)
def test_only_offers_without_a_rejection_have_a_probability(
    refusals: list[RejectionReason | None], expected: dict[str, float]
) -> None:
    assert selection_probabilities(ROUTE, refusals, PATH) == expected


def test_paused_route_has_no_probabilities() -> None:
    assert selection_probabilities(a_route(*OFFERS, active=False), [None] * 4, PATH) == {}


def test_campaign_that_neither_arm_draws_is_left_out() -> None:
    route = an_optimized_route(an_offer("cmp_1"), an_offer("cmp_2", weight=0), segments={"*": {"cmp_1": 0.0}})

    assert selection_probabilities(route, [None, None], PATH) == {"cmp_1": 1.0}


def test_learned_weight_of_0_has_only_the_probability_of_the_hold_out() -> None:
    route = an_optimized_route(*OFFERS[:2], segments={"*": {"cmp_1": 1.0, "cmp_2": 0.0}}, holdout_percent=20)

    assert selection_probabilities(route, [None, None], PATH) == {"cmp_1": 0.2 * 0.75 + 0.8, "cmp_2": 0.2 * 0.25}
    assert selection_probabilities(_with(route, holdout_percent=0), [None, None], PATH) == {"cmp_1": 1.0}


def _with(route: Route, holdout_percent: int) -> Route:
    return an_optimized_route(
        *route.offers, segments={"*": {"cmp_1": 1.0, "cmp_2": 0.0}}, holdout_percent=holdout_percent
    )


def _at_cap(campaign: Campaign) -> RejectionReason | None:
    return CAP if campaign.id == "cmp_3" else None


@pytest.mark.parametrize("rotation", Rotation)
def test_decisions_over_all_draws_match_the_probabilities(rotation: Rotation) -> None:
    weights = {"*": {"cmp_1": 0.2, "cmp_2": 0.6, "cmp_3": 0.2}}
    offers = (an_offer("cmp_1", weight=3), an_offer("cmp_2"), an_offer("cmp_3", enabled=False))
    route = an_optimized_route(*offers, segments=weights, holdout_percent=10, rotation=rotation)
    contexts = [a_click_context(draw=n / 100, arm_draw=m / 100) for n in range(100) for m in range(100)]
    decisions = [decide(route, context, lambda _: True, lambda _: None) for context in contexts]
    counts = Counter(decision.campaign.id for decision in decisions if decision.campaign)

    expected = selection_probabilities(route, decisions[0].rejections, PATH)
    assert {name: count / 10_000 for name, count in counts.items()} == pytest.approx(expected, abs=1e-12)


@given(some.situations())
def test_probabilities_sum_to_1_if_an_offer_takes_the_click(situation: Situation) -> None:
    route, context = situation.route, situation.context
    decision = decide(route, context, situation.is_approved, situation.reserve)
    probabilities = selection_probabilities(
        route, decision.rejections, segments.segments_of(context.visitor.country, context.visitor.device)
    )

    if decision.outcome is Outcome.OFFER:
        assert decision.campaign
        assert decision.campaign.id in probabilities
        assert isclose(fsum(probabilities.values()), 1, rel_tol=1e-12)
    else:
        assert probabilities == {}
