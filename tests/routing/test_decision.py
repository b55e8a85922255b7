from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.campaign import Campaign, Schedule
from chalicelib.domain.click import ExperimentArm, Outcome, RejectionReason, TrackingParameters
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, OfferAccess
from chalicelib.domain.targeting import Targeting
from chalicelib.routing import eligibility
from chalicelib.routing.decision import Decision, decide
from tests import strategies as some
from tests.builders import (
    a_campaign,
    a_click_context,
    a_link,
    a_route,
    a_visitor,
    an_offer,
    an_optimized_route,
)
from tests.routing import reference
from tests.strategies import Situation

FALLBACK = "https://network.example/more"
FAIL = "https://acme.example/fail"
LAST = an_offer("cmp_last")


def _approve_all(_: str) -> bool:
    return True


def _accept(_: Campaign) -> None:
    return None


def _at_cap(*full: str) -> Callable[[Campaign], RejectionReason | None]:
    """Return a reservation that rejects these campaigns at their caps."""
    return lambda campaign: RejectionReason.CAP if campaign.id in full else None


def _decide(route: Route, **changes: Any) -> Decision:
    return decide(route, a_click_context(**changes), _approve_all, _accept)


def test_click_goes_to_the_drawn_offer() -> None:
    campaign = a_campaign("cmp_1", destination_url="https://acme.example/?cid={click_id}")

    assert _decide(a_route(an_offer(campaign, weight=3))) == Decision(
        outcome=Outcome.OFFER,
        campaign=campaign,
        url="https://acme.example/?cid={click_id}",
        rejections=(None,),
        arm=ExperimentArm.WEIGHTED,
        propensity=1.0,
    )


def test_weights_3_to_1_share_10_000_draws_7_500_to_2_500() -> None:
    route = a_route(an_offer("cmp_1", weight=3), an_offer("cmp_2", weight=1))
    decisions = [_decide(route, draw=n / 10_000) for n in range(10_000)]
    drawn = Counter((decision.campaign.id, decision.propensity) for decision in decisions if decision.campaign)

    assert drawn == {("cmp_1", 0.75): 7_500, ("cmp_2", 0.25): 2_500}


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param((0.3, 0.1), id="tenths"),
        pytest.param((2.25, 0.75), id="hundredths"),
        pytest.param((0.003, 0.001), id="thousandths"),
    ],
)
def test_decimal_weights_share_exactly_as_whole_ones_do(weights: tuple[float, float]) -> None:
    route = a_route(*(an_offer(f"cmp_{n}", weight=weight) for n, weight in enumerate(weights)))
    decisions = [_decide(route, draw=n / 10_000) for n in range(10_000)]
    drawn = Counter((decision.campaign.id, decision.propensity) for decision in decisions if decision.campaign)

    assert drawn == {("cmp_0", 0.75): 7_500, ("cmp_1", 0.25): 2_500}


def test_click_goes_to_the_landing_page_of_its_offer() -> None:
    offer = an_offer("cmp_1", landing_page="https://acme.example/summer")

    assert _decide(a_route(offer)).url == "https://acme.example/summer"


def test_catch_all_uses_its_campaigns_destination_even_if_an_offer_has_a_landing_page() -> None:
    offer = an_offer("cmp_last", enabled=False, landing_page="https://acme.example/summer")

    assert _decide(a_route(offer, catch_all=LAST)).url == "https://cmp_last.example/"


def test_higher_tier_takes_every_click() -> None:
    route = a_route(an_offer("cmp_1", priority=2), an_offer("cmp_2", priority=1, weight=1_000))
    decisions = {_decide(route, draw=n / 100) for n in range(100)}

    assert [decision.rejections for decision in decisions] == [(None, RejectionReason.LOWER_TIER)]


def test_tier_of_zero_weights_passes_click_on_without_a_rejection() -> None:
    route = a_route(an_offer("cmp_1", priority=2, weight=0), an_offer("cmp_2", priority=1))
    decision = _decide(route)

    assert (decision.campaign, decision.rejections) == (route.offers[1].campaign, (None, None))


