"""Clicks while the table and the queue fail: how long the visitor waits, and whether a click is lost.

Table and queue are servers on loopback that fail in each way: they throttle, return 500, hang, cut their answers, cut
after the write, refuse connections. The link is cached and has just expired, so that the first click of each process
reads it in vain. A click is lost if its ID is neither in the table, nor in the queue, nor in a line
`CLICK_NOT_WRITTEN`.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Lock
from typing import NamedTuple

from bench.dynamodb_server.server import header
from bench.endpoint import FakeEndpoint, endpoint, environment_without_options
from bench.faulty_server import Fault, FaultyServer, Request, faulty_server, http_error
from bench.figures import Figure, FigureTarget, Part, main
from bench.fixture_network import create_fixture_network
from bench.processes import ROOT

CLICKS = 200
REFUSED_MS = 150
UNANSWERED_MS = 1200
_CACHE_EXPIRY_SECONDS = 2.2
_SECONDS = 30
_WORKERS, _WORKERS_OF_HANGING = 2, 20


class Case(NamedTuple):
    """How table and queue fail, and which link of the network is clicked."""

    table: Fault
    queue: Fault
    link: str = "plain"

    @property
    def name(self) -> str:
        """The case in words."""
        link = "" if self.link == "plain" else f", {self.link}"
        return f"table {self.table}, queue {self.queue}{link}"

    @property
    def hangs(self) -> bool:
        """Whether the table or the queue never answers."""
        return Fault.HANG in {self.table, self.queue}

    @property
    def limit_ms(self) -> int:
        """The longest time that a visitor may wait."""
        return UNANSWERED_MS if self.hangs else REFUSED_MS


_FAULTS = [fault for fault in Fault if fault is not Fault.NONE]
CASES = (
    *(Case(fault, Fault.NONE) for fault in _FAULTS),
    *(Case(fault, fault) for fault in _FAULTS),
    Case(Fault.THROTTLE, Fault.HANG),
    Case(Fault.HANG, Fault.THROTTLE),
    *(Case(fault, Fault.NONE, "capped") for fault in (Fault.THROTTLE, Fault.CUT_AFTER_WRITE)),
    Case(Fault.HANG, Fault.HANG, "capped"),
)


@dataclass(slots=True)
class Queue:
    """The clicks that the queue has accepted."""

    click_ids: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def accept(self, request: Request) -> bytes:
        """Keep a message and answer as SQS does."""
        click_id = json.loads(json.loads(request.body)["MessageBody"])["click_id"]["S"]
        with self.lock:
            self.click_ids.append(click_id)
        return http_error(200, b'{"MessageId":"5fea7756-0ea4-451a-a703-a558b933e274","MD5OfMessageBody":""}')


@dataclass(frozen=True, slots=True)
class Result:
    """The milliseconds that each visitor waited, and the click IDs in the table, in the queue and in printed lines."""

    waits: Sequence[float]
    table: Sequence[str]
    queue: Sequence[str]
    lines: Sequence[str]

    @property
    def lost(self) -> int:
        """Clicks that were answered and are nowhere."""
        return len(self.waits) - len({*self.table, *self.queue, *self.lines})


class Worker:
    """A process that serves clicks on a link."""

    def __init__(self, environment: Mapping[str, str], code: str, seed: int) -> None:
        command = [sys.executable, "-m", "bench.refused_worker"]
        self._process = subprocess.Popen(  # noqa: S603 - our own
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._send({"code": code, "seed": seed})

    def start(self, clicks: int) -> None:
        """Begin to serve clicks."""
        self._send(clicks)

    def result(self) -> dict[str, list[object]]:
        """Wait for the clicks and return what the process printed about them."""
        assert self._process.stdout  # noqa: S101 - a pipe
        result: dict[str, list[object]] = json.loads(self._process.stdout.readline())
        return result

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _send(self, document: object) -> None:
        assert self._process.stdin  # noqa: S101 - a pipe
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()


@dataclass(frozen=True, slots=True)
class Stubs:
    """The servers that fail, and what stands behind them."""

    table: FaultyServer
    queue: FaultyServer
    items: FakeEndpoint
    accepted: Queue

    def fail_with(self, table: Fault, queue: Fault) -> None:
        """Fail in these ways from now on."""
        self.table.fail_with(table)
        self.queue.fail_with(queue)

    def click_ids(self) -> list[str]:
        """Return the IDs of the clicks in the table."""
        return [item["click_id"]["S"] for item in self.items.items("clicks")]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that uses them."""
        urls = {"AWS_ENDPOINT_URL_DYNAMODB": self.table.url, "AWS_ENDPOINT_URL_SQS": self.queue.url}
        return {**environment_without_options(), **self.items.environment, **urls, "ONLY_REDIRECT": "1"}


