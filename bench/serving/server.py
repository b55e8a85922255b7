"""granian with the application in N processes, one thread each, and what they used of the processors."""

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

_SECONDS_TO_START = 30
_SECONDS_TO_END = 10
_STEP = 0.05
_QUEUED = 256


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port and its first process, whose children are the workers."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """What all its processes used of the processors until now."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ticks = sum(ticks_of(Path(f"/proc/{each}/stat").read_text()) for each in [str(self.pid), *children])
        return ticks / os.sysconf("SC_CLK_TCK")


def ticks_of(stat: str) -> int:
    """User and system time, in clock ticks, of a line of /proc/{pid}/stat: proc(5), fields 14 and 15."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@contextmanager
def server(environment: Mapping[str, str], processes: int) -> Iterator[Server]:
    """The server with that many worker processes, answering; stopped at the end."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(processes), "--blocking-threads", "1", "--backpressure", str(_QUEUED)]
    command += ["--log-level", "warning", "--no-access-log", "bench.serving.gateway:gateway"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 - our own
    try:
        _await(port, process)
        yield Server(port, process.pid)
    finally:
        _stop(process)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
    return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    """Returns when the server takes connections."""
    end = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(_STEP)
        else:
            return
    message = f"granian did not start (exit code {process.returncode}): see what it printed above"
    raise SystemExit(message)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the server with its workers: they are in a session of their own."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
