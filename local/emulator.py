"""Starts and stops the emulated AWS: one process on loopback that keeps its state in `.local/`."""

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

_PID_FILE = paths.STATE / "ministack.pid"
_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
_WARM_SECONDS = 3600


def start() -> None:
    """Return when the emulator answers; does nothing where ours already runs."""
    process = None
    if running() is None:
        if _port_is_taken():
            raise CommandError(port_taken(paths.port()))
        process = _spawn()
        _PID_FILE.write_text(f"{process.pid} {paths.port()}")
    elif _PID_FILE.read_text().split()[1] != str(paths.port()):
        message = "the stack already runs on another port: make down first"
        raise CommandError(message)
    _wait_until_ready(process)


def stop() -> bool:
    """End the emulator that `start` started, letting it save its state; False where none runs."""
    pid = running()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    if not _gone_within(pid, _STOP_SECONDS):
        os.kill(pid, signal.SIGKILL)
        message = "the emulated AWS did not end in time and was killed; what changed since its start is lost"
        raise CommandError(message)
    _PID_FILE.unlink(missing_ok=True)
    return True


def running() -> int | None:
    """The process ID of our emulator, None where it does not run or the ID now belongs to another program."""
    with suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(_PID_FILE.read_text().split()[0])
        if str(paths.python(paths.EMULATOR_VENV)) in _command_line(pid):
            return pid
    return None


def port_taken(port: int) -> str:
    """What to tell whoever's port is in use."""
    return f"port {port} is used by another program: stop that, or choose another with SMARTLINK_PORT={port + 1}"


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
    """An empty temporary folder, and nothing of the caller's but the path: the functions inherit all of it."""
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
        # Every function may do only what its policy allows, as on AWS.
        "AUTH": "true",
        "LAMBDA_WARM_TTL_SECONDS": str(_WARM_SECONDS),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # It would tidy up containers of its own; there are none, and yours are not its business.
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
    message = f"the emulated AWS did not start: its last lines are in {paths.LOG.relative_to(paths.ROOT)}"
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


def _gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while running() == pid:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
