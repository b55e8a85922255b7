"""Clicks per second, latency and CPU per click of the whole application behind a small HTTP server, under wrk.

granian feeds the requests to the Lambda handler as API Gateway's events, in as many processes as there are cores, one
request at a time in each; the tables are an endpoint in a process of its own. wrk, the server and the endpoint share
the cores. The floor is the same server answering a bare 302 in the rounds between. In the end every click that was
answered must be in the table.
"""

import http.client
import os
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.endpoint import FakeEndpoint, endpoint, environment_without_options
from bench.figures import Figure, FigureTarget, Floor, Part, main
from bench.fixture_network import made
from bench.serving.event import visits
from bench.serving.server import Server, server
from bench.serving.wrk import CONNECTIONS, SECONDS, HttpLoadResult, load, program, write_requests

ROUNDS = 5
BARE_SECONDS, WARM_SECONDS = 1, 2
CALLERS, CALLS, ANSWER_SECONDS = 4, 750, 5


@dataclass(frozen=True, slots=True)
class Round:
    """One round under wrk and the CPU that the server's processes used for an answer, in milliseconds."""

    load: HttpLoadResult
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Loads:
    """Where the requests for the click and for the bare answer are read from, and the server that takes them."""

    there: Server
    click: Path
    bare: Path

    def round(self, requests: Path, connections: int, seconds: int) -> Round:
        """One round of those requests."""
        before = self.there.cpu_seconds()
        seen = load(self.there.url, requests, connections=connections, seconds=seconds)
        used = self.there.cpu_seconds() - before
        return Round(seen, 1000 * used / max(1, seen.answered))


def measure() -> Part:
    """The figures of throughput and tail."""
    program()
    network, processes = made(), os.cpu_count() or 1
    with endpoint(network.items) as tables:
        environment = {**environment_without_options(), **tables.environment}
        with server(environment, processes) as there, _loads(there, network.plain) as loads:
            rounds, in_table = _loaded(loads, tables)
            answered = [click_id for ids in _answered(there, network.plain) for click_id in ids]
            missing = missing_in(answered, tables.keys("clicks"))
    figures = [figure for connections in CONNECTIONS for figure in _figures(connections, *rounds[connections])]
    sure = Figure(
        f"clicks answered and not in the table, of {len(answered):,}", missing, "clicks", target=FigureTarget(0)
    )
    clicks = [each for click, _ in rounds.values() for each in click]
    return Part("throughput", [*figures, *_sums(clicks, in_table), sure], _facts(rounds, processes))


def _loaded(loads: Loads, tables: FakeEndpoint) -> tuple[dict[int, tuple[list[Round], list[Round]]], int]:
    """All rounds, by the number of connections, and how many clicks came into the table in them."""
    loads.round(loads.click, max(CONNECTIONS), WARM_SECONDS)
    before = len(tables.keys("clicks"))
    rounds = {connections: _rounds(loads, connections) for connections in CONNECTIONS}
    return rounds, len(tables.keys("clicks")) - before


def _sums(clicks: Sequence[Round], in_table: int) -> list[Figure]:
    """What must be none over all rounds of clicks; wrk leaves some unfinished, so the table may hold more."""
    redirected = sum(each.load.redirected for each in clicks)
    wrong = sum(each.load.wrong + each.load.broken for each in clicks)
    beyond = f"clicks that wrk saw answered, {redirected:,}, beyond those in the table"
    return [
        Figure(beyond, max(0, redirected - in_table), "clicks", target=FigureTarget(0)),
        Figure("answers that are no 302, broken connections", wrong, "answers", target=FigureTarget(0)),
    ]


@contextmanager
def _loads(there: Server, code: str) -> Iterator[Loads]:
    with tempfile.TemporaryDirectory() as folder:
        loads = Loads(there, Path(folder) / "click", Path(folder) / "bare")
        write_requests(loads.click, f"/s/{code}", code)
        write_requests(loads.bare, "/bare", code)
        yield loads


def _rounds(loads: Loads, connections: int) -> tuple[list[Round], list[Round]]:
    """Rounds of clicks and of the bare answer, in turns."""
    clicks, bare = [], []
    for _ in range(ROUNDS):
        clicks.append(loads.round(loads.click, connections, SECONDS))
        bare.append(loads.round(loads.bare, connections, BARE_SECONDS))
    return clicks, bare


def _figures(connections: int, clicks: Sequence[Round], bare: Sequence[Round]) -> list[Figure]:
    """The medians of the rounds beside the floor's."""
    asked: Mapping[str, tuple[str, Callable[[Round], float]]] = {
        "answered": ("a second", lambda each: each.load.rate),
        "p50": ("ms", lambda each: each.load.p50_ms),
        "p99": ("ms", lambda each: each.load.p99_ms),
        "CPU per click": ("ms", lambda each: each.cpu_ms),
    }
    return [
        Figure(f"{_counted(connections)}: {name}", _median(clicks, of), unit, Floor("bare 302", _median(bare, of)))
        for name, (unit, of) in asked.items()
    ]


def _counted(connections: int) -> str:
    return f"{connections} connection{'s' if connections > 1 else ''}"


def _median(rounds: Sequence[Round], of: Callable[[Round], float]) -> float:
    return statistics.median(of(each) for each in rounds)


def _facts(rounds: Mapping[int, tuple[Sequence[Round], Sequence[Round]]], processes: int) -> dict[str, float]:
    facts = {"processes": float(processes)}
    for connections, (clicks, _) in rounds.items():
        facts[f"per_second_{connections}"] = _median(clicks, lambda each: each.load.rate)
        facts[f"cpu_ms_{connections}"] = _median(clicks, lambda each: each.cpu_ms)
    return facts


def missing_in(click_ids: Iterable[str], keys: Iterable[Sequence[str]]) -> int:
    """How many of the clicks are not among the keys of the table."""
    stored = {key[0] for key in keys}
    return sum(each not in stored for each in click_ids)


def _answered(there: Server, code: str) -> list[list[str]]:
    """The IDs of some thousand clicks, each looked at, from several callers at once."""
    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(lambda seed: _click_ids(there, code, seed), range(CALLERS)))


def _click_ids(there: Server, code: str, seed: int) -> list[str]:
    """Clicks one after the other on one connection; the IDs in the destinations that they were answered with."""
    found = []
    with closing(http.client.HTTPConnection("127.0.0.1", there.port, timeout=ANSWER_SECONDS)) as connection:
        for visit in islice(visits(code, seed), CALLS):
            headers = {**visit.headers, "X-Forwarded-For": visit.address}
            connection.request("GET", f"/s/{code}?{urlencode(visit.query)}", headers=headers)
            answer = connection.getresponse()
            answer.read()
            found.append(click_id(answer.getheader("Location", "")))
    return found


def click_id(destination: str) -> str:
    """The click's ID in the address that the click was sent to; empty where there is none."""
    return parse_qs(urlsplit(destination).query).get("cid", [""])[0]


if __name__ == "__main__":
    main(measure)
