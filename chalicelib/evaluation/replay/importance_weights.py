"""Logged clicks as trials of an edit: what it makes of each, and how much of that the clicks can tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick
from chalicelib.evaluation.replay.policies import ActionProbabilities
from chalicelib.evaluation.reward import Reward


@dataclass(frozen=True, slots=True)
class WeightedClick:
    """One click: what it brought, and how much likelier the edit makes where it went."""

    earning: Reward
    weight: float


@dataclass(slots=True)
class WeightedClicks:
    """Clicks by where they went, none weighing more than `bound`, and the clicks expected under the edit by action.

    To cut weights is to judge a part of the edit only: of each chance what lies above `bound` times the chance it had
    `beyond`, and the estimate of the rest has no bias by it. `cut` counts the clicks that would have weighed more.
    """

    bound: float
    by_action: dict[Action, list[WeightedClick]] = field(default_factory=dict)
    expected: dict[Action, float] = field(default_factory=dict)
    beyond: dict[Action, float] = field(default_factory=dict)
    cut: int = 0

    def add(self, click: LoggedClick, logging: ActionProbabilities, proposed: ActionProbabilities) -> None:
        """Adds the click, with the chances of all actions then and under the edit."""
        weight = proposed.get(click.action, 0.0) / logging[click.action]
        self.cut += weight > self.bound
        self.by_action.setdefault(click.action, []).append(WeightedClick(click.earning, min(weight, self.bound)))
        for action, chance in proposed.items():
            self.expected[action] = self.expected.get(action, 0.0) + chance
            most = self.bound * logging.get(action, 0.0)
            if chance > most:
                self.beyond[action] = self.beyond.get(action, 0.0) + chance - most

    @property
    def all(self) -> list[WeightedClick]:
        """Every trial."""
        return [trial for group in self.by_action.values() for trial in group]

    @property
    def unknown(self) -> Mapping[Action, float]:
        """Expected clicks of which nothing is known, by action: no such visitor, or hardly one, went there."""
        found = {action: self.beyond.get(action, 0.0) for action in self.expected if action in self.by_action}
        never = {action: clicks for action, clicks in self.expected.items() if action not in self.by_action}
        return {action: clicks for action, clicks in (found | never).items() if clicks and action != NO_PAYING_OFFER}

    @property
    def sure(self) -> float:
        """Expected clicks newly sent where nothing is ever earned."""
        return self.beyond.get(NO_PAYING_OFFER, 0.0)