def test_lower_tier_is_the_rejection_of_eligible_offers_only() -> None:
    route = a_route(
        an_offer("cmp_1", priority=3),
        an_offer("cmp_2", priority=3),
        an_offer("cmp_3", priority=2, enabled=False),
        an_offer("cmp_4", priority=2),
        an_offer("cmp_5", priority=1, weight=0),
    )
    lower = RejectionReason.LOWER_TIER

    assert _decide(route).rejections == (None, None, RejectionReason.DISABLED, lower, lower)


def test_offer_at_cap_passes_click_on_within_its_tier() -> None:
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), an_offer("cmp_3", priority=-1))
    decision = decide(route, a_click_context(), _approve_all, _at_cap("cmp_1"))

    assert decision.campaign == route.offers[1].campaign
    assert decision.rejections == (RejectionReason.CAP, None, RejectionReason.LOWER_TIER)


def test_tier_at_caps_passes_click_on_to_the_next() -> None:
    route = a_route(an_offer("cmp_1", priority=1), an_offer("cmp_2", priority=1), an_offer("cmp_3"))
    decision = decide(route, a_click_context(), _approve_all, _at_cap("cmp_1", "cmp_2"))

    assert decision.campaign == route.offers[2].campaign
    assert decision.rejections == (RejectionReason.CAP, RejectionReason.CAP, None)


def test_choice_after_an_offer_at_cap_is_unbiased_among_the_others() -> None:
    route = a_route(an_offer("cmp_1", weight=5), an_offer("cmp_2", weight=3), an_offer("cmp_3", weight=2))
    grid = [a_click_context(draw=n / 10_000) for n in range(10_000)]
    campaigns = [decide(route, context, _approve_all, _at_cap("cmp_1")).campaign for context in grid]

    assert Counter(campaign.id for campaign in campaigns if campaign) == {"cmp_2": 6_000, "cmp_3": 4_000}


def test_rejection_of_the_reservation_is_kept() -> None:
    decision = decide(a_route(an_offer()), a_click_context(), _approve_all, lambda _: RejectionReason.DUPLICATE)

    assert decision.rejections == (RejectionReason.DUPLICATE,)


def test_nothing_is_reserved_for_an_offer_that_is_not_drawn() -> None:
    reserved: list[str] = []
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), an_offer("cmp_3", enabled=False))
    decide(route, a_click_context(draw=0.5), _approve_all, lambda campaign: reserved.append(campaign.id))

    assert reserved == ["cmp_2"]


@pytest.mark.parametrize(
    ("access", "outcome"),
    [
        pytest.param(OfferAccess.GRANT, Outcome.OFFER, id="grant"),
        pytest.param(OfferAccess.RESPECT, Outcome.FALLBACK, id="respect"),
    ],
)
def test_only_respected_access_needs_an_individual_approval(access: OfferAccess, outcome: Outcome) -> None:
    assert decide(a_route(an_offer(), access=access), a_click_context(), lambda _: False, _accept).outcome is outcome


@pytest.mark.parametrize(
    ("fallbacks", "outcome", "url"),
    [
        pytest.param({"catch_all": LAST, "fail_url": FAIL}, Outcome.CATCH_ALL, "https://cmp_last.example/", id="all"),
        pytest.param({"catch_all": None, "fail_url": FAIL}, Outcome.FAIL_URL, FAIL, id="no catch-all"),
        pytest.param({}, Outcome.FALLBACK, FALLBACK, id="no fail URL"),
        pytest.param({"fallback_url": None}, Outcome.NO_OFFER, None, id="nothing"),
    ],
)
def test_first_fallback_takes_a_click_without_an_offer(
    fallbacks: dict[str, Any], outcome: Outcome, url: str | None
) -> None:
    route = a_route(an_offer(enabled=False), **fallbacks)

    assert _decide(route) == Decision(
        outcome, LAST.campaign if outcome is Outcome.CATCH_ALL else None, url, (RejectionReason.DISABLED,)
    )


def test_catch_all_has_no_propensity() -> None:
    assert _decide(a_route(catch_all=LAST)).propensity is None


