from dataclasses import replace
from functools import cache

import pytest

from chalicelib.domain.route import LearnedWeights, Route
from chalicelib.domain.smartlink import OptimizationGoal, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.evaluation.replay.comparison import (
    ActionJudgement,
    PolicyComparison,
    RewardsPerConversion,
    Verdict,
    compare_policies,
)
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick
from chalicelib.evaluation.reward import Reward
from tests.builders import a_route, an_offer
from tests.evaluation.replay.simulator import World, read, trials

CLICKS, LOGS = 1_500, range(1_000, 1_020)
A, B, C = (Action(f"cmp_{n}") for n in (1, 2, 3))
PAYOUTS = {"cmp_1": 2, "cmp_2": 3, "cmp_3": 5}
RATES = {"US": (0.02, 0.12, 0.03), "GB": (0.15, 0.02, 0.02), "DE": (0.05, 0.04, 0.01)}
WORLD = World({(land, f"cmp_{n}"): rate for land, row in RATES.items() for n, rate in enumerate(row, 1)}, PAYOUTS)
TERMS: RewardsPerConversion = {Action(name): Reward(1, pay * 1e6, pay * 1.5e6) for name, pay in PAYOUTS.items()}
ONE, TWO, THREE = (an_offer(each.campaign_id) for each in (A, B, C))
EVEN = a_route(ONE, TWO, THREE)
LEARNED = LearnedWeights(
    5, {"US|mobile": {"cmp_1": 0.1, "cmp_2": 0.8, "cmp_3": 0.1}, "*": {"cmp_1": 0.6, "cmp_2": 0.4}}
)
OPTIMIZED = a_route(ONE, TWO, THREE, rotation=Rotation.OPTIMIZED, holdout_percent=20, learned=LEARNED)


def lands(*names: str) -> Targeting:
    return Targeting(countries=frozenset(names))


BETTER = a_route(replace(ONE, targeting=lands("GB", "DE")), replace(TWO, targeting=lands("US", "DE")), THREE)
TIERED = a_route(replace(TWO, priority=9, targeting=lands("US")), ONE, THREE)


@cache
def log(seed: int, clicks: int, *, optimized: bool = False) -> list[LoggedClick]:
    route = OPTIMIZED if optimized else EVEN
    return read(WORLD.traffic(route, clicks, seed), route)


def judge(
    route: Route, edited: Route, seed: int, clicks: int = CLICKS, goal: OptimizationGoal = OptimizationGoal.EPC
) -> PolicyComparison:
    return compare_policies(trials(read(WORLD.traffic(route, clicks, seed), route), edited), TERMS, goal)


def is_inside(edited: Route, seed: int) -> bool:
    """Whether the interval of a log holds the true gain of the edit for its visitors."""
    clicks = log(seed, CLICKS, optimized=edited.rotation is Rotation.OPTIMIZED)
    found = compare_policies(trials(clicks, edited), TERMS, OptimizationGoal.EPC).difference
    assert found
    assert found.interval
    low, high = found.interval
    return low <= WORLD.value(edited, clicks) - WORLD.value(clicks[0].route, clicks) <= high


def of(judgement: PolicyComparison, action: Action) -> ActionJudgement:
    return next(each for each in judgement.actions if each.action == action)


def verdicts(judgement: PolicyComparison) -> dict[str, Verdict]:
    return {each.action.campaign_id: each.verdict for each in judgement.actions}


@pytest.mark.parametrize("route", [pytest.param(EVEN, id="weighted"), pytest.param(OPTIMIZED, id="optimized")])
@pytest.mark.parametrize("seed", LOGS)
def test_no_change_brings_exactly_what_happened(route: Route, seed: int) -> None:
    found = judge(route, route, seed, clicks=400)
    assert found.expected.earning == found.happened.earning
    assert found.expected.unknown_share == 0
    assert found.difference
    assert (found.difference.value, found.difference.interval) == (0, (0, 0))
    assert found.effective == 400
    for each in found.actions:
        assert each.epc
        assert each.epc.value * each.happened.clicks == pytest.approx(each.happened.earning.payout)


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(BETTER, id="targeting"),
        pytest.param(a_route(ONE, TWO), id="an offer removed"),
        pytest.param(TIERED, id="tiers"),
        pytest.param(a_route(ONE, replace(TWO, weight=6), THREE), id="weights"),
        pytest.param(replace(OPTIMIZED, holdout_percent=0), id="no hold-out"),
        pytest.param(replace(OPTIMIZED, offers=(ONE, TWO)), id="one removed of what was learned"),
    ],
)
def test_the_true_gain_of_an_edit_is_inside_the_interval_of_at_least_17_logs_of_20(edited: Route) -> None:
    assert sum(is_inside(edited, seed) for seed in LOGS) >= 17


