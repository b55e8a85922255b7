import json

from bench.regret_study.report import data, document
from tests.bench.regret_study.results import a_result, some_results


def test_row_has_means_errors_references_and_bound() -> None:
    lines = document({"near-equal": {"uniform": a_result(6, 7), "ours": a_result(1)}}).splitlines()
    head = "| scenario | uniform | ours | EB-IMED | best library | bound |"
    assert lines[lines.index(head) + 2] == "| near-equal | 6.5 ± 0.5 | 1.0 ± 0.0 | 1.5 | 1.3 | 7.7* |"


def test_mean_row_covers_only_policies_that_ran_in_all_scenarios() -> None:
    text = document(some_results(tiny={"uniform": 40, "ours": 20}, equal_cr={"ours": 10}))
    assert "| mean |  | 15.0 | 20.5 | 15.8 |  |" in text


def test_bound_above_the_regret_of_equal_weights_is_marked() -> None:
    text = document(some_results(tiny={"ours": 40}, big={"ours": 1}, late={"ours": 10}))
    bounds = [
        line.split(" | ")[-1] for line in text.splitlines() if line.startswith(("| tiny |", "| big |", "| late |"))
    ]
    assert [bound.endswith("* |") for bound in bounds] == [True, False, False]
    assert bounds[2] == " |"


def test_report_contains_verdicts_if_there_are_any() -> None:
    text = document(some_results(late={"ours": 6.4}))
    assert "| late ÷ EB-IMED | 0.50 | 1.10 |  | yes |" in text
    assert "What it must show" not in document(some_results(late={"uniform": 30}))


def test_data_contains_every_game() -> None:
    results = {"tiny": {"ours": a_result(1, 2.00049)}}
    assert json.loads(data(results)) == {
        "seeds": [0, 1],
        "scenarios": {"tiny": {"ours": {"regret": [1.0, 2.0], "seconds": 1.5}}},
    }
