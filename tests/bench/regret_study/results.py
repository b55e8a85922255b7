"""Results of games that were never played."""

import numpy as np

from bench.regret_study.comparison import PolicyResult, Results
from bench.regret_study.environment import Played


def a_result(*regrets: float, scenario: str = "tiny") -> PolicyResult:
    """One game of two hours for each regret (per cent), seeds from 0 on."""
    best = np.array([1.0, 2.0])
    games = [Played(scenario, seed, best, best * (1 - regret / 100)) for seed, regret in enumerate(regrets)]
    return PolicyResult(games, seconds=1.5)


def some_results(**rows: dict[str, float]) -> Results:
    """Results by scenario (`_` for `-`) and policy, every game the same."""
    return {
        name.replace("_", "-"): {policy: a_result(regret, regret) for policy, regret in row.items()}
        for name, row in rows.items()
    }
