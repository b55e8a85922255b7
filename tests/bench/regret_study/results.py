"""Builders of results without playing games."""

import numpy as np

from bench.regret_study.comparison import PolicyResult, StudyResults
from bench.regret_study.environment import PlayedPool


def a_result(*regrets: float, scenario: str = "tiny") -> PolicyResult:
    """Return one two-hour game per regret (in per cent), with seeds from 0 on."""
    best = np.array([1.0, 2.0])
    games = [PlayedPool(scenario, seed, best, best * (1 - regret / 100)) for seed, regret in enumerate(regrets)]
    return PolicyResult(games, seconds=1.5)


def some_results(**rows: dict[str, float]) -> StudyResults:
    """Return results by scenario (`_` for `-`) and policy, with equal games."""
    return {
        name.replace("_", "-"): {policy: a_result(regret, regret) for policy, regret in row.items()}
        for name, row in rows.items()
    }
