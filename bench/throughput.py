"""Clicks per second, latency and CPU per click of the whole application behind a small HTTP server, under wrk.

granian passes the requests to the Lambda handler as API Gateway's events, in one process per core, one request at a
time in each. The tables are an endpoint in its own process. wrk, the server and the endpoint share the cores. The
floor is a bare 302 of the same server, in alternating rounds. At the end every answered click must be in the table.
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
from bench.fixture_network import create_fixture_network
from bench.serving.event import visits
from bench.serving.server import Server, server
from bench.serving.wrk import CONNECTIONS, SECONDS, HttpLoadResult, load, program, write_requests

ROUNDS = 5
BARE_SECONDS, WARM_SECONDS = 1, 2
CALLERS, CALLS, ANSWER_SECONDS = 4, 750, 5


@dataclass(frozen=True, slots=True)
class Round:
    """One round of wrk, and the server's CPU per response in milliseconds."""

    load: HttpLoadResult
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class LoadRunner:
    """Runs load on the server, from files with requests for clicks and for the bare 302."""

    http_server: Server
    click: Path
    bare: Path

    def round(self, requests: Path, connections: int, seconds: int) -> Round:
        """Run one round with the requests of a file."""
        before = self.http_server.cpu_seconds()
        result = load(self.http_server.url, requests, connections=connections, seconds=seconds)
        used = self.http_server.cpu_seconds() - before
        return Round(result, 1000 * used / max(1, result.answered))


def measure() -> Part:
    """Measure throughput and latency."""
    program()
    network, processes = create_fixture_network(), os.cpu_count() or 1
    with endpoint(network.items) as tables:
        environment = {**environment_without_options(), **tables.environment}
        with server(environment, processes) as http_server, _loads(http_server, network.plain) as loads:
            rounds, in_table = _run_rounds(loads, tables)
            answered = [click_id for ids in _send_clicks(http_server, network.plain) for click_id in ids]
            missing = missing_in(answered, tables.keys("clicks"))
    figures = [figure for connections in CONNECTIONS for figure in _figures(connections, *rounds[connections])]
    lost = Figure(
        f"clicks answered and not in the table, of {len(answered):,}", missing, "clicks", target=FigureTarget(0)
    )
    clicks = [round_ for click, _ in rounds.values() for round_ in click]
    return Part("throughput", [*figures, *_sums(clicks, in_table), lost], _facts(rounds, processes))


def _run_rounds(loads: LoadRunner, tables: FakeEndpoint) -> tuple[dict[int, tuple[list[Round], list[Round]]], int]:
    """Run all rounds. Return them by number of connections, and the number of clicks stored meanwhile."""
    loads.round(loads.click, max(CONNECTIONS), WARM_SECONDS)
    before = len(tables.keys("clicks"))
    rounds = {connections: _rounds(loads, connections) for connections in CONNECTIONS}
    return rounds, len(tables.keys("clicks")) - before


def _sums(clicks: Sequence[Round], in_table: int) -> list[Figure]:
    """Return figures that must be 0 over all rounds. wrk aborts some requests, so the table may contain more clicks."""
    redirected = sum(round_.load.redirected for round_ in clicks)
    wrong = sum(round_.load.wrong + round_.load.broken for round_ in clicks)
    beyond = f"clicks that wrk saw answered, {redirected:,}, beyond those in the table"
    return [
        Figure(beyond, max(0, redirected - in_table), "clicks", target=FigureTarget(0)),
        Figure("answers that are no 302, broken connections", wrong, "answers", target=FigureTarget(0)),
    ]


@contextmanager
def _loads(http_server: Server, code: str) -> Iterator[LoadRunner]:
    with tempfile.TemporaryDirectory() as folder:
        loads = LoadRunner(http_server, Path(folder) / "click", Path(folder) / "bare")
        write_requests(loads.click, f"/s/{code}", code)
        write_requests(loads.bare, "/bare", code)
        yield loads


def _rounds(loads: LoadRunner, connections: int) -> tuple[list[Round], list[Round]]:
    """Run alternating rounds of clicks and of the bare 302."""
    clicks, bare = [], []
    for _ in range(ROUNDS):
        clicks.append(loads.round(loads.click, connections, SECONDS))
        bare.append(loads.round(loads.bare, connections, BARE_SECONDS))
    return clicks, bare


def _figures(connections: int, clicks: Sequence[Round], bare: Sequence[Round]) -> list[Figure]:
    """Return the medians of the rounds, with the bare 302 as floor."""
    columns: Mapping[str, tuple[str, Callable[[Round], float]]] = {
        "answered": ("a second", lambda round_: round_.load.rate),
        "p50": ("ms", lambda round_: round_.load.p50_ms),
        "p99": ("ms", lambda round_: round_.load.p99_ms),
        "CPU per click": ("ms", lambda round_: round_.cpu_ms),
    }
    return [
        Figure(
            f"{_connections(connections)}: {name}",
            _median(clicks, value_of),
            unit,
            Floor("bare 302", _median(bare, value_of)),
        )
        for name, (unit, value_of) in columns.items()
    ]


def _connections(connections: int) -> str:
    return f"{connections} connection{'s' if connections > 1 else ''}"


def _median(rounds: Sequence[Round], value_of: Callable[[Round], float]) -> float:
    return statistics.median(value_of(round_) for round_ in rounds)


def _facts(rounds: Mapping[int, tuple[Sequence[Round], Sequence[Round]]], processes: int) -> dict[str, float]:
    facts = {"processes": float(processes)}
    for connections, (clicks, _) in rounds.items():
        facts[f"per_second_{connections}"] = _median(clicks, lambda round_: round_.load.rate)
        facts[f"cpu_ms_{connections}"] = _median(clicks, lambda round_: round_.cpu_ms)
    return facts


def missing_in(click_ids: Iterable[str], keys: Iterable[Sequence[str]]) -> int:
    """Return the number of click IDs that are not among the keys of the table."""
    stored = {key[0] for key in keys}
    return sum(click_id not in stored for click_id in click_ids)


def _send_clicks(http_server: Server, code: str) -> list[list[str]]:
    """Send some thousand clicks with concurrent callers, and return their IDs."""
    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(lambda seed: _click_ids(http_server, code, seed), range(CALLERS)))


def _click_ids(http_server: Server, code: str, seed: int) -> list[str]:
    """Send clicks one by one on one connection, and return the IDs in their destination URLs."""
    click_ids = []
    with closing(http.client.HTTPConnection("127.0.0.1", http_server.port, timeout=ANSWER_SECONDS)) as connection:
        for visit in islice(visits(code, seed), CALLS):
            headers = {**visit.headers, "X-Forwarded-For": visit.address}
            connection.request("GET", f"/s/{code}?{urlencode(visit.query)}", headers=headers)
            response = connection.getresponse()
            response.read()
            click_ids.append(click_id_of(response.getheader("Location", "")))
    return click_ids


def click_id_of(destination: str) -> str:
    """Return the click ID in a destination URL, or an empty string."""
    return parse_qs(urlsplit(destination).query).get("cid", [""])[0]


if __name__ == "__main__":
    main(measure)
