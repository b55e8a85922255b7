"""Logged clicks with importance weights: the ratio of their probabilities under the edit and at the time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick
from chalicelib.evaluation.replay.policies import ActionProbabilities
from chalicelib.evaluation.reward import Reward


@dataclass(frozen=True, slots=True)
class WeightedClick:
    """The reward and the importance weight of one click."""

    reward: Reward
    weight: float


@dataclass(slots=True)
class WeightedClicks:
    """Clicks by action, with weights of at most `bound`, and the clicks expected under the edit by action.

    With clipped weights only a part of the edit is evaluated: `excess` is the sum of target probabilities above `bound`
    times the logging probability. The estimate of the rest has no bias. `clipped` counts the clicks with a larger
    weight than `bound`.
    """

    bound: float
    by_action: dict[Action, list[WeightedClick]] = field(default_factory=dict)
    expected: dict[Action, float] = field(default_factory=dict)
    excess: dict[Action, float] = field(default_factory=dict)
    clipped: int = 0

    def add(self, click: LoggedClick, logging: ActionProbabilities, target: ActionProbabilities) -> None:
        """Add the click, with the probabilities of all actions at the time and under the edit."""
        weight = target.get(click.action, 0.0) / logging[click.action]
        self.clipped += weight > self.bound
        self.by_action.setdefault(click.action, []).append(WeightedClick(click.reward, min(weight, self.bound)))
        for action, probability in target.items():
            self.expected[action] = self.expected.get(action, 0.0) + probability
            limit = self.bound * logging.get(action, 0.0)
            if probability > limit:
                self.excess[action] = self.excess.get(action, 0.0) + probability - limit

    @property
    def all(self) -> list[WeightedClick]:
        """All clicks."""
        return [click for clicks in self.by_action.values() for click in clicks]

    @property
    def unknown(self) -> Mapping[Action, float]:
        """Expected clicks by action that cannot be estimated: similar visitors were rarely or never sent there."""
        excess = {action: self.excess.get(action, 0.0) for action in self.expected if action in self.by_action}
        untried = {action: clicks for action, clicks in self.expected.items() if action not in self.by_action}
        return {action: clicks for action, clicks in (excess | untried).items() if clicks and action != NO_PAYING_OFFER}

    @property
    def certain_losses(self) -> float:
        """Excess clicks without a paying offer. Their reward is known to be 0."""
        return self.excess.get(NO_PAYING_OFFER, 0.0)
