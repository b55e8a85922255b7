"""Send many requests: a persistent connection per thread, with limits on concurrency and rate."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Self, TypeVar
from urllib.parse import urlsplit

from deploy.errors import CommandError
from deploy.progress import Progress
from local.http import LocalResponse

Job = TypeVar("Job")
JobResult = TypeVar("JobResult")

_SECONDS = 90.0
_IDLE_SECONDS = 1.0
_ATTEMPTS = 6
_RETRYABLE = (429, 503)


class HttpLoad:
    """A thread-safe HTTP client of the stack on this machine."""

    def __init__(self) -> None:
        """Open no connection yet."""
        self._thread = threading.local()
        self._opened: list[HTTPConnection] = []

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()

    def send(self, method: str, url: str, headers: Mapping[str, str]) -> LocalResponse:
        """Send one request without a body. Retry only if the response states that it was not processed.

        Raise CommandError without a response, since it is then unknown whether the request was counted.
        """
        for n in range(_ATTEMPTS):
            try:
                response = self._send_once(method, url, headers)
            except (OSError, HTTPException) as error:
                message = f"{method} {url} got no response ({error!r}). See `make logs`, then run the command again."
                raise CommandError(message) from error
            if response.status not in _RETRYABLE:
                return response
            time.sleep(0.1 * 2**n)
        message = (
            f"{method} {url} returned {response.status} {_ATTEMPTS} times. Run the command again with a lower --rate."
        )
        raise CommandError(message)

    def _send_once(self, method: str, url: str, headers: Mapping[str, str]) -> LocalResponse:
        parts = urlsplit(url)
        connection = self._connection(parts.hostname or "", parts.port)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, target, headers={"Host": parts.netloc, **headers})
            response = connection.getresponse()
            body = response.read()
        except BaseException:
            connection.close()
            raise
        self._thread.used = time.monotonic()
        return LocalResponse(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def _connection(self, host: str, port: int | None) -> HTTPConnection:
        """Return the thread's connection. Reopen it after an idle time, as the server may have closed it."""
        connections: dict[tuple[str, int | None], HTTPConnection] = self._thread.__dict__.setdefault("connections", {})
        if (host, port) not in connections:
            address = "127.0.0.1" if host.endswith(".localhost") else host
            connections[host, port] = HTTPConnection(address, port, timeout=_SECONDS)
            self._opened.append(connections[host, port])
        if time.monotonic() - self._thread.__dict__.get("used", 0.0) > _IDLE_SECONDS:
            connections[host, port].close()
        return connections[host, port]


def run_all(
    items: Sequence[Job], act: Callable[[Job], JobResult], *, threads: int = 6, rate: float = 0
) -> Iterator[JobResult]:
    """Yield the result of `act` for each item, in their order. Start at most `rate` items per second; 0 is no limit."""
    start = time.monotonic()

    def act_in_time(numbered_item: tuple[int, Job]) -> JobResult:
        n, item = numbered_item
        if rate:
            time.sleep(max(0.0, start + n / rate - time.monotonic()))
        return act(item)

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(act_in_time, enumerate(items))


def collect_with_progress(title: str, results: Iterator[JobResult], total: int) -> list[JobResult]:
    """Return all `total` results, and show a progress bar meanwhile."""
    with Progress(title, total) as bar:
        gathered = []
        for result in results:
            gathered.append(result)
            bar.advance()
    return gathered
