"""Creates the two virtual environments; runs before anything is installed, so it uses the standard library alone."""

import hashlib
import subprocess
import sys
from collections import deque
from pathlib import Path

from deploy import paths
from deploy.errors import CommandError
from deploy.progress import Progress

_PROJECT = [paths.ROOT / "requirements.txt", paths.ROOT / "requirements-dev.txt"]
_EMULATOR = [paths.ROOT / "local" / "requirements-ministack.txt"]
_LINES_KEPT = 200


def main() -> int:
    """Bring both environments up to date; 0, or 1 after one line on what to do."""
    try:
        ensure(paths.VENV, _PROJECT, "Installing the project")
        ensure(paths.EMULATOR_VENV, _EMULATOR, "Installing the emulated AWS")
    except CommandError as stop:
        print(f"error: {stop}", file=sys.stderr)
        return 1
    return 0


def ensure(venv: Path, requirements: list[Path], title: str) -> None:
    """Make `venv` hold what `requirements` pin, doing nothing where it already does."""
    stamp, wanted = venv / "requirements.sha256", fingerprint(requirements)
    if stamp.is_file() and stamp.read_text() == wanted and paths.python(venv).exists():
        return
    _create(venv)
    _install(venv, requirements, title)
    stamp.write_text(wanted)


def fingerprint(requirements: list[Path]) -> str:
    """What an environment was made from: this Python's version and the files' contents."""
    digest = hashlib.sha256(repr((sys.version_info[:3], sys.platform)).encode())
    for path in requirements:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _create(venv: Path) -> None:
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        message = (
            f"{sys.executable} cannot create virtual environments: install its venv module "
            f"(Debian and Ubuntu: apt-get install python{version}-venv) and run make again"
        )
        raise CommandError(message)


def _install(venv: Path, requirements: list[Path], title: str) -> None:
    command = [str(paths.python(venv)), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
    for path in requirements:
        command += ["-r", str(path)]
    total = sum(line.count("==") for path in requirements for line in path.read_text().splitlines())
    kept: deque[str] = deque(maxlen=_LINES_KEPT)
    with (
        Progress(title, total) as bar,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip,
    ):
        for line in pip.stdout or ():
            kept.append(line.rstrip())
            bar.advance(line.startswith("Collecting "))
    if pip.returncode:
        errors = [line for line in kept if line.startswith("ERROR")]
        message = f"pip failed ({errors[-1] if errors else kept[-1]}): check the network and run make again"
        raise CommandError(message)


if __name__ == "__main__":
    sys.exit(main())