@pytest.mark.parametrize(
    "catch_all",
    [
        pytest.param(an_offer(a_campaign("cmp_last", active=False)), id="it is paused"),
        pytest.param(an_offer("cmp_last", targeting=Targeting(exclude_bots=True)), id="it excludes bots"),
    ],
)
def test_ineligible_catch_all_passes_click_to_the_fail_url(catch_all: Any) -> None:
    route = a_route(catch_all=catch_all, fail_url=FAIL)

    assert _decide(route, visitor=a_visitor(is_bot=True)).outcome is Outcome.FAIL_URL


def test_catch_all_at_cap_passes_click_to_the_fail_url() -> None:
    route = a_route(catch_all=LAST, fail_url=FAIL)

    decision = decide(route, a_click_context(), _approve_all, _at_cap("cmp_last"))
    assert (decision.outcome, decision.catch_all_rejection) == (Outcome.FAIL_URL, RejectionReason.CAP)


def test_catch_all_needs_no_approval() -> None:
    route = a_route(an_offer(), access=OfferAccess.RESPECT, catch_all=LAST)

    assert decide(route, a_click_context(), lambda _: False, _accept).outcome is Outcome.CATCH_ALL


def test_clicks_of_a_suspended_publisher_go_to_the_fallback_url() -> None:
    route = a_route(an_offer(), catch_all=LAST, fail_url=FAIL)
    decision = _decide(route, link=a_link(publisher_active=False))

    assert decision == Decision(Outcome.FALLBACK, None, FALLBACK, (RejectionReason.NOT_APPROVED,))


def test_clicks_of_a_suspended_publisher_without_fallback_url_get_the_page() -> None:
    route = a_route(an_offer(), catch_all=LAST, fail_url=FAIL, fallback_url=None)

    assert _decide(route, link=a_link(publisher_active=False)).outcome is Outcome.NO_OFFER


@pytest.mark.parametrize("url", [pytest.param(FALLBACK, id="fallback"), pytest.param(None, id="page")])
def test_clicks_of_a_paused_smartlink_go_to_the_fallback_url_unconsidered(url: str | None) -> None:
    route = a_route(an_offer(), active=False, catch_all=LAST, fail_url=FAIL, fallback_url=url)

    assert _decide(route) == Decision(Outcome.PAUSED, None, url)


OFFERS = (an_offer("cmp_1", weight=5), an_offer("cmp_2", weight=3), an_offer("cmp_3", weight=2))
LEARNED = {
    "US|mobile": {"cmp_1": 0.125, "cmp_2": 0.375, "cmp_3": 0.5},
    "GB": {"cmp_1": 0.0, "cmp_2": 0.0, "cmp_3": 1.0},
    "*": {"cmp_1": 0.25, "cmp_2": 0.75},
}
LEARNING = an_optimized_route(*OFFERS, segments=LEARNED, holdout_percent=10)


def _shares(route: Route, *full: str, **changes: Any) -> Counter[str]:
    """Return how often each campaign is chosen over 10,000 draws if these are at their caps."""
    grid = [a_click_context(draw=n / 10_000, **changes) for n in range(10_000)]
    campaigns = [decide(route, context, _approve_all, _at_cap(*full)).campaign for context in grid]
    return Counter(campaign.id for campaign in campaigns if campaign)


def test_optimized_click_is_drawn_by_the_weights_of_its_segment() -> None:
    decision = _decide(LEARNING, draw=0.5)

    assert (decision.arm, decision.segment, decision.propensity) == (ExperimentArm.OPTIMIZED, "US|mobile", 0.5)
    assert _shares(LEARNING) == {"cmp_1": 1_250, "cmp_2": 3_750, "cmp_3": 5_000}


def test_click_in_the_hold_out_is_drawn_by_configured_weights() -> None:
    decision = _decide(LEARNING, arm_draw=0.0999)

    assert (decision.arm, decision.segment, decision.propensity) == (ExperimentArm.HOLDOUT, None, 0.5)
    assert _shares(LEARNING, arm_draw=0.0) == {"cmp_1": 5_000, "cmp_2": 3_000, "cmp_3": 2_000}


