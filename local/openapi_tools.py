"""Linters of the OpenAPI document and generators of TypeScript clients: pinned npm packages, for tests."""

import hashlib
import shutil
import subprocess

from deploy import npm, paths
from deploy.errors import CommandError
from deploy.progress import Progress

_PINS = paths.ROOT / "tests" / "api_docs" / "tools"
_FILES = ("package.json", "package-lock.json")
_HINT = "Check the network and run the command again."


def ensure() -> None:
    """Install the packages into `.local/openapi-tools/`, unless they are there already."""
    stamp, current = paths.OPENAPI_TOOLS / "pins.sha256", _fingerprint()
    if stamp.is_file() and stamp.read_text() == current:
        return
    shutil.rmtree(paths.OPENAPI_TOOLS, ignore_errors=True)
    paths.OPENAPI_TOOLS.mkdir(parents=True)
    for name in _FILES:
        shutil.copy(_PINS / name, paths.OPENAPI_TOOLS / name)
    with Progress("Installing the linters of the OpenAPI document", 1):
        _install()
    stamp.write_text(current)


def _install() -> None:
    node = npm.node(_HINT)
    command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command, cwd=paths.OPENAPI_TOOLS, env=node.environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("npm error")] or ["no reason given"]
        message = f"npm could not install the linters of the OpenAPI document ({errors[0]}). {_HINT}"
        raise CommandError(message)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update((_PINS / name).read_bytes())
    return digest.hexdigest()
