import numpy as np
import pytest

from bench.regret_study.comparison import Game, games, played, results
from bench.regret_study.environment import play
from bench.regret_study.policies import uniform
from bench.regret_study.scenarios import SCENARIOS
from tests.bench.regret_study.results import a_result


def test_games_cover_all_policies_scenarios_and_seeds() -> None:
    assert games(["tiny", "big"], ["uniform", "ours"], range(2)) == [
        Game(name, policy, seed) for name in ("tiny", "big") for policy in ("uniform", "ours") for seed in (0, 1)
    ]


def test_pooled_policy_runs_only_in_segmented_scenarios() -> None:
    planned = games(["tiny", "fifty-thin"], ["mabwiser-ts-pooled"], range(1))
    assert planned == [Game("fifty-thin", "mabwiser-ts-pooled", 0)]


def test_parallel_games_give_the_same_results() -> None:
    planned = games(["tiny"], ["uniform"], range(3))
    grouped = results(list(played(planned, jobs=2)))
    assert list(grouped["tiny"]["uniform"].regrets) == [play(SCENARIOS["tiny"], n, uniform).regret for n in range(3)]


def test_results_are_in_table_order() -> None:
    names = [("tiny", "ours", 1), ("tiny", "uniform", 0), ("near-equal", "ours", 0), ("tiny", "ours", 0)]
    game = a_result(1).games[0]
    grouped = results([(Game(*each), game, 2.0) for each in names])
    assert [(name, list(row)) for name, row in grouped.items()] == [
        ("near-equal", ["ours"]),
        ("tiny", ["uniform", "ours"]),
    ]
    assert grouped["tiny"]["ours"].seconds == 4


def test_result_has_mean_and_standard_error() -> None:
    result = a_result(10, 20, 30)
    assert result.mean == pytest.approx(20)
    assert result.error == pytest.approx(10 / np.sqrt(3))
    assert result.curve == pytest.approx([10, 20])
    assert result.rounded == [10, 20, 30]


def test_single_game_has_no_standard_error() -> None:
    assert a_result(10).error == 0
