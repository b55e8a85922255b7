"""An edit judged: per action and in all, what happened and what is to be expected, as far as clicks can tell."""

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
"""What one conversion brings by its campaign's settings."""


class Verdict(StrEnum):
    """Whether the logged clicks can judge an action: by many clicks, by few, or never tried for these visitors."""

    YES = "yes"
    THIN = "thin"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Tally:
    """Clicks that happened, and what they earned."""

    clicks: int
    earning: Reward


@dataclass(frozen=True, slots=True)
class ExpectedOutcome:
    """Clicks to be expected, which are no whole number, and what those `known` of them earn; None where none are."""

    clicks: float
    known: float
    earning: Reward | None

    @property
    def unknown_share(self) -> float:
        """The share of the clicks of which nothing is known."""
        return 1 - self.known / self.clicks if self.clicks else 0.0


@dataclass(frozen=True, slots=True)
class ActionJudgement:
    """One action. `epc` is payout per click (in millionths), over visitors such as the edit would bring."""

    action: Action
    happened: Tally
    expected: ExpectedOutcome
    epc: ReplayEstimate | None
    effective: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """All clicks. `value` is the goal's value per expected click (in millionths), `difference` that to what happened.

    Both leave out what unknown clicks bring. `clipped` clicks would have weighed more than `bound`.
    """

    actions: Sequence[ActionJudgement]
    happened: Tally
    expected: ExpectedOutcome
    value: ReplayEstimate | None
    difference: ReplayEstimate | None
    effective: float
    bound: float
    clipped: int


@dataclass(frozen=True, slots=True)
class _Group:
    """The trials that went one way, and what one more conversion of theirs would bring."""

    trials: Sequence[WeightedClick]
    one: Reward

    @property
    def weights(self) -> list[float]:
        """What each trial weighs."""
        return [trial.weight for trial in self.trials]

    def sample(self, goal: OptimizationGoal) -> Sample:
        """The trials as the estimators take them."""
        return Sample(self.weights, [trial.earning.value(goal) for trial in self.trials], self.one.value(goal))


def compare_policies(trials: WeightedClicks, terms: RewardsPerConversion, goal: OptimizationGoal) -> PolicyComparison:
    """The judgement of at least one trial; of the actions of the `terms` in their order, then of all others met."""
    groups = {action: _Group(own, _one(own, terms.get(action))) for action, own in trials.by_action.items()}
    samples, everyone = [group.sample(goal) for group in groups.values()], trials.all
    clicks, unknown = len(everyone), sum(trials.unknown.values())
    share = 1 - (unknown + trials.sure) / clicks
    value = estimator.mean(samples)
    return PolicyComparison(
        actions=[_of_action(each, groups.get(each), trials) for each in _ordered(terms, trials)],
        happened=Tally(clicks, total_reward(everyone)),
        expected=ExpectedOutcome(clicks, clicks - unknown, _expected(everyone, share * clicks)),
        value=value and value.times(share),
        difference=estimator.difference(samples, share),
        effective=estimator.effective_sample_size(trial.weight for trial in everyone),
        bound=trials.bound,
        clipped=trials.cut,
    )


def _one(trials: Sequence[WeightedClick], agreed: Reward | None) -> Reward:
    """What a conversion brings: on average, where there was any, else as agreed."""
    total = total_reward(trials)
    seen = total.conversions
    return Reward(1, total.payout / seen, total.revenue / seen) if seen else agreed or Reward()


def _ordered(terms: RewardsPerConversion, trials: WeightedClicks) -> list[Action]:
    return [*terms, *sorted({*trials.expected, *trials.by_action} - terms.keys(), key=_order)]


def _order(action: Action) -> tuple[bool, bool, str]:
    return action == NO_PAYING_OFFER, action.catch_all, action.campaign_id


def _of_action(action: Action, group: _Group | None, trials: WeightedClicks) -> ActionJudgement:
    clicks = trials.expected.get(action, 0.0)
    own = group or _Group((), Reward())
    happened, effective = Tally(len(own.trials), total_reward(own.trials)), estimator.effective_sample_size(own.weights)
    if action == NO_PAYING_OFFER:
        return ActionJudgement(
            action, happened, ExpectedOutcome(clicks, clicks, Reward()), None, effective, Verdict.YES
        )
    known = clicks - trials.unknown.get(action, 0.0)
    known = known if effective and known > _ROUNDING * clicks else 0.0
    return ActionJudgement(
        action=action,
        happened=happened,
        expected=ExpectedOutcome(clicks, known, _expected(own.trials, known) if known or not clicks else None),
        epc=estimator.mean([own.sample(OptimizationGoal.EPC)]) if known else None,
        effective=effective,
        verdict=_verdict(clicks, known, effective),
    )


def _verdict(clicks: float, known: float, effective: float) -> Verdict:
    if clicks and not known:
        return Verdict.NO
    return Verdict.THIN if clicks and effective < MIN_EFFECTIVE_CLICKS else Verdict.YES


def total_reward(trials: Sequence[WeightedClick]) -> Reward:
    """What all the trials brought."""
    return Reward(*(sum(column) for column in _columns(trials)))


def _expected(trials: Sequence[WeightedClick], clicks: float) -> Reward | None:
    """What so many clicks earn at the weighted means of the trials; None where no trial tells."""
    if not clicks:
        return Reward()
    weights = [trial.weight for trial in trials]
    total = sum(weights)
    if not total:
        return None
    # Scaled last: without an edit the scale is exactly 1, and the sums are exactly what happened.
    sums = [sum(map(mul, weights, column)) for column in _columns(trials)]
    return Reward(*(clicks / total * each for each in sums))


def _columns(trials: Sequence[WeightedClick]) -> tuple[list[float], list[float], list[float]]:
    earnings = [trial.earning for trial in trials]
    return (
        [each.conversions for each in earnings],
        [each.payout for each in earnings],
        [each.revenue for each in earnings],
    )