def test_offer_without_a_learned_weight_takes_an_equal_share() -> None:
    canadian = a_visitor(country="CA")

    assert _decide(LEARNING, visitor=canadian).segment == "*"
    # Besides 0.25 and 0.75 the new offer weighs 1/2: a third of the clicks.
    assert _shares(LEARNING, visitor=canadian) == {"cmp_1": 1_667, "cmp_2": 5_000, "cmp_3": 3_333}


def test_segment_without_learned_weights_uses_configured_weights_in_the_optimized_arm() -> None:
    route = an_optimized_route(*OFFERS, segments={"GB": LEARNED["GB"]})
    decision = _decide(route)

    assert (decision.arm, decision.segment, decision.propensity) == (ExperimentArm.OPTIMIZED, None, 0.5)


def test_eligible_offers_with_learned_weights_of_0_use_configured_weights() -> None:
    visitor = a_visitor(country="GB")

    assert _shares(LEARNING, visitor=visitor) == {"cmp_3": 10_000}
    assert _shares(LEARNING, "cmp_3", visitor=visitor) == {"cmp_1": 6_250, "cmp_2": 3_750}


def test_second_choice_is_drawn_by_the_same_weights() -> None:
    decision = decide(LEARNING, a_click_context(draw=0.9), _approve_all, _at_cap("cmp_3"))

    assert (decision.arm, decision.segment, decision.propensity) == (ExperimentArm.OPTIMIZED, "US|mobile", 0.75)
    assert _shares(LEARNING, "cmp_3") == {"cmp_1": 2_500, "cmp_2": 7_500}


def test_configured_weight_of_0_is_never_drawn_in_any_arm() -> None:
    offers = (an_offer("cmp_1", weight=0), an_offer("cmp_2"))
    route = an_optimized_route(*offers, segments={"*": {"cmp_1": 1.0, "cmp_2": 0.0}}, holdout_percent=50)

    assert [_shares(route, arm_draw=arm_draw) for arm_draw in (0.4, 0.5)] == [{"cmp_2": 10_000}] * 2


def test_learned_weights_do_not_affect_tiers() -> None:
    offers = (an_offer("cmp_1", priority=1), an_offer("cmp_2"))
    route = an_optimized_route(*offers, segments={"*": {"cmp_1": 0.0, "cmp_2": 1.0}})

    assert _shares(route) == {"cmp_1": 10_000}


@pytest.mark.parametrize(
    ("arm_draw", "arm", "segment"),
    [
        pytest.param(0.0, ExperimentArm.HOLDOUT, None, id="hold-out"),
        pytest.param(0.5, ExperimentArm.OPTIMIZED, "*", id="optimized"),
    ],
)
@pytest.mark.parametrize("fallbacks", [{"catch_all": LAST}, {"fail_url": FAIL}, {}, {"fallback_url": None}])
def test_click_without_an_offer_keeps_its_arm(
    arm_draw: float, arm: ExperimentArm, segment: str | None, fallbacks: dict[str, Any]
) -> None:
    route = an_optimized_route(an_offer(enabled=False), segments={"*": {}}, holdout_percent=10, **fallbacks)
    decision = _decide(route, arm_draw=arm_draw)

    assert decision.outcome is not Outcome.OFFER
    assert (decision.arm, decision.segment, decision.propensity) == (arm, segment, None)


def test_paused_smartlink_draws_no_offer() -> None:
    route = an_optimized_route(an_offer(), segments=LEARNED, active=False)

    assert _decide(route) == Decision(Outcome.PAUSED, None, FALLBACK)


def _decision(situation: Situation) -> Decision:
    return decide(situation.route, situation.context, situation.is_approved, situation.reserve)


def _available_positions(situation: Situation) -> list[int]:
    """Return the positions of the offers that are eligible, have a weight and can be reserved."""
    route = situation.route
    refusals = eligibility.rejections(route, situation.context, situation.is_approved)
    return [
        position
        for position, (offer, refused) in enumerate(zip(route.offers, refusals, strict=True))
        if refused is None and offer.weight > 0 and situation.reserve(offer.campaign) is None
    ]


