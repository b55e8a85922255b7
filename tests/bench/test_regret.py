import subprocess
import sys
from pathlib import Path

import pytest

from bench import regret

ARGUMENTS = ["--seeds", "2", "--scenario", "tiny", "--policy", "uniform", "--jobs", "1", "--out"]


def test_partial_comparison_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    regret.main([*ARGUMENTS, str(tmp_path)])
    shown = capsys.readouterr()
    assert "| tiny | " in shown.out
    assert "played 2 of 2" in shown.err
    assert (tmp_path / "regret.md").read_text() == shown.out.removesuffix("\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["regret.json", "regret.md", "regret.png"]


def test_regret_runs_as_a_script() -> None:
    done = subprocess.run(
        [sys.executable, "bench/regret.py", "--help"], cwd=regret.ROOT, capture_output=True, text=True, check=True
    )
    assert "--first-seed" in done.stdout


@pytest.mark.parametrize("wrong", [["--seeds", "0"], ["--scenario", "nope"], ["--policy", "nope"], ["--jobs", "-1"]])
def test_invalid_options_are_rejected(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        regret.main(wrong)
    assert "error: argument" in capsys.readouterr().err
