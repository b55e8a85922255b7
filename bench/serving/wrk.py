"""Load from wrk, the HTTP benchmarking tool, with requests as browsers send them.

`python -m bench.serving.wrk http://127.0.0.1:8080/path` puts any server on this machine under the load of the
throughput bench: a peer to compare with.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.serving.event import Visit, visits

SCRIPT = Path(__file__).parent / "load.lua"
CONNECTIONS = (1, 8, 32)
SECONDS = 2
DIFFERENT = 512
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_MORE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class HttpLoadResult:
    """What wrk saw: answers, those of them that are no 302, broken connections and timeouts, and latencies in ms."""

    answered: int
    wrong: int
    broken: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return self.answered / self.seconds

    @property
    def redirected(self) -> int:
        """Answers that are 302."""
        return self.answered - self.wrong


def program() -> str:
    """Where wrk is; ends the bench with one line where it is not."""
    found = shutil.which("wrk")
    if found is None:
        message = "error: wrk was not found: install it with `apt-get install wrk`"
        raise SystemExit(message)
    return found


def write_requests(file: Path, path: str, code: str) -> None:
    """Writes requests of different visitors into the file that wrk sends from; `path` is asked for in each."""
    file.write_bytes(b"".join(request(path, visit) + b"\0" for visit in islice(visits(code), DIFFERENT)))


def request(path: str, visit: Visit) -> bytes:
    """One visitor's request over HTTP/1.1, as a load balancer passes it on."""
    headers = {"Host": "127.0.0.1", **visit.headers, "X-Forwarded-For": visit.address, "X-Forwarded-Proto": "https"}
    mark = "&" if "?" in path else "?"
    lines = [
        f"GET {path}{mark}{urlencode(visit.query)} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def load(url: str, requests: Path, *, connections: int, seconds: int) -> HttpLoadResult:
    """Keeps that many connections busy for that long, from one thread."""
    asked = ["-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), url, "--", str(requests)]
    done = subprocess.run(  # noqa: S603 - found by its name
        [program(), *asked], capture_output=True, text=True, check=True, timeout=seconds + _MORE_SECONDS
    )
    return parsed(done.stdout.splitlines())


def parsed(lines: Sequence[str] | Iterable[str]) -> HttpLoadResult:
    """What the script's line of JSON, the last that wrk prints, says."""
    return HttpLoadResult(**json.loads(list(lines)[-1]))


def main(address: str) -> None:
    """Loads the address at each number of connections and prints what was seen, a line each; loopback only."""
    there = urlsplit(address)
    if there.hostname not in _LOOPBACK:
        message = "error: the address must be one of this machine, as http://127.0.0.1:8080/path"
        raise SystemExit(message)
    with tempfile.TemporaryDirectory() as folder:
        requests = Path(folder) / "requests"
        write_requests(requests, there._replace(scheme="", netloc="", fragment="").geturl() or "/", "")
        for connections in CONNECTIONS:
            seen = load(address, requests, connections=connections, seconds=SECONDS)
            latency = f"p50 {seen.p50_ms:.2f} ms  p99 {seen.p99_ms:.2f} ms"
            print(f"{connections:3}: {seen.rate:8,.0f}/s  {latency}  {seen.wrong} no 302, {seen.broken} broken")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
