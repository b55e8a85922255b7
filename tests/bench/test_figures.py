from pathlib import Path

import pytest

from bench import figures
from bench.figures import Figure, FigureTarget, Floor, Part, cpu_rounds, keep, kept, stamp, table

FLOOR = Floor("a bare call", 4.0)


def test_the_ratio_is_the_value_in_floors() -> None:
    assert Figure("call", 6.0, "us", FLOOR).ratio == 1.5


def test_without_a_floor_there_is_no_ratio() -> None:
    assert Figure("call", 6.0, "us").ratio is None
    assert Figure("call", 6.0, "us", Floor("nothing", 0.0)).ratio is None


@pytest.mark.parametrize(
    ("target", "met"),
    [
        pytest.param(FigureTarget(6.0), True, id="at most as much"),
        pytest.param(FigureTarget(5.9), False, id="at most less"),
        pytest.param(FigureTarget(6.1, at_least=True), False, id="at least more"),
        pytest.param(FigureTarget(1.5, of_ratio=True), True, id="at most as many floors"),
        pytest.param(FigureTarget(1.4, of_ratio=True), False, id="at most fewer floors"),
        pytest.param(FigureTarget(1.5, of_ratio=True, at_least=True), True, id="at least as many floors"),
        pytest.param(None, None, id="no target"),
    ],
)
def test_a_target_is_met_or_not(target: FigureTarget | None, *, met: bool | None) -> None:
    assert Figure("call", 6.0, "us", FLOOR, target).is_met is met


def test_a_target_in_floors_needs_a_floor() -> None:
    with pytest.raises(AssertionError, match="no floor"):
        _ = Figure("call", 6.0, "us", target=FigureTarget(1.0, of_ratio=True)).is_met


def test_what_is_kept_of_a_part_is_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    measured = Figure("call", 6.0, "us", FLOOR, FigureTarget(2.0, of_ratio=True))
    part = Part("click", [measured, Figure("calls", 1, "")], {"calls": 1.0})
    keep(part, 2.4)
    assert kept("click") == part
    assert stamp("click").seconds == 2
    assert stamp("click").machine == figures.machine()


def test_a_part_that_was_never_run_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    with pytest.raises(FileNotFoundError):
        kept("click")


def test_works_take_turns_within_each_round() -> None:
    turns: list[str] = []
    works = {"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}
    taken = cpu_rounds(works, calls=2, rounds=3)
    assert "".join(turns) == "ab" + 3 * "aabb"
    assert list(taken) == ["a", "b"]
    assert all(each >= 0 for each in taken.values())


def test_the_table_says_figure_floor_ratio_and_target() -> None:
    missed = Figure("call", 6.0, "us", FLOOR, FigureTarget(1.0, of_ratio=True))
    met = Figure("rate", 12_345.6, "a second", target=FigureTarget(100, at_least=True))
    assert table([missed, met, Figure("size", 0.123456, "MB")]).splitlines()[2:] == [
        "| call | 6 us | a bare call: 4 us | 1.50 | at most 1 x the floor | **missed** |",
        "| rate | 12,346 a second |  |  | at least 100 a second | met |",
        "| size | 0.123 MB |  |  |  |  |",
    ]
