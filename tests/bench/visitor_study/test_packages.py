import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bench.visitor_study import packages
from bench.visitor_study.packages import Package, fetch
from deploy import npm
from deploy.errors import CommandError

NPM = Package("crawlers@1.0.0", ("list.json", "test/more.json"))
WHEEL = Package("crawlers==1.0", ("crawlers/list.json",), source="wheel")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    return tmp_path


def test_files_of_an_npm_package_are_fetched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []

    def fake(name: str, files: dict[str, Path], **_: str) -> None:
        fetched.append(name)
        for path in files.values():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("[]")

    monkeypatch.setattr(npm, "fetch", fake)
    fetch(NPM)
    fetch(NPM)

    assert fetched == ["crawlers@1.0.0"]
    assert [path.read_text() for path in NPM.paths()] == ["[]", "[]"]


def test_files_of_a_wheel_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def pip(command: list[str], **_: object) -> Any:
        with zipfile.ZipFile(
            Path(command[command.index("--dest") + 1]) / "crawlers-1.0-py3-none-any.whl", "w"
        ) as wheel:
            wheel.writestr("crawlers/list.json", '["Googlebot"]')
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", pip)
    fetch(WHEEL)

    assert WHEEL.path("crawlers/list.json").read_text() == '["Googlebot"]'


def test_missing_network_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(CommandError, match=r"pip could not fetch crawlers==1\.0\. Check the network"):
        fetch(WHEEL)
