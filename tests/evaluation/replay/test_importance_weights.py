from dataclasses import replace

import pytest

from chalicelib.domain.click import Outcome
from chalicelib.evaluation.replay.importance_weights import WeightedClick, WeightedClicks
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick
from chalicelib.evaluation.reward import Reward
from tests.builders import a_click_context, a_route

A, B, C = Action("cmp_1"), Action("cmp_2"), Action("cmp_3")
CLICK = LoggedClick(a_click_context(), a_route(), Outcome.OFFER, A, (), 1.0, Reward(1, 2, 3))


def test_weight_is_the_ratio_of_the_probabilities() -> None:
    weighted = WeightedClicks(10)
    weighted.add(CLICK, {A: 0.25, B: 0.75}, {A: 0.5, B: 0.5})
    weighted.add(replace(CLICK, action=B), {A: 0.25, B: 0.75}, {A: 1.0})
    assert weighted.by_action == {A: [WeightedClick(CLICK.reward, 2)], B: [WeightedClick(CLICK.reward, 0)]}
    assert weighted.all == [WeightedClick(CLICK.reward, 2), WeightedClick(CLICK.reward, 0)]
    assert (weighted.expected, dict(weighted.unknown), weighted.certain_losses, weighted.clipped) == (
        {A: 1.5, B: 0.5},
        {},
        0,
        0,
    )


def test_clicks_to_an_impossible_action_are_unknown() -> None:
    weighted = WeightedClicks(10)
    weighted.add(CLICK, {A: 1.0}, {A: 0.25, B: 0.75})
    weighted.add(replace(CLICK, action=B), {B: 1.0}, {B: 1.0})
    assert weighted.unknown == {B: 0.75}


def test_clicks_to_an_untried_action_are_unknown() -> None:
    weighted = WeightedClicks(10)
    weighted.add(CLICK, {A: 0.9, C: 0.1}, {A: 0.5, C: 0.5})
    assert weighted.unknown == {C: 0.5}


def test_clipped_part_of_a_weight_is_unknown() -> None:
    weighted = WeightedClicks(10)
    weighted.add(CLICK, {A: 0.01, B: 0.99}, {A: 1.0})
    assert (weighted.by_action[A][0].weight, weighted.clipped) == (10, 1)
    assert weighted.unknown == {A: pytest.approx(0.9)}


def test_clicks_without_a_paying_offer_are_certain_losses() -> None:
    weighted = WeightedClicks(10)
    weighted.add(CLICK, {A: 1.0}, {NO_PAYING_OFFER: 1.0})
    assert (weighted.certain_losses, dict(weighted.unknown)) == (1, {})
