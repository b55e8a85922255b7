"""Where things lie on this machine."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENDOR = ROOT / "vendor"
STATE = ROOT / ".local"
EMULATOR_VENV = STATE / "ministack-venv"
PACKAGES = STATE / "package"
LOG = STATE / "ministack.log"
STACK_FILE = STATE / "stack.json"
DEMO_FILE = STATE / "demo.json"

_DEFAULT_PORT = 4566


def python(venv: Path) -> Path:
    """The Python of a virtual environment."""
    return venv / "bin" / "python"


def port() -> int:
    """The loopback port of the emulated AWS; `SMARTLINK_PORT` moves it."""
    return int(os.environ.get("SMARTLINK_PORT", _DEFAULT_PORT))


def endpoint() -> str:
    """The emulated AWS's address for its SDK."""
    return f"http://127.0.0.1:{port()}"
