"""Play every policy in every scenario with the same seeds, in parallel."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from time import process_time

import numpy as np

from bench.regret_study.environment import PlayedPool, play
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
    """Result of one policy in one scenario: its games in the order of seeds, and their CPU seconds."""

    games: Sequence[PlayedPool]
    seconds: float

    @property
    def regrets(self) -> Array:
        """Regret of each game, in per cent."""
        return np.array([game.regret for game in self.games])

    @property
    def rounded(self) -> list[float]:
        """Regret of each game, rounded for the report."""
        return [round(game.regret, 3) for game in self.games]

    @property
    def mean(self) -> float:
        """Mean regret, in per cent."""
        return float(self.regrets.mean())

    @property
    def error(self) -> float:
        """Standard error of the mean; 0 for a single game."""
        return float(self.regrets.std(ddof=1) / len(self.games) ** 0.5) if len(self.games) > 1 else 0.0

    @property
    def curve(self) -> Array:
        """Mean regret up to each hour."""
        curve: Array = np.mean([game.curve for game in self.games], axis=0)
        return curve


StudyResults = Mapping[str, Mapping[str, PolicyResult]]
"""By scenario, then by policy."""


def games(scenarios: Sequence[str], policies: Sequence[str], seeds: range) -> list[Game]:
    """Return every game of the comparison."""
    pairs = [(name, policy) for name in scenarios for policy in policies if enters(policy, SCENARIOS[name])]
    return [Game(name, policy, seed) for name, policy in pairs for seed in seeds]


def played(games: Sequence[Game], jobs: int) -> Iterator[tuple[Game, PlayedPool, float]]:
    """Yield each game with its result and CPU seconds, in the order in which games end."""
    with ProcessPoolExecutor(jobs) as pool:
        running = {pool.submit(_play, game): game for game in games}
        for future in as_completed(running):
            yield running[future], *future.result()


def results(outcomes: Sequence[tuple[Game, PlayedPool, float]]) -> StudyResults:
    """Group the outcomes by scenario and policy, in the order of the table."""
    scenarios, policies = list(SCENARIOS), list(POLICIES)

    def position(game: Game) -> tuple[int, int, int]:
        return scenarios.index(game.scenario), policies.index(game.policy), game.seed

    grouped: dict[str, dict[str, list[tuple[PlayedPool, float]]]] = {}
    for game, pool, seconds in sorted(outcomes, key=lambda outcome: position(outcome[0])):
        grouped.setdefault(game.scenario, {}).setdefault(game.policy, []).append((pool, seconds))
    return {name: {policy: _result(games) for policy, games in row.items()} for name, row in grouped.items()}


def _result(games: Sequence[tuple[PlayedPool, float]]) -> PolicyResult:
    pools, seconds = zip(*games, strict=True)
    return PolicyResult(pools, sum(seconds))


def _play(game: Game) -> tuple[PlayedPool, float]:
    start = process_time()
    return play(SCENARIOS[game.scenario], game.seed, POLICIES[game.policy]), process_time() - start
