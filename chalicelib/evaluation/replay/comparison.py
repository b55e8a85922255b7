"""Comparison of an edit with the past: observed and expected results, by action and in total."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import mul

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.replay import estimator
from chalicelib.evaluation.replay.estimator import MIN_EFFECTIVE_CLICKS, ReplayEstimate, Sample
from chalicelib.evaluation.replay.importance_weights import WeightedClick, WeightedClicks
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action
from chalicelib.evaluation.reward import Reward

_ROUNDING = 1e-9

RewardsPerConversion = Mapping[Action, Reward]
"""The reward of one conversion by the settings of its campaign."""


class Verdict(StrEnum):
    """Whether the logged clicks can evaluate an action: yes, with few effective clicks, or no (never tried)."""

    YES = "yes"
    THIN = "thin"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Tally:
    """Observed clicks, and their reward."""

    clicks: int
    reward: Reward


@dataclass(frozen=True, slots=True)
class ExpectedOutcome:
    """Expected clicks (not an integer), and the reward of the `known` ones among them; None if none is known."""

    clicks: float
    known: float
    reward: Reward | None

    @property
    def unknown_share(self) -> float:
        """The share of the clicks that cannot be estimated."""
        return 1 - self.known / self.clicks if self.clicks else 0.0


@dataclass(frozen=True, slots=True)
class ActionComparison:
    """One action. `epc` is payout per click (in millionths), for the visitors that the edit would send."""

    action: Action
    happened: Tally
    expected: ExpectedOutcome
    epc: ReplayEstimate | None
    effective_clicks: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """All clicks. `value` is the goal's value per expected click (in millionths), `difference` that minus the past.

    Both exclude the rewards of unknown clicks. `clipped` is the number of clicks with a weight above `bound`.
    """

    actions: Sequence[ActionComparison]
    happened: Tally
    expected: ExpectedOutcome
    value: ReplayEstimate | None
    difference: ReplayEstimate | None
    effective_clicks: float
    bound: float
    clipped: int


@dataclass(frozen=True, slots=True)
class _Group:
    """The clicks of one action, and the reward of one more conversion among them."""

    clicks: Sequence[WeightedClick]
    next_reward: Reward

    @property
    def weights(self) -> list[float]:
        """The weight of each click."""
        return [click.weight for click in self.clicks]

    def sample(self, goal: OptimizationGoal) -> Sample:
        """Return the clicks as input of the estimators."""
        return Sample(self.weights, [click.reward.value(goal) for click in self.clicks], self.next_reward.value(goal))


def compare_policies(
    weighted: WeightedClicks, rewards: RewardsPerConversion, goal: OptimizationGoal
) -> PolicyComparison:
    """Return the comparison, for at least one click. Actions are in the order of `rewards`, then all others."""
    groups = {
        action: _Group(clicks, _reward_per_conversion(clicks, rewards.get(action)))
        for action, clicks in weighted.by_action.items()
    }
    samples, all_clicks = [group.sample(goal) for group in groups.values()], weighted.all
    count, unknown = len(all_clicks), sum(weighted.unknown.values())
    share = 1 - (unknown + weighted.certain_losses) / count
    value = estimator.estimate_mean(samples)
    return PolicyComparison(
        actions=[_compare_action(action, groups.get(action), weighted) for action in _ordered(rewards, weighted)],
        happened=Tally(count, total_reward(all_clicks)),
        expected=ExpectedOutcome(count, count - unknown, _expected_reward(all_clicks, share * count)),
        value=value and value.times(share),
        difference=estimator.estimate_difference(samples, share),
        effective_clicks=estimator.effective_sample_size(click.weight for click in all_clicks),
        bound=weighted.bound,
        clipped=weighted.clipped,
    )


def _reward_per_conversion(clicks: Sequence[WeightedClick], configured: Reward | None) -> Reward:
    """Return the mean reward of the observed conversions, or the configured one if there is none."""
    total = total_reward(clicks)
    conversions = total.conversions
    if not conversions:
        return configured or Reward()
    return Reward(1, total.payout / conversions, total.revenue / conversions)


def _ordered(rewards: RewardsPerConversion, weighted: WeightedClicks) -> list[Action]:
    return [*rewards, *sorted({*weighted.expected, *weighted.by_action} - rewards.keys(), key=_sort_key)]


def _sort_key(action: Action) -> tuple[bool, bool, str]:
    return action == NO_PAYING_OFFER, action.catch_all, action.campaign_id


def _compare_action(action: Action, group: _Group | None, weighted: WeightedClicks) -> ActionComparison:
    clicks = weighted.expected.get(action, 0.0)
    own = group or _Group((), Reward())
    happened = Tally(len(own.clicks), total_reward(own.clicks))
    effective_clicks = estimator.effective_sample_size(own.weights)
    if action == NO_PAYING_OFFER:
        expected = ExpectedOutcome(clicks, clicks, Reward())
        return ActionComparison(action, happened, expected, None, effective_clicks, Verdict.YES)
    known = clicks - weighted.unknown.get(action, 0.0)
    known = known if effective_clicks and known > _ROUNDING * clicks else 0.0
    return ActionComparison(
        action=action,
        happened=happened,
        expected=ExpectedOutcome(clicks, known, _expected_reward(own.clicks, known) if known or not clicks else None),
        epc=estimator.estimate_mean([own.sample(OptimizationGoal.EPC)]) if known else None,
        effective_clicks=effective_clicks,
        verdict=_verdict(clicks, known, effective_clicks),
    )


def _verdict(clicks: float, known: float, effective_clicks: float) -> Verdict:
    if clicks and not known:
        return Verdict.NO
    return Verdict.THIN if clicks and effective_clicks < MIN_EFFECTIVE_CLICKS else Verdict.YES


def total_reward(clicks: Sequence[WeightedClick]) -> Reward:
    """Return the sum of the clicks' rewards."""
    return Reward(*(sum(column) for column in _columns(clicks)))


def _expected_reward(clicks: Sequence[WeightedClick], expected_clicks: float) -> Reward | None:
    """Return the reward of the expected clicks at the weighted means of the logged ones, or None if these weigh 0."""
    if not expected_clicks:
        return Reward()
    weights = [click.weight for click in clicks]
    total = sum(weights)
    if not total:
        return None
    # Scaled last: without an edit the scale is exactly 1, and the sums are exactly those observed.
    sums = [sum(map(mul, weights, column)) for column in _columns(clicks)]
    return Reward(*(expected_clicks / total * value for value in sums))


def _columns(clicks: Sequence[WeightedClick]) -> tuple[list[float], list[float], list[float]]:
    rewards = [click.reward for click in clicks]
    return (
        [reward.conversions for reward in rewards],
        [reward.payout for reward in rewards],
        [reward.revenue for reward in rewards],
    )
