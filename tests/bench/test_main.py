import pytest

from bench.__main__ import PARTS, document, main, run, verdict
from bench.figures import Figure, FigureTarget, Part, Stamp

MET, MISSED = Figure("calls", 1, "", target=FigureTarget(1)), Figure("bytes", 2, "", target=FigureTarget(1))


def test_failed_part_is_reported_and_the_others_run(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["no_such_part", "neither_this"]) == ["no_such_part", "neither_this"]
    printed = capfd.readouterr()
    assert "1 of 2: bench.no_such_part" in printed.out
    assert "2 of 2: bench.neither_this" in printed.out
    assert "bench.neither_this failed" in printed.err


def test_unknown_part_is_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["clicks"])
    assert "unknown part: clicks" in capsys.readouterr().err


def test_cost_model_runs_last() -> None:
    assert PARTS[-1] == "cost"


def test_missed_targets_are_listed() -> None:
    assert verdict([MET, MISSED, Figure("size", 3, "B")]) == "1 of 2 targets met; missed:\n- bytes"
    assert verdict([MET]) == "1 of 1 targets met"


def test_results_have_a_section_per_part_with_machine_and_date() -> None:
    text = document({"click": (Part("click", [MET]), Stamp("AMD EPYC, 2 cores", "2026-11-21", 34))})
    assert "\n## click\n\nAMD EPYC, 2 cores, 2026-11-21, 34 s\n\n| figure |" in text
    assert "| calls | 1  |  |  | at most 1  | met |" in text
