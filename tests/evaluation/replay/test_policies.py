from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.click import RejectionReason
from chalicelib.domain.route import LearnedWeights, Route
from chalicelib.domain.smartlink import OfferAccess, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick, logged
from chalicelib.evaluation.replay.policies import ActionProbabilities, logging_policy, target_policy
from chalicelib.evaluation.reward import Reward
from chalicelib.routing import click_record
from chalicelib.routing.decision import decide
from tests.builders import a_campaign, a_link, a_route, an_arrival, an_offer

ONE, TWO, THREE = (an_offer(f"cmp_{n}") for n in (1, 2, 3))
A, B, C = (Action(f"cmp_{n}") for n in (1, 2, 3))
LAST, TO_LAST = an_offer("cmp_9"), Action("cmp_9", catch_all=True)
NOBODY = Targeting(countries=frozenset({"DE"}))
LEARNED = LearnedWeights(5, {"US": {"cmp_1": 0.8, "cmp_2": 0.2}})
OPTIMIZED = a_route(ONE, TWO, rotation=Rotation.OPTIMIZED, holdout_percent=10, learned=LEARNED)


def a_click(route: Route, refuses: Sequence[str] = (), approved: Sequence[str] = (), **changes: Any) -> LoggedClick:
    """A click on the route; the campaigns that refuse do so by their caps, those approved are the publisher's."""
    arrival = an_arrival(**changes)
    decision = decide(
        route, arrival, approved.__contains__, lambda it: RejectionReason.CAP if it.id in refuses else None
    )
    return logged(click_record.record("1", arrival, route, decision), route, Reward())


def after(click: LoggedClick, edited: Route) -> ActionProbabilities:
    """The chances under the edit, where the publisher has by now an approval for the third campaign."""
    return target_policy(click, edited, lambda *approval: approval == ("pub_1", "cmp_3"))


def test_a_click_could_have_gone_to_each_eligible_offer_by_its_weight() -> None:
    click = a_click(a_route(an_offer("cmp_1", weight=3), TWO, an_offer("cmp_3", targeting=NOBODY)))
    assert logging_policy(click) == {A: 0.75, B: 0.25}


def test_both_arms_count_by_their_shares() -> None:
    assert logging_policy(a_click(OPTIMIZED)) == pytest.approx({A: 0.77, B: 0.23})


def test_without_an_edit_the_chances_are_the_same_to_the_last_digit() -> None:
    low = an_offer("cmp_4", priority=-1)
    routes = [OPTIMIZED, a_route(ONE, TWO, THREE, low), a_route(an_offer("cmp_1", targeting=NOBODY), catch_all=LAST)]
    for click in (a_click(route, refuses=["cmp_2"], draw=draw) for route in routes for draw in (0.1, 0.5, 0.9)):
        assert after(click, click.route) == logging_policy(click)


def test_a_removed_offers_share_goes_to_the_others_by_their_learned_weights() -> None:
    learned = LearnedWeights(5, {"*": {"cmp_1": 0.5, "cmp_2": 0.4, "cmp_3": 0.1}})
    route = a_route(ONE, TWO, THREE, rotation=Rotation.OPTIMIZED, learned=learned)
    assert after(a_click(route), replace(route, offers=(TWO, THREE))) == pytest.approx({B: 0.8, C: 0.2})


def test_targeting_is_judged_by_the_visitor() -> None:
    click = a_click(a_route(ONE, TWO))
    assert after(click, a_route(an_offer("cmp_1", targeting=NOBODY), TWO)) == {B: 1}


def test_a_higher_tier_takes_the_click() -> None:
    assert after(a_click(a_route(ONE, TWO)), a_route(an_offer("cmp_2", priority=5), ONE)) == {B: 1}


def test_an_offer_at_its_cap_then_is_at_its_cap_under_the_edit() -> None:
    click = a_click(a_route(ONE, TWO), refuses=["cmp_1"])
    assert after(click, a_route(an_offer("cmp_1", weight=9), TWO, THREE)) == {B: 0.5, C: 0.5}


def test_a_paused_smartlinks_clicks_went_nowhere() -> None:
    paused = a_route(ONE, active=False)
    assert logging_policy(a_click(paused)) == {NO_PAYING_OFFER: 1}
    assert after(a_click(paused), a_route(ONE)) == {A: 1}
    assert after(a_click(a_route(ONE)), paused) == {NO_PAYING_OFFER: 1}


def test_what_no_offer_takes_goes_to_the_catch_all() -> None:
    click = a_click(a_route(ONE))
    assert after(click, a_route(catch_all=LAST)) == {TO_LAST: 1}
    assert after(click, a_route(catch_all=an_offer("cmp_9", targeting=NOBODY))) == {NO_PAYING_OFFER: 1}


def test_a_catch_all_that_refused_this_click_refuses_it_again() -> None:
    click = a_click(a_route(catch_all=LAST), refuses=["cmp_9"])
    assert logging_policy(click) == {NO_PAYING_OFFER: 1}
    assert after(click, a_route(catch_all=an_offer("cmp_9", weight=3))) == {NO_PAYING_OFFER: 1}
    assert after(click, a_route(catch_all=an_offer("cmp_8"))) == {Action("cmp_8", catch_all=True): 1}


def test_a_catch_all_that_did_not_suit_the_visitor_may_after_the_edit() -> None:
    click = a_click(a_route(catch_all=an_offer("cmp_9", targeting=NOBODY)))
    assert after(click, a_route(catch_all=LAST)) == {TO_LAST: 1}


def test_a_suspended_publishers_clicks_go_nowhere_either_way() -> None:
    click = a_click(a_route(ONE, catch_all=LAST), link=a_link(publisher_active=False))
    assert logging_policy(click) == after(click, a_route(TWO, catch_all=LAST)) == {NO_PAYING_OFFER: 1}


def test_approvals_are_those_of_the_time_where_the_click_tells_them() -> None:
    route = a_route(ONE, TWO, access=OfferAccess.RESPECT)
    click = a_click(route, approved=["cmp_1"])
    assert after(click, route) == logging_policy(click) == {A: 1}


def test_approvals_are_those_of_now_where_it_does_not() -> None:
    disabled = an_offer("cmp_3", enabled=False)
    click = a_click(a_route(ONE, disabled, access=OfferAccess.RESPECT), approved=["cmp_1"])
    assert after(click, a_route(ONE, THREE, TWO, access=OfferAccess.RESPECT)) == {A: 0.5, C: 0.5}
    granted = a_click(a_route(ONE, TWO, THREE))
    assert after(granted, a_route(ONE, TWO, THREE, access=OfferAccess.RESPECT)) == {C: 1}


def test_a_choice_that_the_route_does_not_allow_has_the_propensity_that_was_logged() -> None:
    click = a_click(a_route(an_offer("cmp_1", weight=3), TWO))
    other = replace(click, route=a_route(an_offer(a_campaign("cmp_1"), weight=0), TWO))
    assert logging_policy(other) == {A: 0.75}
