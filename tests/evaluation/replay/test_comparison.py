from dataclasses import replace
from functools import cache

import pytest

from chalicelib.domain.route import LearnedWeights, Route
from chalicelib.domain.smartlink import OptimizationGoal, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.evaluation.replay.comparison import (
    ActionComparison,
    PolicyComparison,
    RewardsPerConversion,
    Verdict,
    compare_policies,
)
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick
from chalicelib.evaluation.reward import Reward
from tests.builders import a_route, an_offer
from tests.evaluation.replay.simulator import World, decode_traffic, weigh

CLICKS, LOGS = 1_500, range(1_000, 1_020)
CLICKS_OF_LOG = 600
"""Clicks of each of the logs whose intervals are counted."""

A, B, C = (Action(f"cmp_{n}") for n in (1, 2, 3))
PAYOUTS = {"cmp_1": 2, "cmp_2": 3, "cmp_3": 5}
RATES = {"US": (0.02, 0.12, 0.03), "GB": (0.15, 0.02, 0.02), "DE": (0.05, 0.04, 0.01)}
WORLD = World({(country, f"cmp_{n}"): rate for country, row in RATES.items() for n, rate in enumerate(row, 1)}, PAYOUTS)
REWARDS: RewardsPerConversion = {Action(name): Reward(1, pay * 1e6, pay * 1.5e6) for name, pay in PAYOUTS.items()}
ONE, TWO, THREE = (an_offer(each.campaign_id) for each in (A, B, C))
EVEN = a_route(ONE, TWO, THREE)
LEARNED = LearnedWeights(
    5, {"US|mobile": {"cmp_1": 0.1, "cmp_2": 0.8, "cmp_3": 0.1}, "*": {"cmp_1": 0.6, "cmp_2": 0.4}}
)
OPTIMIZED = a_route(ONE, TWO, THREE, rotation=Rotation.OPTIMIZED, holdout_percent=20, learned=LEARNED)


def in_countries(*names: str) -> Targeting:
    return Targeting(countries=frozenset(names))


BETTER = a_route(
    replace(ONE, targeting=in_countries("GB", "DE")), replace(TWO, targeting=in_countries("US", "DE")), THREE
)
TIERED = a_route(replace(TWO, priority=9, targeting=in_countries("US")), ONE, THREE)


@cache
def log(seed: int, clicks: int, *, optimized: bool = False) -> list[LoggedClick]:
    route = OPTIMIZED if optimized else EVEN
    return decode_traffic(WORLD.traffic(route, clicks, seed), route)


def compare(
    route: Route, edited: Route, seed: int, clicks: int = CLICKS, goal: OptimizationGoal = OptimizationGoal.EPC
) -> PolicyComparison:
    return compare_policies(weigh(decode_traffic(WORLD.traffic(route, clicks, seed), route), edited), REWARDS, goal)


def is_inside(edited: Route, seed: int) -> bool:
    """Return whether the interval from a log contains the true difference of the edit for its visitors."""
    clicks = log(seed, CLICKS_OF_LOG, optimized=edited.rotation is Rotation.OPTIMIZED)
    difference = compare_policies(weigh(clicks, edited), REWARDS, OptimizationGoal.EPC).difference
    assert difference
    assert difference.interval
    low, high = difference.interval
    return low <= WORLD.value(edited, clicks) - WORLD.value(clicks[0].route, clicks) <= high


def find_action(comparison: PolicyComparison, action: Action) -> ActionComparison:
    return next(candidate for candidate in comparison.actions if candidate.action == action)


def verdicts(comparison: PolicyComparison) -> dict[str, Verdict]:
    return {candidate.action.campaign_id: candidate.verdict for candidate in comparison.actions}


@pytest.mark.parametrize("route", [pytest.param(EVEN, id="weighted"), pytest.param(OPTIMIZED, id="optimized")])
@pytest.mark.parametrize("seed", LOGS)
def test_identical_policy_reproduces_the_past_exactly(route: Route, seed: int) -> None:
    comparison = compare(route, route, seed, clicks=400)
    assert comparison.expected.reward == comparison.happened.reward
    assert comparison.expected.unknown_share == 0
    assert comparison.difference
    assert (comparison.difference.value, comparison.difference.interval) == (0, (0, 0))
    assert comparison.effective_clicks == 400
    for action in comparison.actions:
        assert action.epc
        assert action.epc.value * action.happened.clicks == pytest.approx(action.happened.reward.payout)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(BETTER, id="targeting"),
        pytest.param(a_route(ONE, TWO), id="an offer removed"),
        pytest.param(TIERED, id="tiers"),
        pytest.param(a_route(ONE, replace(TWO, weight=6), THREE), id="weights"),
        pytest.param(replace(OPTIMIZED, holdout_percent=0), id="no hold-out"),
        pytest.param(replace(OPTIMIZED, offers=(ONE, TWO)), id="a learned offer removed"),
    ],
)
def test_interval_contains_the_true_difference_in_at_least_17_of_20_logs(edited: Route) -> None:
    assert sum(is_inside(edited, seed) for seed in LOGS) >= 17


