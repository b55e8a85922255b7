from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.click import RejectionReason
from chalicelib.domain.route import LearnedWeights, Route
from chalicelib.domain.smartlink import OfferAccess, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick, decode_click
from chalicelib.evaluation.replay.policies import ActionProbabilities, logging_policy, target_policy
from chalicelib.evaluation.reward import Reward
from chalicelib.routing import click_record
from chalicelib.routing.decision import decide
from tests.builders import a_campaign, a_click_context, a_link, a_route, an_offer

ONE, TWO, THREE = (an_offer(f"cmp_{n}") for n in (1, 2, 3))
A, B, C = (Action(f"cmp_{n}") for n in (1, 2, 3))
CATCH_ALL, TO_CATCH_ALL = an_offer("cmp_9"), Action("cmp_9", catch_all=True)
OTHER_COUNTRY = Targeting(countries=frozenset({"DE"}))
LEARNED = LearnedWeights(5, {"US": {"cmp_1": 0.8, "cmp_2": 0.2}})
OPTIMIZED = a_route(ONE, TWO, rotation=Rotation.OPTIMIZED, holdout_percent=10, learned=LEARNED)


def a_click(route: Route, at_cap: Sequence[str] = (), approved: Sequence[str] = (), **changes: Any) -> LoggedClick:
    """Return a click on the route. Campaigns in `at_cap` are at their cap; `approved` are the publisher's approvals."""
    context = a_click_context(**changes)
    decision = decide(
        route, context, approved.__contains__, lambda it: RejectionReason.CAP if it.id in at_cap else None
    )
    return decode_click(click_record.record("1", context, route, decision), route, Reward())


def under_edit(click: LoggedClick, edited: Route) -> ActionProbabilities:
    """Return the probabilities under the edit, with a current approval for the third campaign."""
    return target_policy(click, edited, lambda *approval: approval == ("pub_1", "cmp_3"))


def test_logging_policy_is_by_weight_over_the_eligible_offers() -> None:
    click = a_click(a_route(an_offer("cmp_1", weight=3), TWO, an_offer("cmp_3", targeting=OTHER_COUNTRY)))
    assert logging_policy(click) == {A: 0.75, B: 0.25}


def test_logging_policy_combines_both_arms() -> None:
    assert logging_policy(a_click(OPTIMIZED)) == pytest.approx({A: 0.77, B: 0.23})


def test_policies_are_identical_without_an_edit() -> None:
    low = an_offer("cmp_4", priority=-1)
    routes = [
        OPTIMIZED,
        a_route(ONE, TWO, THREE, low),
        a_route(an_offer("cmp_1", targeting=OTHER_COUNTRY), catch_all=CATCH_ALL),
    ]
    for click in (a_click(route, at_cap=["cmp_2"], draw=draw) for route in routes for draw in (0.1, 0.5, 0.9)):
        assert under_edit(click, click.route) == logging_policy(click)


def test_share_of_a_removed_offer_goes_to_the_others_by_learned_weight() -> None:
    learned = LearnedWeights(5, {"*": {"cmp_1": 0.5, "cmp_2": 0.4, "cmp_3": 0.1}})
    route = a_route(ONE, TWO, THREE, rotation=Rotation.OPTIMIZED, learned=learned)
    assert under_edit(a_click(route), replace(route, offers=(TWO, THREE))) == pytest.approx({B: 0.8, C: 0.2})


def test_targeting_is_evaluated_for_the_visitor() -> None:
    click = a_click(a_route(ONE, TWO))
    assert under_edit(click, a_route(an_offer("cmp_1", targeting=OTHER_COUNTRY), TWO)) == {B: 1}


def test_higher_tier_takes_the_click() -> None:
    assert under_edit(a_click(a_route(ONE, TWO)), a_route(an_offer("cmp_2", priority=5), ONE)) == {B: 1}


def test_offer_at_its_cap_stays_at_its_cap_under_the_edit() -> None:
    click = a_click(a_route(ONE, TWO), at_cap=["cmp_1"])
    assert under_edit(click, a_route(an_offer("cmp_1", weight=9), TWO, THREE)) == {B: 0.5, C: 0.5}


def test_clicks_of_a_paused_smartlink_have_no_paying_offer() -> None:
    paused = a_route(ONE, active=False)
    assert logging_policy(a_click(paused)) == {NO_PAYING_OFFER: 1}
    assert under_edit(a_click(paused), a_route(ONE)) == {A: 1}
    assert under_edit(a_click(a_route(ONE)), paused) == {NO_PAYING_OFFER: 1}


def test_click_without_an_eligible_offer_goes_to_the_catch_all() -> None:
    click = a_click(a_route(ONE))
    assert under_edit(click, a_route(catch_all=CATCH_ALL)) == {TO_CATCH_ALL: 1}
    assert under_edit(click, a_route(catch_all=an_offer("cmp_9", targeting=OTHER_COUNTRY))) == {NO_PAYING_OFFER: 1}


def test_catch_all_that_rejected_the_click_rejects_it_again() -> None:
    click = a_click(a_route(catch_all=CATCH_ALL), at_cap=["cmp_9"])
    assert logging_policy(click) == {NO_PAYING_OFFER: 1}
    assert under_edit(click, a_route(catch_all=an_offer("cmp_9", weight=3))) == {NO_PAYING_OFFER: 1}
    assert under_edit(click, a_route(catch_all=an_offer("cmp_8"))) == {Action("cmp_8", catch_all=True): 1}


def test_catch_all_that_did_not_suit_the_visitor_may_take_the_click_after_the_edit() -> None:
    click = a_click(a_route(catch_all=an_offer("cmp_9", targeting=OTHER_COUNTRY)))
    assert under_edit(click, a_route(catch_all=CATCH_ALL)) == {TO_CATCH_ALL: 1}


def test_clicks_of_a_suspended_publisher_have_no_paying_offer_under_either_policy() -> None:
    click = a_click(a_route(ONE, catch_all=CATCH_ALL), link=a_link(publisher_active=False))
    assert logging_policy(click) == under_edit(click, a_route(TWO, catch_all=CATCH_ALL)) == {NO_PAYING_OFFER: 1}


def test_logged_approvals_are_used() -> None:
    route = a_route(ONE, TWO, access=OfferAccess.RESPECT)
    click = a_click(route, approved=["cmp_1"])
    assert under_edit(click, route) == logging_policy(click) == {A: 1}


def test_current_approvals_are_used_if_none_are_logged() -> None:
    disabled = an_offer("cmp_3", enabled=False)
    click = a_click(a_route(ONE, disabled, access=OfferAccess.RESPECT), approved=["cmp_1"])
    assert under_edit(click, a_route(ONE, THREE, TWO, access=OfferAccess.RESPECT)) == {A: 0.5, C: 0.5}
    granted = a_click(a_route(ONE, TWO, THREE))
    assert under_edit(granted, a_route(ONE, TWO, THREE, access=OfferAccess.RESPECT)) == {C: 1}


def test_action_that_the_route_does_not_allow_has_the_logged_propensity() -> None:
    click = a_click(a_route(an_offer("cmp_1", weight=3), TWO))
    other = replace(click, route=a_route(an_offer(a_campaign("cmp_1"), weight=0), TWO))
    assert logging_policy(other) == {A: 0.75}
