import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy import npm, paths
from deploy.errors import CommandError
from local import openapi_tools


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Provide the folders in which npm was called; it installs nothing."""
    folders: list[Path] = []

    def run(_command: list[str], *, cwd: Path, **_options: object) -> SimpleNamespace:
        folders.append(cwd)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(paths, "OPENAPI_TOOLS", tmp_path / "tools")
    monkeypatch.setattr(npm, "node", lambda _hint: npm.Node(["npm"], {}))
    monkeypatch.setattr(subprocess, "run", run)
    return folders


def test_tools_are_installed_once(installed: list[Path]) -> None:
    openapi_tools.ensure()
    openapi_tools.ensure()
    assert installed == [paths.OPENAPI_TOOLS]


def test_tools_are_installed_again_if_a_pin_changes(installed: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    openapi_tools.ensure()
    pins = paths.OPENAPI_TOOLS.parent / "pins"
    shutil.copytree(openapi_tools._PINS, pins)
    (pins / "package.json").write_text("{}")
    monkeypatch.setattr(openapi_tools, "_PINS", pins)
    openapi_tools.ensure()
    assert len(installed) == 2


def test_failed_installation_says_what_to_do(installed: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(returncode=1, stderr="npm warn a\nnpm error code ENOTFOUND\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(CommandError, match=r"\(npm error code ENOTFOUND\)\. Check the network"):
        openapi_tools.ensure()
    assert not (paths.OPENAPI_TOOLS / "pins.sha256").exists()


def test_pins_name_every_package_and_no_registry() -> None:
    lock = json.loads((openapi_tools._PINS / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert all("resolved" not in package and package["integrity"] for package in packages)