def test_much_better_edit_is_significantly_better() -> None:
    comparison = compare(EVEN, BETTER, seed=1, clicks=6_000)
    assert comparison.difference
    assert comparison.difference.interval
    assert comparison.difference.interval[0] > 0


def test_clicks_of_a_removed_offer_go_to_the_others() -> None:
    comparison = compare(EVEN, a_route(ONE, TWO), seed=1)
    removed = find_action(comparison, C)
    assert (removed.expected.clicks, removed.expected.reward) == (0, Reward())
    assert (removed.epc, removed.verdict) == (None, Verdict.YES)
    first, second = find_action(comparison, A), find_action(comparison, B)
    assert removed.happened.clicks == CLICKS - first.happened.clicks - second.happened.clicks
    assert first.expected.clicks == pytest.approx(CLICKS / 2)
    assert set(verdicts(comparison).values()) == {Verdict.YES}


def test_untried_offer_has_no_estimate() -> None:
    fourth = an_offer("cmp_4")
    comparison = compare(EVEN, a_route(ONE, TWO, THREE, fourth), seed=1)
    new = find_action(comparison, Action("cmp_4"))
    assert (new.verdict, new.expected.reward, new.epc) == (Verdict.NO, None, None)
    assert new.expected.unknown_share == 1
    assert new.expected.clicks == pytest.approx(CLICKS / 4)
    assert comparison.expected.unknown_share == pytest.approx(1 / 4)
    expected, happened = comparison.expected.reward, comparison.happened.reward
    assert expected
    assert expected.payout == pytest.approx(happened.payout * 3 / 4)


def test_edit_with_only_untried_offers_has_no_estimate() -> None:
    comparison = compare(EVEN, a_route(an_offer("cmp_4")), seed=1)
    assert comparison.expected.unknown_share == 1
    assert (comparison.expected.reward, comparison.value, comparison.difference) == (Reward(), None, None)


def test_wider_targeting_is_estimated_only_for_earlier_visitors() -> None:
    narrow = a_route(replace(ONE, targeting=in_countries("US")), TWO, THREE)
    first = find_action(compare(narrow, EVEN, seed=1), A)
    assert first.verdict is Verdict.YES
    assert first.expected.unknown_share == pytest.approx(2 / 3, abs=0.05)


def test_few_effective_clicks_give_a_thin_verdict() -> None:
    rare = a_route(replace(ONE, weight=99), TWO)
    comparison = compare(rare, a_route(ONE, TWO), seed=1, clicks=600)
    assert verdicts(comparison) == {"cmp_1": Verdict.YES, "cmp_2": Verdict.THIN, "cmp_3": Verdict.YES}
    assert comparison.clipped == find_action(comparison, B).happened.clicks
    assert 0 < find_action(comparison, B).expected.unknown_share < 1


def test_clicks_without_a_paying_offer_earn_exactly_nothing() -> None:
    comparison = compare(EVEN, a_route(replace(ONE, targeting=in_countries("GB"))), seed=1)
    unpaid = find_action(comparison, NO_PAYING_OFFER)
    assert (unpaid.verdict, unpaid.expected.reward, unpaid.expected.unknown_share) == (Verdict.YES, Reward(), 0)
    assert comparison.expected.unknown_share == 0
    assert unpaid.expected.clicks == pytest.approx(CLICKS * 2 / 3, rel=0.05)
    expected, first = comparison.expected.reward, find_action(comparison, A).expected.reward
    assert expected
    assert first
    assert expected.payout == pytest.approx(first.payout)


def test_actions_are_ordered_by_route_then_kind_and_name() -> None:
    route = a_route(
        replace(an_offer("cmp_7"), targeting=in_countries("GB")),
        catch_all=an_offer("cmp_0", targeting=in_countries("DE")),
    )
    comparison = compare(route, EVEN, seed=1)
    actions = [candidate.action for candidate in comparison.actions]
    assert actions == [A, B, C, Action("cmp_7"), Action("cmp_0", catch_all=True), NO_PAYING_OFFER]


@pytest.mark.parametrize(
    ("goal", "share"),
    [
        pytest.param(OptimizationGoal.REVENUE, 1.5, id="revenue"),
        pytest.param(OptimizationGoal.PROFIT, 0.5, id="profit"),
    ],
)
def test_value_is_by_the_goal(goal: OptimizationGoal, share: float) -> None:
    by_payout, by_goal = compare(EVEN, BETTER, seed=1).value, compare(EVEN, BETTER, seed=1, goal=goal).value
    assert by_payout
    assert by_goal
    assert by_goal.value == pytest.approx(share * by_payout.value)
