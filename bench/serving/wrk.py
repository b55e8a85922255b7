"""Load from wrk, the HTTP benchmarking tool, with requests as browsers send them.

`python -m bench.serving.wrk http://127.0.0.1:8080/path` puts the load of the throughput benchmark on any local server,
for comparison.
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
DISTINCT_REQUESTS = 512
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_GRACE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class HttpLoadResult:
    """Result of wrk: responses, those other than 302, broken connections and timeouts, and latencies in ms."""

    answered: int
    wrong: int
    broken: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Responses per second."""
        return self.answered / self.seconds

    @property
    def redirected(self) -> int:
        """Responses that are 302."""
        return self.answered - self.wrong


def program() -> str:
    """Return the path of wrk. End the benchmark if it is not installed."""
    path = shutil.which("wrk")
    if path is None:
        message = "error: wrk was not found. Install it with `apt-get install wrk`."
        raise SystemExit(message)
    return path


def write_requests(file: Path, path: str, code: str) -> None:
    """Write requests for `path` from different visitors to the file that wrk sends."""
    file.write_bytes(b"".join(request(path, visit) + b"\0" for visit in islice(visits(code), DISTINCT_REQUESTS)))


def request(path: str, visit: Visit) -> bytes:
    """Return a visitor's HTTP/1.1 request as a load balancer forwards it."""
    headers = {"Host": "127.0.0.1", **visit.headers, "X-Forwarded-For": visit.address, "X-Forwarded-Proto": "https"}
    separator = "&" if "?" in path else "?"
    lines = [
        f"GET {path}{separator}{urlencode(visit.query)} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def load(url: str, requests: Path, *, connections: int, seconds: int) -> HttpLoadResult:
    """Keep `connections` connections busy for `seconds` seconds, from one thread."""
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), url, "--", str(requests)]
    completed = subprocess.run(  # noqa: S603 - found on the PATH
        [program(), *options], capture_output=True, text=True, check=True, timeout=seconds + _GRACE_SECONDS
    )
    return parse_output(completed.stdout.splitlines())


def parse_output(lines: Sequence[str] | Iterable[str]) -> HttpLoadResult:
    """Parse the script's line of JSON, the last line that wrk prints."""
    return HttpLoadResult(**json.loads(list(lines)[-1]))


def main(address: str) -> None:
    """Put load on a loopback address with each number of connections, and print a line of results for each."""
    parts = urlsplit(address)
    if parts.hostname not in _LOOPBACK:
        message = "error: the address must be on this machine, for example http://127.0.0.1:8080/path"
        raise SystemExit(message)
    with tempfile.TemporaryDirectory() as folder:
        requests = Path(folder) / "requests"
        write_requests(requests, parts._replace(scheme="", netloc="", fragment="").geturl() or "/", "")
        for connections in CONNECTIONS:
            result = load(address, requests, connections=connections, seconds=SECONDS)
            latency = f"p50 {result.p50_ms:.2f} ms  p99 {result.p99_ms:.2f} ms"
            print(f"{connections:3}: {result.rate:8,.0f}/s  {latency}  {result.wrong} no 302, {result.broken} broken")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
