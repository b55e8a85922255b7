import pytest

from bench.__main__ import PARTS, document, main, run, verdict
from bench.figures import Figure, FigureTarget, Part, Stamp

MET, MISSED = Figure("calls", 1, "", target=FigureTarget(1)), Figure("bytes", 2, "", target=FigureTarget(1))


def test_a_part_that_fails_is_told_and_the_others_go_on(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["no_such_part", "neither_this"]) == ["no_such_part", "neither_this"]
    shown = capfd.readouterr()
    assert "1 of 2: bench.no_such_part" in shown.out
    assert "2 of 2: bench.neither_this" in shown.out
    assert "bench.neither_this failed" in shown.err


def test_a_part_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["clicks"])
    assert "no such part: clicks" in capsys.readouterr().err


def test_costs_are_reckoned_last() -> None:
    assert PARTS[-1] == "cost"


def test_missed_targets_are_named() -> None:
    assert verdict([MET, MISSED, Figure("size", 3, "B")]) == "1 of 2 targets met; missed:\n- bytes"
    assert verdict([MET]) == "1 of 1 targets met"


def test_the_results_have_a_section_for_each_part_with_its_machine_and_day() -> None:
    text = document({"click": (Part("click", [MET]), Stamp("AMD EPYC, 2 cores", "2026-11-21", 34))})
    assert "\n## click\n\nAMD EPYC, 2 cores, 2026-11-21, 34 s\n\n| figure |" in text
    assert "| calls | 1  |  |  | at most 1  | met |" in text