def test_a_much_better_edit_is_proved_to_be_better() -> None:
    found = judge(EVEN, BETTER, seed=1, clicks=6_000)
    assert found.difference
    assert found.difference.interval
    assert found.difference.interval[0] > 0


def test_a_removed_offers_clicks_go_to_the_others() -> None:
    found = judge(EVEN, a_route(ONE, TWO), seed=1)
    gone = of(found, C)
    assert (gone.expected.clicks, gone.expected.earning, gone.epc, gone.verdict) == (0, Reward(), None, Verdict.YES)
    assert gone.happened.clicks == CLICKS - of(found, A).happened.clicks - of(found, B).happened.clicks
    assert of(found, A).expected.clicks == pytest.approx(CLICKS / 2)
    assert set(verdicts(found).values()) == {Verdict.YES}


def test_of_an_offer_never_tried_nothing_is_claimed() -> None:
    fourth = an_offer("cmp_4")
    found = judge(EVEN, a_route(ONE, TWO, THREE, fourth), seed=1)
    new = of(found, Action("cmp_4"))
    assert (new.verdict, new.expected.earning, new.epc) == (Verdict.NO, None, None)
    assert new.expected.unknown_share == 1
    assert new.expected.clicks == pytest.approx(CLICKS / 4)
    assert found.expected.unknown_share == pytest.approx(1 / 4)
    expected, happened = found.expected.earning, found.happened.earning
    assert expected
    assert expected.payout == pytest.approx(happened.payout * 3 / 4)


def test_where_nothing_at_all_was_tried_nothing_is_expected_of_it() -> None:
    found = judge(EVEN, a_route(an_offer("cmp_4")), seed=1)
    assert found.expected.unknown_share == 1
    assert (found.expected.earning, found.value, found.difference) == (Reward(), None, None)


def test_of_wider_targeting_only_the_visitors_already_met_are_judged() -> None:
    narrow = a_route(replace(ONE, targeting=lands("US")), TWO, THREE)
    first = of(judge(narrow, EVEN, seed=1), A)
    assert first.verdict is Verdict.YES
    assert first.expected.unknown_share == pytest.approx(2 / 3, abs=0.05)


def test_few_clicks_judge_thinly() -> None:
    rare = a_route(replace(ONE, weight=99), TWO)
    found = judge(rare, a_route(ONE, TWO), seed=1, clicks=600)
    assert verdicts(found) == {"cmp_1": Verdict.YES, "cmp_2": Verdict.THIN, "cmp_3": Verdict.YES}
    assert found.clipped == of(found, B).happened.clicks
    assert 0 < of(found, B).expected.unknown_share < 1


def test_what_no_offer_takes_any_more_is_sure_to_bring_nothing() -> None:
    found = judge(EVEN, a_route(replace(ONE, targeting=lands("GB"))), seed=1)
    nowhere = of(found, NO_PAYING_OFFER)
    assert (nowhere.verdict, nowhere.expected.earning, nowhere.expected.unknown_share) == (Verdict.YES, Reward(), 0)
    assert found.expected.unknown_share == 0
    assert nowhere.expected.clicks == pytest.approx(CLICKS * 2 / 3, rel=0.05)
    expected, first = found.expected.earning, of(found, A).expected.earning
    assert expected
    assert first
    assert expected.payout == pytest.approx(first.payout)


def test_actions_come_by_the_terms_and_then_by_kind_and_name() -> None:
    route = a_route(
        replace(an_offer("cmp_7"), targeting=lands("GB")), catch_all=an_offer("cmp_0", targeting=lands("DE"))
    )
    found = judge(route, EVEN, seed=1)
    names = [each.action for each in found.actions]
    assert names == [A, B, C, Action("cmp_7"), Action("cmp_0", catch_all=True), NO_PAYING_OFFER]


@pytest.mark.parametrize(
    ("goal", "share"),
    [
        pytest.param(OptimizationGoal.REVENUE, 1.5, id="revenue"),
        pytest.param(OptimizationGoal.PROFIT, 0.5, id="profit"),
    ],
)
def test_value_is_by_the_goal(goal: OptimizationGoal, share: float) -> None:
    by_payout, by_goal = judge(EVEN, BETTER, seed=1).value, judge(EVEN, BETTER, seed=1, goal=goal).value
    assert by_payout
    assert by_goal
    assert by_goal.value == pytest.approx(share * by_payout.value)
