import numpy as np
import pytest

from bench.regret_study.comparison import Game, games, played, results
from bench.regret_study.environment import play
from bench.regret_study.policies import uniform
from bench.regret_study.scenarios import SCENARIOS
from tests.bench.regret_study.results import a_result


def test_every_policy_plays_every_scenario_with_every_seed() -> None:
    assert games(["tiny", "big"], ["uniform", "ours"], range(2)) == [
        Game(name, policy, seed) for name in ("tiny", "big") for policy in ("uniform", "ours") for seed in (0, 1)
    ]


def test_pooling_over_segments_is_played_where_there_are_some() -> None:
    asked = games(["tiny", "fifty-thin"], ["mabwiser-ts-pooled"], range(1))
    assert asked == [Game("fifty-thin", "mabwiser-ts-pooled", 0)]


def test_games_of_several_processes_are_the_same_games() -> None:
    asked = games(["tiny"], ["uniform"], range(3))
    found = results(list(played(asked, jobs=2)))
    assert list(found["tiny"]["uniform"].regrets) == [play(SCENARIOS["tiny"], n, uniform).regret for n in range(3)]


def test_results_stand_in_the_order_of_the_table_whatever_ended_first() -> None:
    names = [("tiny", "ours", 1), ("tiny", "uniform", 0), ("near-equal", "ours", 0), ("tiny", "ours", 0)]
    game = a_result(1).games[0]
    found = results([(Game(*each), game, 2.0) for each in names])
    assert [(name, list(row)) for name, row in found.items()] == [
        ("near-equal", ["ours"]),
        ("tiny", ["uniform", "ours"]),
    ]
    assert found["tiny"]["ours"].seconds == 4


def test_a_result_has_its_mean_and_its_standard_error() -> None:
    result = a_result(10, 20, 30)
    assert result.mean == pytest.approx(20)
    assert result.error == pytest.approx(10 / np.sqrt(3))
    assert result.curve == pytest.approx([10, 20])
    assert result.rounded == [10, 20, 30]


def test_one_game_has_no_error() -> None:
    assert a_result(10).error == 0
