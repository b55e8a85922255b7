"""What one warm click costs: CPU, calls and bytes, of the whole application on a table that answers at once.

The events are API Gateway's, each of another visitor; the clicks go over loopback HTTP to an endpoint in a process of
its own. Three floors in the same run: a Chalice view that only answers 302, one plain `put_item` of boto3's client of
the very same item, and a bare TCP round trip of as many bytes.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import boto3
from chalice.app import Chalice, Response

from bench.dynamodb_server.boto3_values import native
from bench.dynamodb_server.values import TypedItem, item_bytes
from bench.endpoint import PREFIX, FakeEndpoint, WireTraffic, endpoint, environment_without_options
from bench.figures import ROUNDS, Figure, FigureTarget, Floor, Part, main
from bench.fixture_network import CAP, SEGMENTS, FixtureNetwork, made
from bench.serving.event import Event, event, visits
from bench.serving.tcp import round_trips

CLICKS = 1_000
SLICE = 50
BATCH = 300
OF_PUT_ITEM = 0.6
ITEM_BYTES = 1023
_REMEMBERED_SECONDS = 2.2
_REDIRECT = 302
_READS = ("GetItem", "BatchGetItem")
_KINDS = ("plain", "capped", "optimized")

Work = Callable[[Event], object]


@dataclass(frozen=True, slots=True)
class WireBytes:
    """What the clicks on one link cost on the wire.

    `calls` is exact, over 1,000 clicks without what reads link and route again; `usual_calls`, `asked` and `answered`
    (bytes) are the median of slices of 50 clicks; `item` is the last click as it is stored.
    """

    calls: float
    usual_calls: float
    asked: float
    answered: float
    item: TypedItem

    @property
    def item_bytes(self) -> int:
        """The size of the stored click."""
        return item_bytes(self.item)


def application() -> Work:
    """The application as the Lambda runs it; a click that is not answered by 302 ends the bench."""
    from app import app  # noqa: PLC0415 - reads the environment when imported

    def click(its_event: Event) -> None:
        answer = app(its_event, None)
        if answer["statusCode"] != _REDIRECT:
            message = f"a click was answered by {answer}"
            raise SystemExit(message)

    return click


def bare_view() -> Work:
    """A Chalice application whose only view answers 302."""
    bare = Chalice(app_name="bare")

    @bare.route("/s/{code}", methods=["GET", "HEAD"], content_types=["*/*"])
    def redirect(code: str) -> Response:
        return Response("", {"Location": f"https://offer.example/{code}"}, _REDIRECT)

    return lambda its_event: bare(its_event, None)


def plain_put(item: TypedItem) -> Work:
    """One `put_item` of boto3's own client."""
    client, given = boto3.client("dynamodb"), native(item)
    return lambda _: client.put_item(TableName=f"{PREFIX}clicks", Item=given)


def events(code: str) -> Iterator[Event]:
    """Endless events of clicks on the link."""
    return map(event, visits(code))


