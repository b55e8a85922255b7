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
    a_link,
    a_route,
    a_visitor,
    an_arrival,
    an_offer,
    an_optimized_route,
)
from tests.routing import reference
from tests.strategies import Situation

FALLBACK = "https://network.example/more"
FAIL = "https://acme.example/fail"
LAST = an_offer("cmp_last")


def _everyone(_: str) -> bool:
    return True


def _free(_: Campaign) -> None:
    return None


def _full(*full: str) -> Callable[[Campaign], RejectionReason | None]:
    """A reservation that refuses these campaigns for their caps."""
    return lambda campaign: RejectionReason.CAP if campaign.id in full else None


def _decided(route: Route, **changes: Any) -> Decision:
    return decide(route, an_arrival(**changes), _everyone, _free)


def test_the_click_goes_to_the_offer_drawn() -> None:
    campaign = a_campaign("cmp_1", destination_url="https://acme.example/?cid={click_id}")

    assert _decided(a_route(an_offer(campaign, weight=3))) == Decision(
        outcome=Outcome.OFFER,
        campaign=campaign,
        url="https://acme.example/?cid={click_id}",
        refusals=(None,),
        arm=ExperimentArm.WEIGHTED,
        propensity=1.0,
    )


def test_weights_3_to_1_share_10_000_draws_7_500_to_2_500() -> None:
    route = a_route(an_offer("cmp_1", weight=3), an_offer("cmp_2", weight=1))
    decisions = [_decided(route, draw=n / 10_000) for n in range(10_000)]
    drawn = Counter((decision.campaign.id, decision.propensity) for decision in decisions if decision.campaign)

    assert drawn == {("cmp_1", 0.75): 7_500, ("cmp_2", 0.25): 2_500}


def test_the_higher_tier_takes_every_click() -> None:
    route = a_route(an_offer("cmp_1", priority=2), an_offer("cmp_2", priority=1, weight=1_000))
    decisions = {_decided(route, draw=n / 100) for n in range(100)}

    assert [decision.refusals for decision in decisions] == [(None, RejectionReason.LOWER_TIER)]


def test_a_tier_of_zeros_passes_the_click_on_and_keeps_no_reason() -> None:
    route = a_route(an_offer("cmp_1", priority=2, weight=0), an_offer("cmp_2", priority=1))
    decision = _decided(route)

    assert (decision.campaign, decision.refusals) == (route.offers[1].campaign, (None, None))


def test_only_what_could_have_taken_the_click_is_of_a_lower_tier() -> None:
    route = a_route(
        an_offer("cmp_1", priority=3),
        an_offer("cmp_2", priority=3),
        an_offer("cmp_3", priority=2, enabled=False),
        an_offer("cmp_4", priority=2),
        an_offer("cmp_5", priority=1, weight=0),
    )
    lower = RejectionReason.LOWER_TIER

    assert _decided(route).refusals == (None, None, RejectionReason.DISABLED, lower, lower)


def test_an_offer_at_its_cap_passes_the_click_on_within_its_tier() -> None:
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), an_offer("cmp_3", priority=-1))
    decision = decide(route, an_arrival(), _everyone, _full("cmp_1"))

    assert decision.campaign == route.offers[1].campaign
    assert decision.refusals == (RejectionReason.CAP, None, RejectionReason.LOWER_TIER)


def test_a_tier_at_its_caps_passes_the_click_on_to_the_next() -> None:
    route = a_route(an_offer("cmp_1", priority=1), an_offer("cmp_2", priority=1), an_offer("cmp_3"))
    decision = decide(route, an_arrival(), _everyone, _full("cmp_1", "cmp_2"))

    assert decision.campaign == route.offers[2].campaign
    assert decision.refusals == (RejectionReason.CAP, RejectionReason.CAP, None)


def test_a_choice_after_a_full_offer_is_unbiased_among_the_rest() -> None:
    route = a_route(an_offer("cmp_1", weight=5), an_offer("cmp_2", weight=3), an_offer("cmp_3", weight=2))
    grid = [an_arrival(draw=n / 10_000) for n in range(10_000)]
    campaigns = [decide(route, arrival, _everyone, _full("cmp_1")).campaign for arrival in grid]

    assert Counter(campaign.id for campaign in campaigns if campaign) == {"cmp_2": 6_000, "cmp_3": 4_000}


def test_the_filters_own_word_is_kept_as_the_reason() -> None:
    decision = decide(a_route(an_offer()), an_arrival(), _everyone, lambda _: RejectionReason.DUPLICATE)

    assert decision.refusals == (RejectionReason.DUPLICATE,)


