"""Start and stop the AWS emulator: one process on loopback that stores its state in `.local/`."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

from deploy import paths
from deploy.errors import CommandError
from local.http import get
from local.setup import fingerprint

_PID_FILE = paths.STATE / "ministack.pid"
_SOURCES = sorted((paths.ROOT / "local").glob("*.*"))
"""Modules of the gateway, and the requirements of the emulator: a running emulator has those of its start."""

_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
_WARM_SECONDS = 3600


def start() -> None:
    """Start the emulator unless it is running, and return when it responds. One of another version is replaced."""
    process, version = None, fingerprint([*_SOURCES])
    if running_pid() is not None:
        _, port, *running = _PID_FILE.read_text().split()
        if port != str(paths.port()):
            message = "The stack is already running on another port. Run `make down` first."
            raise CommandError(message)
        if running != [version]:
            stop()
    if running_pid() is None:
        if _port_is_taken():
            raise CommandError(port_taken_message(paths.port()))
        process = _spawn()
        _PID_FILE.write_text(f"{process.pid} {paths.port()} {version}")
    _wait_until_ready(process)


def stop() -> bool:
    """Stop the emulator and let it save its state. Return False if it is not running."""
    pid = running_pid()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    if not _exits_within(pid, _STOP_SECONDS):
        os.kill(pid, signal.SIGKILL)
        message = "The emulator did not stop in time and was killed. Recent changes are lost."
        raise CommandError(message)
    _PID_FILE.unlink(missing_ok=True)
    return True


def running_pid() -> int | None:
    """Return the emulator's process ID, or None if it is not running or another program now has that ID."""
    with suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(_PID_FILE.read_text().split()[0])
        if str(paths.python(paths.EMULATOR_VENV)) in _command_line(pid):
            return pid
    return None


def port_taken_message(port: int) -> str:
    """Return the error message for a port that is in use."""
    return f"Port {port} is used by another program. Stop it, or use another port with SMARTLINK_PORT={port + 1}."


def _spawn() -> subprocess.Popen[bytes]:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    command = [str(paths.python(paths.EMULATOR_VENV)), "-m", "hypercorn", "local.gateway:app()", "--workers=0"]
    command += [f"--bind=127.0.0.1:{paths.port()}", "--backlog=1024", "--keep-alive=75"]
    with paths.LOG.open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=paths.ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _environment() -> dict[str, str]:
    """Return the environment, which all functions inherit: PATH of the caller, and a new temporary folder."""
    temporary = paths.STATE / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(paths.STATE),
        "TMPDIR": str(temporary),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(paths.port()),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(paths.STATE / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(paths.STATE / "s3"),
        # Enforce the policy of every function, as on AWS.
        "AUTH": "true",
        "LAMBDA_WARM_TTL_SECONDS": str(_WARM_SECONDS),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # Without this the emulator removes Docker containers that it takes for its own.
        "DOCKER_HOST": "unix:///nonexistent",
    }


def _wait_until_ready(process: subprocess.Popen[bytes] | None) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError, HTTPException):
            if get(f"{paths.endpoint()}/_ministack/ready").status == 200:  # noqa: PLR2004
                return
        if process and process.poll() is not None:
            break
        time.sleep(0.1)
    message = f"The emulator did not start. See {paths.LOG.relative_to(paths.ROOT)}."
    raise CommandError(message)


def _port_is_taken() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", paths.port())) == 0


def _command_line(pid: int) -> str:
    if Path("/proc/self").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text()
        return ""
    return subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout  # noqa: PLW1510


def _exits_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while running_pid() == pid:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