@contextmanager
def stubs(items: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[Stubs]:
    """Run a table with these items and an empty queue, both of which work."""
    accepted = Queue()
    with endpoint(items) as behind:  # type: ignore[arg-type]

        def forward(request: Request) -> bytes:
            return _forward(behind.port, request)

        with faulty_server(forward) as table, faulty_server(accepted.accept) as queue:
            yield Stubs(table, queue, behind, accepted)


def _forward(port: int, request: Request) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        headers = {"x-amz-target": header(request.head, b"x-amz-target").decode()}
        connection.request("POST", "/", request.body, headers)
        response = connection.getresponse()
        return http_error(response.status, response.read())
    finally:
        connection.close()


@contextmanager
def workers(stub: Stubs, code: str, count: int) -> Iterator[list[Worker]]:
    """Run processes that have the link cached."""
    with ExitStack() as stack:
        running = [Worker(stub.environment, code, seed) for seed in range(count)]
        for worker in running:
            stack.callback(worker.close)
        yield running


def run(stub: Stubs, running: Sequence[Worker], case: Case, clicks: int) -> Result:
    """Send clicks to the workers while table and queue fail."""
    stub.fail_with(Fault.NONE, Fault.NONE)
    for worker in running:  # one after the other, because all at once would make each other wait
        worker.start(1)
        worker.result()
    time.sleep(_CACHE_EXPIRY_SECONDS)
    before, stub.accepted.click_ids[:] = set(stub.click_ids()), []
    stub.fail_with(case.table, case.queue)
    for worker in running:
        worker.start(clicks // len(running))
    results = [worker.result() for worker in running]
    waits, lines = ([each for result in results for each in result[name]] for name in ("waits", "lines"))
    stub.fail_with(Fault.NONE, Fault.NONE)
    table = [click_id for click_id in stub.click_ids() if click_id not in before]
    return Result(
        [float(str(each)) for each in waits], table, list(stub.accepted.click_ids), [str(each) for each in lines]
    )


def measure(clicks: int = CLICKS, cases: Sequence[Case] = CASES) -> Part:
    """Measure waits and losses of each case."""
    results: dict[Case, Result] = {}
    network = create_fixture_network()
    groups = sorted({(case.hangs, case.link) for case in cases})
    with stubs(network.items) as stub:
        for hangs, link in groups:
            count = min(clicks, _WORKERS_OF_HANGING if hangs else _WORKERS)
            with workers(stub, getattr(network, link), count) as running:
                for case in cases:
                    if (case.hangs, case.link) == (hangs, link):
                        results[case] = run(stub, running, case, clicks)
    return Part("refused", [figure for case in cases for figure in _figures(case, results[case])], _facts(results))


def _figures(case: Case, result: Result) -> list[Figure]:
    return [
        Figure(f"longest wait: {case.name}", max(result.waits), "ms", target=FigureTarget(case.limit_ms)),
        Figure(f"median wait: {case.name}", statistics.median(result.waits), "ms"),
        Figure(f"clicks lost: {case.name}", result.lost, "clicks", target=FigureTarget(0)),
    ]


def _facts(results: Mapping[Case, Result]) -> dict[str, float]:
    """Return where the clicks of each case are."""
    places = ("table", "queue", "lines")
    return {
        f"{case.name}: {place}": float(len(set(getattr(result, place))))
        for case, result in results.items()
        for place in places
    }


if __name__ == "__main__":
    os.environ.pop("TABLE_CLIENT", None)
    main(measure)
