from dataclasses import replace

import pytest

from chalicelib.domain.click import Outcome
from chalicelib.evaluation.replay.importance_weights import WeightedClick, WeightedClicks
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick
from chalicelib.evaluation.reward import Reward
from tests.builders import a_route, an_arrival

A, B, C = Action("cmp_1"), Action("cmp_2"), Action("cmp_3")
CLICK = LoggedClick(an_arrival(), a_route(), Outcome.OFFER, A, (), 1.0, Reward(1, 2, 3))


def test_a_click_weighs_how_much_likelier_the_edit_makes_where_it_went() -> None:
    trials = WeightedClicks(10)
    trials.add(CLICK, {A: 0.25, B: 0.75}, {A: 0.5, B: 0.5})
    trials.add(replace(CLICK, action=B), {A: 0.25, B: 0.75}, {A: 1.0})
    assert trials.by_action == {A: [WeightedClick(CLICK.earning, 2)], B: [WeightedClick(CLICK.earning, 0)]}
    assert trials.all == [WeightedClick(CLICK.earning, 2), WeightedClick(CLICK.earning, 0)]
    assert (trials.expected, dict(trials.unknown), trials.sure, trials.cut) == ({A: 1.5, B: 0.5}, {}, 0, 0)


def test_where_such_visitors_never_went_nothing_is_known() -> None:
    trials = WeightedClicks(10)
    trials.add(CLICK, {A: 1.0}, {A: 0.25, B: 0.75})
    trials.add(replace(CLICK, action=B), {B: 1.0}, {B: 1.0})
    assert trials.unknown == {B: 0.75}


def test_where_nobody_went_nothing_is_known_even_if_some_could_have() -> None:
    trials = WeightedClicks(10)
    trials.add(CLICK, {A: 0.9, C: 0.1}, {A: 0.5, C: 0.5})
    assert trials.unknown == {C: 0.5}


def test_what_lies_beyond_the_bound_counts_as_not_known() -> None:
    trials = WeightedClicks(10)
    trials.add(CLICK, {A: 0.01, B: 0.99}, {A: 1.0})
    assert (trials.by_action[A][0].weight, trials.cut) == (10, 1)
    assert trials.unknown == {A: pytest.approx(0.9)}


def test_what_goes_nowhere_is_sure_to_earn_nothing() -> None:
    trials = WeightedClicks(10)
    trials.add(CLICK, {A: 1.0}, {NO_PAYING_OFFER: 1.0})
    assert (trials.sure, dict(trials.unknown)) == (1, {})
