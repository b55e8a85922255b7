"""Paths and addresses on this machine."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENDOR = ROOT / "vendor"
STATE = ROOT / ".local"
EMULATOR_VENV = STATE / "ministack-venv"
OPENAPI_TOOLS = STATE / "openapi-tools"
PACKAGES = STATE / "package"
LOG = STATE / "ministack.log"
STACK_FILE = STATE / "stack.json"
DEMO_FILE = STATE / "demo.json"

_DEFAULT_PORT = 4566


def python(venv: Path) -> Path:
    """Return the Python interpreter of a virtual environment."""
    return venv / "bin" / "python"


def port() -> int:
    """Return the loopback port of the emulator: `SMARTLINK_PORT`, or 4566."""
    return int(os.environ.get("SMARTLINK_PORT", _DEFAULT_PORT))


def endpoint() -> str:
    """Return the emulator's endpoint URL for the AWS SDK."""
    return f"http://127.0.0.1:{port()}"
