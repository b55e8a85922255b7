"""Create the two virtual environments. Uses only the standard library, as nothing is installed yet."""

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
_MAX_LOG_LINES = 200


def main() -> int:
    """Bring both environments up to date and return the exit code. Print an error with the next step to take."""
    try:
        ensure(paths.VENV, _PROJECT, "Installing the project")
        ensure(paths.EMULATOR_VENV, _EMULATOR, "Installing the AWS emulator")
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def ensure(venv: Path, requirements: list[Path], title: str) -> None:
    """Install `requirements` into a new `venv`, unless it was created from the same requirements."""
    stamp, current = venv / "requirements.sha256", fingerprint(requirements)
    if stamp.is_file() and stamp.read_text() == current and paths.python(venv).exists():
        return
    _create(venv)
    _install(venv, requirements, title)
    stamp.write_text(current)


def fingerprint(requirements: list[Path]) -> str:
    """Return a hash of this Python's version and the contents of the files."""
    digest = hashlib.sha256(repr((sys.version_info[:3], sys.platform)).encode())
    for path in requirements:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _create(venv: Path) -> None:
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        message = (
            f"{sys.executable} cannot create virtual environments. Install its venv module "
            f"(Debian and Ubuntu: apt-get install python{version}-venv) and run the command again."
        )
        raise CommandError(message)


def _install(venv: Path, requirements: list[Path], title: str) -> None:
    command = [str(paths.python(venv)), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
    for path in requirements:
        command += ["-r", str(path)]
    total = sum(line.count("==") for path in requirements for line in path.read_text().splitlines())
    lines: deque[str] = deque(maxlen=_MAX_LOG_LINES)
    with (
        Progress(title, total) as bar,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip,
    ):
        for line in pip.stdout or ():
            lines.append(line.rstrip())
            bar.advance(line.startswith("Collecting "))
    if pip.returncode:
        errors = [line for line in lines if line.startswith("ERROR")]
        message = f"pip failed ({errors[-1] if errors else lines[-1]}). Check the network and run the command again."
        raise CommandError(message)


if __name__ == "__main__":
    sys.exit(main())