def test_nothing_is_reserved_for_an_offer_that_is_not_drawn() -> None:
    asked: list[str] = []
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), an_offer("cmp_3", enabled=False))
    decide(route, an_arrival(draw=0.5), _everyone, lambda campaign: asked.append(campaign.id))

    assert asked == ["cmp_2"]


@pytest.mark.parametrize(
    ("access", "outcome"),
    [
        pytest.param(OfferAccess.GRANT, Outcome.OFFER, id="grant"),
        pytest.param(OfferAccess.RESPECT, Outcome.FALLBACK, id="respect"),
    ],
)
def test_only_respect_asks_for_the_publishers_own_approval(access: OfferAccess, outcome: Outcome) -> None:
    assert decide(a_route(an_offer(), access=access), an_arrival(), lambda _: False, _free).outcome is outcome


@pytest.mark.parametrize(
    ("nets", "outcome", "url"),
    [
        pytest.param({"catch_all": LAST, "fail_url": FAIL}, Outcome.CATCH_ALL, "https://cmp_last.example/", id="all"),
        pytest.param({"catch_all": None, "fail_url": FAIL}, Outcome.FAIL_URL, FAIL, id="no catch-all"),
        pytest.param({}, Outcome.FALLBACK, FALLBACK, id="no fail URL"),
        pytest.param({"fallback_url": None}, Outcome.NO_OFFER, None, id="nothing"),
    ],
)
def test_below_the_offers_the_first_net_that_holds_takes_the_click(
    nets: dict[str, Any], outcome: Outcome, url: str | None
) -> None:
    route = a_route(an_offer(enabled=False), **nets)

    assert _decided(route) == Decision(
        outcome, LAST.campaign if outcome is Outcome.CATCH_ALL else None, url, (RejectionReason.DISABLED,)
    )


def test_what_was_not_drawn_has_no_propensity() -> None:
    assert _decided(a_route(catch_all=LAST)).propensity is None


@pytest.mark.parametrize(
    "catch_all",
    [
        pytest.param(an_offer(a_campaign("cmp_last", active=False)), id="it is paused"),
        pytest.param(an_offer("cmp_last", targeting=Targeting(exclude_bots=True)), id="it wants no bots"),
    ],
)
def test_a_catch_all_that_may_not_take_the_click_passes_it_to_the_fail_url(catch_all: Any) -> None:
    route = a_route(catch_all=catch_all, fail_url=FAIL)

    assert _decided(route, visitor=a_visitor(is_bot=True)).outcome is Outcome.FAIL_URL


def test_a_full_catch_all_passes_the_click_to_the_fail_url() -> None:
    route = a_route(catch_all=LAST, fail_url=FAIL)

    decision = decide(route, an_arrival(), _everyone, _full("cmp_last"))
    assert (decision.outcome, decision.catch_all_refused) == (Outcome.FAIL_URL, RejectionReason.CAP)


def test_the_catch_all_needs_no_approval() -> None:
    route = a_route(an_offer(), access=OfferAccess.RESPECT, catch_all=LAST)

    assert decide(route, an_arrival(), lambda _: False, _free).outcome is Outcome.CATCH_ALL


def test_the_clicks_of_a_suspended_publisher_fall_back() -> None:
    route = a_route(an_offer(), catch_all=LAST, fail_url=FAIL)
    decision = _decided(route, link=a_link(publisher_active=False))

    assert decision == Decision(Outcome.FALLBACK, None, FALLBACK, (RejectionReason.NOT_APPROVED,))


def test_without_a_fallback_url_a_suspended_publishers_clicks_end_on_the_page() -> None:
    route = a_route(an_offer(), catch_all=LAST, fail_url=FAIL, fallback_url=None)

    assert _decided(route, link=a_link(publisher_active=False)).outcome is Outcome.NO_OFFER


@pytest.mark.parametrize("url", [pytest.param(FALLBACK, id="fallback"), pytest.param(None, id="page")])
def test_the_clicks_of_a_paused_smartlink_fall_back_and_nothing_is_considered(url: str | None) -> None:
    route = a_route(an_offer(), active=False, catch_all=LAST, fail_url=FAIL, fallback_url=url)

    assert _decided(route) == Decision(Outcome.PAUSED, None, url)


