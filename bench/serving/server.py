"""granian with the application in N single-threaded processes, and their CPU time."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import ROOT

_START_SECONDS = 30
_STOP_SECONDS = 10
_POLL_SECONDS = 0.05
_BACKPRESSURE = 256


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port and its first process, whose children are the workers."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """The server's base URL."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all its processes so far."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ticks = sum(ticks_of(Path(f"/proc/{pid}/stat").read_text()) for pid in [str(self.pid), *children])
        return ticks / os.sysconf("SC_CLK_TCK")


def ticks_of(stat: str) -> int:
    """Return user plus system time in clock ticks, from /proc/{pid}/stat: proc(5), fields 14 and 15."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@contextmanager
def server(environment: Mapping[str, str], processes: int) -> Iterator[Server]:
    """Run the server with `processes` workers. It accepts connections when this yields."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(processes), "--blocking-threads", "1", "--backpressure", str(_BACKPRESSURE)]
    command += ["--log-level", "warning", "--no-access-log", "bench.serving.gateway:gateway"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 - our own
    try:
        _wait_until_ready(port, process)
        yield Server(port, process.pid)
    finally:
        _stop(process)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server accepts connections."""
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    message = f"granian did not start (exit code {process.returncode}): see its output above"
    raise SystemExit(message)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server and its workers, which share a session."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
