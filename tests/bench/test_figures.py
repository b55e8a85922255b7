from pathlib import Path

import pytest

from bench import figures
from bench.figures import Figure, FigureTarget, Floor, Part, cpu_rounds, load_part, load_stamp, save_part, table

FLOOR = Floor("a bare call", 4.0)


def test_ratio_is_value_divided_by_floor() -> None:
    assert Figure("call", 6.0, "us", FLOOR).ratio == 1.5


def test_no_ratio_without_a_floor() -> None:
    assert Figure("call", 6.0, "us").ratio is None
    assert Figure("call", 6.0, "us", Floor("nothing", 0.0)).ratio is None


@pytest.mark.parametrize(
    ("target", "met"),
    [
        pytest.param(FigureTarget(6.0), True, id="value equals the limit"),
        pytest.param(FigureTarget(5.9), False, id="value above the limit"),
        pytest.param(FigureTarget(6.1, at_least=True), False, id="value below a lower limit"),
        pytest.param(FigureTarget(1.5, of_ratio=True), True, id="ratio equals the limit"),
        pytest.param(FigureTarget(1.4, of_ratio=True), False, id="ratio above the limit"),
        pytest.param(FigureTarget(1.5, of_ratio=True, at_least=True), True, id="ratio equals a lower limit"),
        pytest.param(None, None, id="no target"),
    ],
)
def test_target_is_met_or_missed(target: FigureTarget | None, *, met: bool | None) -> None:
    assert Figure("call", 6.0, "us", FLOOR, target).is_met is met


def test_ratio_target_needs_a_floor() -> None:
    with pytest.raises(AssertionError, match="no floor"):
        _ = Figure("call", 6.0, "us", target=FigureTarget(1.0, of_ratio=True)).is_met


def test_saved_part_equals_the_measured_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    measured = Figure("call", 6.0, "us", FLOOR, FigureTarget(2.0, of_ratio=True))
    part = Part("click", [measured, Figure("calls", 1, "")], {"calls": 1.0})
    save_part(part, 2.4)
    assert load_part("click") == part
    assert load_stamp("click").seconds == 2
    assert load_stamp("click").machine == figures.machine()


def test_part_that_was_never_run_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    with pytest.raises(FileNotFoundError):
        load_part("click")


def test_works_alternate_within_each_round() -> None:
    turns: list[str] = []
    works = {"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}
    taken = cpu_rounds(works, calls=2, rounds=3)
    assert "".join(turns) == "ab" + 3 * "aabb"
    assert list(taken) == ["a", "b"]
    assert all(each >= 0 for each in taken.values())


def test_table_has_figure_floor_ratio_and_target() -> None:
    missed = Figure("call", 6.0, "us", FLOOR, FigureTarget(1.0, of_ratio=True))
    met = Figure("rate", 12_345.6, "a second", target=FigureTarget(100, at_least=True))
    assert table([missed, met, Figure("size", 0.123456, "MB")]).splitlines()[2:] == [
        "| call | 6 us | a bare call: 4 us | 1.50 | at most 1 x the floor | **missed** |",
        "| rate | 12,346 a second |  |  | at least 100 a second | met |",
        "| size | 0.123 MB |  |  |  |  |",
    ]