OFFERS = (an_offer("cmp_1", weight=5), an_offer("cmp_2", weight=3), an_offer("cmp_3", weight=2))
LEARNED = {
    "US|mobile": {"cmp_1": 0.125, "cmp_2": 0.375, "cmp_3": 0.5},
    "GB": {"cmp_1": 0.0, "cmp_2": 0.0, "cmp_3": 1.0},
    "*": {"cmp_1": 0.25, "cmp_2": 0.75},
}
LEARNING = an_optimized_route(*OFFERS, segments=LEARNED, holdout_percent=10)


def _shares(route: Route, *full: str, **changes: Any) -> Counter[str]:
    """How often each campaign is chosen over 10,000 draws, where these are full."""
    grid = [an_arrival(draw=n / 10_000, **changes) for n in range(10_000)]
    campaigns = [decide(route, arrival, _everyone, _full(*full)).campaign for arrival in grid]
    return Counter(campaign.id for campaign in campaigns if campaign)


def test_an_optimized_click_is_drawn_by_the_weights_of_its_segment() -> None:
    decision = _decided(LEARNING, draw=0.5)

    assert (decision.arm, decision.segment, decision.propensity) == (ExperimentArm.OPTIMIZED, "US|mobile", 0.5)
    assert _shares(LEARNING) == {"cmp_1": 1_250, "cmp_2": 3_750, "cmp_3": 5_000}


def test_a_click_of_the_hold_out_is_drawn_by_the_admins_weights() -> None:
    decision = _decided(LEARNING, lot=0.0999)

    assert (decision.arm, decision.segment, decision.propensity) == (ExperimentArm.HOLDOUT, None, 0.5)
    assert _shares(LEARNING, lot=0.0) == {"cmp_1": 5_000, "cmp_2": 3_000, "cmp_3": 2_000}


def test_an_offer_added_since_the_last_run_takes_its_head_count_share() -> None:
    canadian = a_visitor(country="CA")

    assert _decided(LEARNING, visitor=canadian).segment == "*"
    # Against 0.25 and 0.75 the new one weighs 1/2: a third of the clicks.
    assert _shares(LEARNING, visitor=canadian) == {"cmp_1": 1_667, "cmp_2": 5_000, "cmp_3": 3_333}


def test_where_nothing_was_learned_of_a_segment_the_admins_weights_draw_in_the_optimized_arm() -> None:
    route = an_optimized_route(*OFFERS, segments={"GB": LEARNED["GB"]})
    decision = _decided(route)

    assert (decision.arm, decision.segment, decision.propensity) == (ExperimentArm.OPTIMIZED, None, 0.5)


def test_where_all_that_was_learned_of_the_eligible_is_0_the_admins_weights_draw() -> None:
    visitor = a_visitor(country="GB")

    assert _shares(LEARNING, visitor=visitor) == {"cmp_3": 10_000}
    assert _shares(LEARNING, "cmp_3", visitor=visitor) == {"cmp_1": 6_250, "cmp_2": 3_750}


def test_a_second_choice_is_drawn_by_the_same_weights() -> None:
    decision = decide(LEARNING, an_arrival(draw=0.9), _everyone, _full("cmp_3"))

    assert (decision.arm, decision.segment, decision.propensity) == (ExperimentArm.OPTIMIZED, "US|mobile", 0.75)
    assert _shares(LEARNING, "cmp_3") == {"cmp_1": 2_500, "cmp_2": 7_500}


def test_an_admins_0_is_never_drawn_in_any_arm() -> None:
    offers = (an_offer("cmp_1", weight=0), an_offer("cmp_2"))
    route = an_optimized_route(*offers, segments={"*": {"cmp_1": 1.0, "cmp_2": 0.0}}, holdout_percent=50)

    assert [_shares(route, lot=lot) for lot in (0.4, 0.5)] == [{"cmp_2": 10_000}] * 2


def test_learned_weights_do_not_reach_over_tiers() -> None:
    offers = (an_offer("cmp_1", priority=1), an_offer("cmp_2"))
    route = an_optimized_route(*offers, segments={"*": {"cmp_1": 0.0, "cmp_2": 1.0}})

    assert _shares(route) == {"cmp_1": 10_000}


@pytest.mark.parametrize(
    ("lot", "arm", "segment"),
    [
        pytest.param(0.0, ExperimentArm.HOLDOUT, None, id="hold-out"),
        pytest.param(0.5, ExperimentArm.OPTIMIZED, "*", id="optimized"),
    ],
)
@pytest.mark.parametrize("nets", [{"catch_all": LAST}, {"fail_url": FAIL}, {}, {"fallback_url": None}])
def test_a_click_that_no_offer_takes_keeps_its_arm(
    lot: float, arm: ExperimentArm, segment: str | None, nets: dict[str, Any]
) -> None:
    route = an_optimized_route(an_offer(enabled=False), segments={"*": {}}, holdout_percent=10, **nets)
    decision = _decided(route, lot=lot)

    assert decision.outcome is not Outcome.OFFER
    assert (decision.arm, decision.segment, decision.propensity) == (arm, segment, None)