def _chosen_position(situation: Situation, decision: Decision) -> int:
    return next(n for n, offer in enumerate(situation.route.offers) if offer.campaign is decision.campaign)


@given(some.situations())
def test_offer_takes_the_click_if_one_can(situation: Situation) -> None:
    expected = situation.route.active and bool(_available_positions(situation))

    assert (_decision(situation).outcome is Outcome.OFFER) is expected


@given(some.situations())
def test_rejected_offer_is_never_chosen(situation: Situation) -> None:
    decision = _decision(situation)
    if decision.outcome is Outcome.OFFER:
        position = _chosen_position(situation, decision)

        assert position in _available_positions(situation)
        assert decision.rejections[position] is None


@given(some.situations())
def test_chosen_offer_is_of_the_highest_available_tier(situation: Situation) -> None:
    decision = _decision(situation)
    if decision.outcome is Outcome.OFFER:
        offers = situation.route.offers
        highest = max(offers[position].priority for position in _available_positions(situation))

        assert offers[_chosen_position(situation, decision)].priority == highest


@given(some.situations())
def test_offer_not_chosen_has_a_rejection_or_no_weight_or_is_of_the_same_tier(situation: Situation) -> None:
    decision = _decision(situation)
    if decision.outcome is Outcome.OFFER:
        offers = situation.route.offers
        tier = offers[_chosen_position(situation, decision)].priority
        without_reason = [offer for offer, reason in zip(offers, decision.rejections, strict=True) if reason is None]

        assert all(offer.weight == 0 or offer.priority == tier for offer in without_reason)


@given(some.situations())
def test_without_a_chosen_offer_each_has_a_rejection_or_no_weight(situation: Situation) -> None:
    decision = _decision(situation)
    if decision.outcome not in {Outcome.OFFER, Outcome.PAUSED}:
        reasons = zip(situation.route.offers, decision.rejections, strict=True)

        assert all(reason or offer.weight == 0 for offer, reason in reasons)


@given(some.situations())
def test_suspended_publisher_never_reaches_a_campaign(situation: Situation) -> None:
    suspended = replace(situation.context, link=a_link(publisher_active=False))
    decision = decide(situation.route, suspended, situation.is_approved, situation.reserve)

    assert (decision.campaign, decision.url) == (None, situation.route.fallback_url)


@given(some.situations())
def test_only_no_offer_and_paused_may_have_no_destination(situation: Situation) -> None:
    decision = _decision(situation)

    assert decision.url is not None or decision.outcome in {Outcome.NO_OFFER, Outcome.PAUSED}
    assert decision.url is None or decision.outcome is not Outcome.NO_OFFER


schedules = st.builds(
    Schedule,
    starts_at=st.none() | some.times,
    ends_at=st.none() | some.times,
    timezone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]),
    hours=st.just(frozenset()) | st.frozensets(st.integers(0, 23)),
    weekdays=st.just(frozenset()) | st.frozensets(st.integers(1, 7)),
)


@st.composite
def _situations(draw: st.DrawFn) -> Situation:
    """Draw situations whose offers have every kind of rule."""
    situation = draw(some.situations())
    parameters = TrackingParameters(source=draw(some.sources))
    context = replace(situation.context, now=draw(some.times), parameters=parameters)
    route = replace(situation.route, offers=tuple(draw(_with_rules(offer)) for offer in situation.route.offers))
    return replace(situation, route=route, context=context)


def _with_rules(offer: Offer) -> st.SearchStrategy[Offer]:
    campaigns = st.builds(replace, st.just(offer.campaign), schedule=st.just(Schedule()) | schedules)
    targetings = st.just(offer.targeting) | some.targetings
    return st.builds(replace, st.just(offer), campaign=campaigns, targeting=targetings, enabled=st.booleans())


@given(st.one_of(some.situations(), _situations()))
def test_decision_is_that_of_the_reference(situation: Situation) -> None:
    arguments = (situation.route, situation.context, situation.is_approved, situation.reserve)

    assert decide(*arguments) == reference.decide(*arguments)
