import pytest

from bench.regret_study.comparison import StudyResults
from bench.regret_study.verdicts import TargetVerdict, everywhere, mean, verdicts
from tests.bench.regret_study.results import a_result, some_results

LIBRARIES = {"mabwiser-ts": 20.0, "river-ts": 18.0, "lints": 30.0}


def _figures(results: StudyResults) -> dict[str, float]:
    return {each.claim: each.figure for each in verdicts(results)}


def test_better_library_is_chosen_per_scenario_or_on_average() -> None:
    figures = _figures(
        some_results(
            big={"ours": 5, "mabwiser-ts": 10, "river-ts": 12, "lints": 20},
            late={"ours": 10, "mabwiser-ts": 30, "river-ts": 32, "lints": 10},
        )
    )
    assert figures["mean ÷ better library of each scenario"] == pytest.approx(7.5 / 10)
    assert figures["mean ÷ library that is best on average (lints)"] == pytest.approx(7.5 / 15)


def test_pooled_policy_counts_as_a_library_if_it_ran() -> None:
    results = some_results(fifty_thin={"ours": 5, **LIBRARIES, "mabwiser-ts-pooled": 10}, big={"ours": 5, **LIBRARIES})
    figures = _figures(results)
    assert figures["mean ÷ better library of each scenario"] == pytest.approx(5 / 14)
    assert figures["mean ÷ library that is best on average (mabwiser-ts-pooled)"] == pytest.approx(5 / 15)
    assert figures["fifty thin ÷ Thompson sampling per segment"] == pytest.approx(5 / 18)


def test_late_scenario_is_compared_with_the_better_library() -> None:
    assert _figures(some_results(late={"ours": 9, **LIBRARIES}))["late ÷ better library"] == pytest.approx(0.5)


def test_every_scenario_is_compared_with_its_reference() -> None:
    judged = {each.claim: each for each in verdicts(some_results(tiny={"ours": 38.3}, late={"ours": 6.4}))}
    assert judged["tiny ÷ EB-IMED"].figure == pytest.approx(1)
    assert judged["tiny ÷ EB-IMED"].limit == 1
    assert judged["late ÷ EB-IMED"].figure == pytest.approx(0.5)
    assert judged["late ÷ EB-IMED"].limit == 1.1


def test_no_verdicts_without_our_policy() -> None:
    assert not list(verdicts(some_results(late=LIBRARIES)))


def test_noise_is_two_standard_errors() -> None:
    (judged,) = verdicts({"late": {"ours": a_result(12.8 - 1, 12.8 + 1)}})
    assert judged.noise == pytest.approx(2 * 1 / 12.8)


@pytest.mark.parametrize(
    ("figure", "noise", "kept"),
    [(0.75, 0, "yes"), (0.76, 0, "no"), (0.80, 0.1, "within noise"), (0.90, 0.1, "no")],
)
def test_limit_is_kept_or_missed_or_within_noise(figure: float, noise: float, kept: str) -> None:
    assert TargetVerdict("claim", figure, 0.75, noise).kept == kept


def test_mean_uses_the_per_segment_result_for_unsegmented_scenarios() -> None:
    results = some_results(fifty_thin={"mabwiser-ts": 30, "mabwiser-ts-pooled": 10}, big={"mabwiser-ts": 2})
    assert mean(results, "mabwiser-ts") == pytest.approx(16)
    assert mean(results, "mabwiser-ts-pooled") == pytest.approx(6)
    assert everywhere(results, "mabwiser-ts-pooled")
    assert not everywhere(results, "ours")