def test_a_paused_smartlink_draws_for_nobody() -> None:
    route = an_optimized_route(an_offer(), segments=LEARNED, active=False)

    assert _decided(route) == Decision(Outcome.PAUSED, None, FALLBACK)


def _decision(situation: Situation) -> Decision:
    return decide(situation.route, situation.arrival, situation.approved, situation.reserve)


def _available(situation: Situation) -> list[int]:
    """The places of the offers that may take the click, have a weight and would be reserved."""
    route = situation.route
    refusals = eligibility.refusals(route, situation.arrival, situation.approved)
    return [
        place
        for place, (offer, refused) in enumerate(zip(route.offers, refusals, strict=True))
        if refused is None and offer.weight > 0 and situation.reserve(offer.campaign) is None
    ]


def _chosen(situation: Situation, decision: Decision) -> int:
    return next(n for n, offer in enumerate(situation.route.offers) if offer.campaign is decision.campaign)


@given(some.situations())
def test_an_offer_takes_the_click_wherever_one_can(situation: Situation) -> None:
    expected = situation.route.active and bool(_available(situation))

    assert (_decision(situation).outcome is Outcome.OFFER) is expected


@given(some.situations())
def test_a_refused_offer_is_never_chosen(situation: Situation) -> None:
    decision = _decision(situation)
    if decision.outcome is Outcome.OFFER:
        place = _chosen(situation, decision)

        assert place in _available(situation)
        assert decision.refusals[place] is None


@given(some.situations())
def test_the_chosen_offer_is_of_the_highest_tier_with_one_that_can_take_the_click(situation: Situation) -> None:
    decision = _decision(situation)
    if decision.outcome is Outcome.OFFER:
        offers = situation.route.offers
        highest = max(offers[place].priority for place in _available(situation))

        assert offers[_chosen(situation, decision)].priority == highest


@given(some.situations())
def test_an_offer_that_is_not_chosen_has_a_reason_or_no_weight_or_shares_the_tier(situation: Situation) -> None:
    decision = _decision(situation)
    if decision.outcome is Outcome.OFFER:
        offers = situation.route.offers
        tier = offers[_chosen(situation, decision)].priority
        silent = [offer for offer, reason in zip(offers, decision.refusals, strict=True) if reason is None]

        assert all(offer.weight == 0 or offer.priority == tier for offer in silent)


@given(some.situations())
def test_where_no_offer_takes_the_click_every_one_has_a_reason_or_no_weight(situation: Situation) -> None:
    decision = _decision(situation)
    if decision.outcome not in {Outcome.OFFER, Outcome.PAUSED}:
        reasons = zip(situation.route.offers, decision.refusals, strict=True)

        assert all(reason or offer.weight == 0 for offer, reason in reasons)


@given(some.situations())
def test_a_suspended_publisher_never_reaches_a_campaign(situation: Situation) -> None:
    suspended = replace(situation.arrival, link=a_link(publisher_active=False))
    decision = decide(situation.route, suspended, situation.approved, situation.reserve)

    assert (decision.campaign, decision.url) == (None, situation.route.fallback_url)


@given(some.situations())
def test_only_the_outcomes_without_a_page_have_a_destination(situation: Situation) -> None:
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
    """Situations whose offers choose by every rule there is."""
    situation = draw(some.situations())
    labels = TrackingParameters(source=draw(some.sources))
    arrival = replace(situation.arrival, now=draw(some.times), parameters=labels)
    route = replace(situation.route, offers=tuple(draw(_choosy(offer)) for offer in situation.route.offers))
    return replace(situation, route=route, arrival=arrival)


def _choosy(offer: Offer) -> st.SearchStrategy[Offer]:
    campaigns = st.builds(replace, st.just(offer.campaign), schedule=st.just(Schedule()) | schedules)
    targetings = st.just(offer.targeting) | some.targetings
    return st.builds(replace, st.just(offer), campaign=campaigns, targeting=targetings, enabled=st.booleans())


@given(st.one_of(some.situations(), _situations()))
def test_the_decision_is_the_one_that_the_designs_words_make(situation: Situation) -> None:
    asked = (situation.route, situation.arrival, situation.approved, situation.reserve)

    assert decide(*asked) == reference.decide(*asked)
