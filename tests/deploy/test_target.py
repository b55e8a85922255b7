import sys
from pathlib import Path

import pytest

from deploy import target
from deploy.errors import CommandError
from deploy.target import Target, for_stage

_RUNNING = f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize(
    ("stage", "environment", "expected"),
    [
        pytest.param(
            "local", {"RUNTIME": "python3.14"}, Target(_RUNNING, "x86_64"), id="the emulator runs this Python"
        ),
        pytest.param("prod", {}, Target("python3.13", "x86_64"), id="the default"),
        pytest.param(
            "prod", {"RUNTIME": "python3.14", "ARCHITECTURE": "arm64"}, Target("python3.14", "arm64"), id="set"
        ),
        pytest.param("prod", {"RUNTIME": "", "ARCHITECTURE": ""}, Target("python3.13", "x86_64"), id="empty"),
    ],
)
def test_target_of_a_stage(stage: str, environment: dict[str, str], expected: Target) -> None:
    assert for_stage(stage, environment) == expected


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"RUNTIME": "python3.9"}, r"RUNTIME is python3\.9\. Set it to one of python3\.11, python3\.12, .*\."),
        ({"ARCHITECTURE": "aarch64"}, r"ARCHITECTURE is aarch64\. Set it to one of x86_64, arm64\."),
    ],
)
def test_target_that_aws_lacks_is_refused(environment: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        for_stage("prod", environment)


def test_this_python_compiles_for_its_own_version() -> None:
    assert Target(_RUNNING, "arm64").interpreter() == sys.executable


def test_other_version_is_compiled_for_by_its_interpreter_if_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/other")
    monkeypatch.setattr(target, "_RUNNING", "python3.10")
    launcher = tmp_path / "python3.13"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Target("python3.13", "arm64").interpreter() is None
    for script, found in (("exit 1", None), ("echo 3.12", None), ("echo 3.13", str(launcher))):
        launcher.write_text(f"#!/bin/sh\n{script}\n")
        launcher.chmod(0o755)
        assert Target("python3.13", "arm64").interpreter() == found


def test_wheels_of_another_version_or_machine_do_not_run_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert [Target(_RUNNING, name).is_this_machine for name in ("x86_64", "arm64")] == [True, False]
    assert not Target("python3.99", "x86_64").is_this_machine
