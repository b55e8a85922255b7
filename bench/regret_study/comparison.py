"""Plays every policy in every scenario with the same seeds, several at once."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from time import process_time

import numpy as np

from bench.regret_study.environment import Played, play
from bench.regret_study.ground_truth import Array
from bench.regret_study.policy_list import POLICIES, enters
from bench.regret_study.scenarios import SCENARIOS


@dataclass(frozen=True, slots=True)
class Game:
    """One policy in one scenario with one seed."""

    scenario: str
    policy: str
    seed: int


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """What came of one policy in one scenario: its games in the order of their seeds, and their seconds of CPU."""

    games: Sequence[Played]
    seconds: float

    @property
    def regrets(self) -> Array:
        """Regret of each game in per cent."""
        return np.array([game.regret for game in self.games])

    @property
    def rounded(self) -> list[float]:
        """Regret of each game, to be written down."""
        return [round(game.regret, 3) for game in self.games]

    @property
    def mean(self) -> float:
        """Mean regret in per cent."""
        return float(self.regrets.mean())

    @property
    def error(self) -> float:
        """The standard error of the mean; 0 where there is one game."""
        return float(self.regrets.std(ddof=1) / len(self.games) ** 0.5) if len(self.games) > 1 else 0.0

    @property
    def curve(self) -> Array:
        """Mean regret up to each hour."""
        curve: Array = np.mean([game.curve for game in self.games], axis=0)
        return curve


Results = Mapping[str, Mapping[str, PolicyResult]]
"""By scenario, then by policy."""


def games(scenarios: Sequence[str], policies: Sequence[str], seeds: range) -> list[Game]:
    """Every game of the comparison."""
    pairs = [(name, policy) for name in scenarios for policy in policies if enters(policy, SCENARIOS[name])]
    return [Game(name, policy, seed) for name, policy in pairs for seed in seeds]


def played(games: Sequence[Game], jobs: int) -> Iterator[tuple[Game, Played, float]]:
    """Each game with its outcome and its seconds, as they end."""
    with ProcessPoolExecutor(jobs) as pool:
        running = {pool.submit(_play, game): game for game in games}
        for ended in as_completed(running):
            yield running[ended], *ended.result()


def results(outcomes: Sequence[tuple[Game, Played, float]]) -> Results:
    """The outcomes by scenario and policy, in the order of the table, whatever ended first."""
    scenarios, policies = list(SCENARIOS), list(POLICIES)

    def place(game: Game) -> tuple[int, int, int]:
        return scenarios.index(game.scenario), policies.index(game.policy), game.seed

    found: dict[str, dict[str, list[tuple[Played, float]]]] = {}
    for game, outcome, seconds in sorted(outcomes, key=lambda each: place(each[0])):
        found.setdefault(game.scenario, {}).setdefault(game.policy, []).append((outcome, seconds))
    return {name: {policy: _result(ended) for policy, ended in row.items()} for name, row in found.items()}


def _result(ended: Sequence[tuple[Played, float]]) -> PolicyResult:
    outcomes, seconds = zip(*ended, strict=True)
    return PolicyResult(outcomes, sum(seconds))


def _play(game: Game) -> tuple[Played, float]:
    began = process_time()
    return play(SCENARIOS[game.scenario], game.seed, POLICIES[game.policy]), process_time() - began