def wire(there: FakeEndpoint, click: Work, coming: Iterator[Event]) -> WireBytes:
    """What clicks cost on the wire in a process that knows their link already."""
    click(next(coming))
    slices = [_slice(there, click, coming) for _ in range(CLICKS // SLICE)]
    calls = sum(count for each in slices for name, count in each.requests.items() if name not in _READS)
    return WireBytes(
        calls / CLICKS,
        statistics.median(each.calls for each in slices) / SLICE,
        statistics.median(sum(each.bytes_in.values()) for each in slices) / SLICE,
        statistics.median(sum(each.bytes_out.values()) for each in slices) / SLICE,
        there.items("clicks")[-1],
    )


def _slice(there: FakeEndpoint, click: Work, coming: Iterator[Event]) -> WireTraffic:
    before = there.traffic()
    for _ in range(SLICE):
        click(next(coming))
    return there.traffic().since(before)


def refresh_calls(there: FakeEndpoint, click: Work, coming: Iterator[Event]) -> int:
    """How many more calls the first click makes when what the process remembers of its link has gone stale."""
    time.sleep(_REMEMBERED_SECONDS)
    before = there.traffic()
    click(next(coming))
    again = there.traffic()
    click(next(coming))
    return again.since(before).calls - there.traffic().since(again).calls


def cpu(works: Mapping[str, tuple[Work, Iterator[Event]]]) -> dict[str, float]:
    """Microseconds of CPU per call of each work, the median of rounds in which they take turns."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS + 1):
        for name, (work, coming) in works.items():
            taken[name].append(_timed(work, [next(coming) for _ in range(BATCH)]))
    return {name: statistics.median(each[1:]) for name, each in taken.items()}


def _timed(work: Work, given: list[Event]) -> float:
    began = time.process_time()
    for each in given:
        work(each)
    return (time.process_time() - began) / len(given) * 1e6


def measure() -> Part:
    """The figures of the warm click."""
    network = made()
    with endpoint(network.items) as there:
        environment = {**environment_without_options(), **there.environment}
        os.environ.clear()
        os.environ.update(environment)
        return _measured(there, network)


def _measured(there: FakeEndpoint, network: FixtureNetwork) -> Part:
    click = application()
    coming = {kind: events(getattr(network, kind)) for kind in _KINDS}
    wires = {kind: wire(there, click, coming[kind]) for kind in _KINDS}
    refreshed = refresh_calls(there, click, coming["plain"])
    plain, floors = wires["plain"], events(network.plain)
    with round_trips(round(plain.asked), round(plain.answered)) as trip:
        taken = cpu(
            {
                **{kind: (click, coming[kind]) for kind in _KINDS},
                "bare": (bare_view(), floors),
                "put": (plain_put(plain.item), floors),
                "trip": (lambda _: trip(), floors),
            }
        )
    facts = {**_facts(wires, taken), "refresh_calls": float(refreshed)}
    return Part("click", [*_cpu_figures(taken), *_wire_figures(wires)], facts)


def _cpu_figures(taken: Mapping[str, float]) -> list[Figure]:
    put = Floor("boto3 put_item of the click", taken["put"])
    optimized, capped = f"click, {SEGMENTS} learned segments, CPU", f"click, cap of {CAP:,} a day, CPU"
    return [
        Figure("click, CPU", taken["plain"], "µs", put, FigureTarget(OF_PUT_ITEM, of_ratio=True)),
        Figure("click, CPU", taken["plain"], "µs", Floor("bare Chalice view", taken["bare"])),
        Figure("click, CPU", taken["plain"], "µs", Floor("bare TCP round trip", taken["trip"])),
        Figure(optimized, taken["optimized"], "µs", put, FigureTarget(OF_PUT_ITEM, of_ratio=True)),
        Figure(capped, taken["capped"], "µs", put),
    ]


def _wire_figures(wires: Mapping[str, WireBytes]) -> list[Figure]:
    plain, capped, optimized = wires["plain"], wires["capped"], wires["optimized"]
    return [
        Figure("calls per click", plain.usual_calls, "calls", target=FigureTarget(1)),
        Figure(f"calls per click, {SEGMENTS} learned segments", optimized.usual_calls, "calls", target=FigureTarget(1)),
        Figure(f"calls per click, cap of {CAP:,} a day", capped.calls, "calls", Floor("without a cap", plain.calls)),
        Figure("bytes sent per click", plain.asked, "B"),
        Figure("bytes received per click", plain.answered, "B"),
        Figure("stored click", plain.item_bytes, "B", target=FigureTarget(ITEM_BYTES)),
        Figure(
            f"stored click, {SEGMENTS} learned segments", optimized.item_bytes, "B", target=FigureTarget(ITEM_BYTES)
        ),
    ]


def _facts(wires: Mapping[str, WireBytes], taken: Mapping[str, float]) -> dict[str, float]:
    plain = wires["plain"]
    return {
        "calls_per_click": plain.usual_calls,
        "capped_calls_per_click": wires["capped"].calls,
        "request_bytes": plain.asked,
        "response_bytes": plain.answered,
        "item_bytes": float(plain.item_bytes),
        "cpu_us": taken["plain"],
        "capped_cpu_us": taken["capped"],
        "put_item_cpu_us": taken["put"],
        "bare_view_cpu_us": taken["bare"],
    }


if __name__ == "__main__":
    main(measure)
