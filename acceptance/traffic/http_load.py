"""Sends many requests: a connection kept open for each thread, so many at a time, so many a second."""

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
_NOT_TAKEN = (429, 503)


class HttpLoad:
    """Plain HTTP to the stack on this machine, for several threads at once."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        self._own = threading.local()
        self._opened: list[HTTPConnection] = []

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()

    def send(self, method: str, url: str, headers: Mapping[str, str]) -> LocalResponse:
        """One request without a body, sent again only where the answer says that nothing was done.

        Stops where no answer comes: whether the request was counted is then unknown.
        """
        for n in range(_ATTEMPTS):
            try:
                answer = self._once(method, url, headers)
            except (OSError, HTTPException) as error:
                message = f"{method} {url} got no answer ({error!r}): look at make logs, then run it again"
                raise CommandError(message) from error
            if answer.status not in _NOT_TAKEN:
                return answer
            time.sleep(0.1 * 2**n)
        message = f"{method} {url} answers {answer.status} again and again: run it again with a lower --rate"
        raise CommandError(message)

    def _once(self, method: str, url: str, headers: Mapping[str, str]) -> LocalResponse:
        parts = urlsplit(url)
        connection = self._connection(parts.hostname or "", parts.port)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, target, headers={"Host": parts.netloc, **headers})
            answer = connection.getresponse()
            body = answer.read()
        except BaseException:
            connection.close()
            raise
        self._own.used = time.monotonic()
        return LocalResponse(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)

    def _connection(self, host: str, port: int | None) -> HTTPConnection:
        """The thread's own; reopened after a rest, in which the other side may have closed it."""
        kept: dict[tuple[str, int | None], HTTPConnection] = self._own.__dict__.setdefault("kept", {})
        if (host, port) not in kept:
            reached = "127.0.0.1" if host.endswith(".localhost") else host
            kept[host, port] = HTTPConnection(reached, port, timeout=_SECONDS)
            self._opened.append(kept[host, port])
        if time.monotonic() - self._own.__dict__.get("used", 0.0) > _IDLE_SECONDS:
            kept[host, port].close()
        return kept[host, port]


def all_of(
    items: Sequence[Job], act: Callable[[Job], JobResult], *, threads: int = 6, rate: float = 0
) -> Iterator[JobResult]:
    """What `act` gives for each item, in their order; at most `rate` are begun a second, 0 for any number."""
    began = time.monotonic()

    def in_turn(numbered: tuple[int, Job]) -> JobResult:
        n, item = numbered
        if rate:
            time.sleep(max(0.0, began + n / rate - time.monotonic()))
        return act(item)

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(in_turn, enumerate(items))


def watched(title: str, results: Iterator[JobResult], total: int) -> list[JobResult]:
    """All the results, so many of them, under a progress bar."""
    with Progress(title, total) as bar:
        gathered = []
        for result in results:
            gathered.append(result)
            bar.advance()
    return gathered
