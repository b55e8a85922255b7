"""The cost of one warm click in the whole application: CPU, DynamoDB calls and bytes.

The events are API Gateway's, each of another visitor. DynamoDB is an endpoint in its own process on loopback, without
latency. Three floors are measured in the same run: a Chalice view that only returns 302, one `put_item` of the same
item with boto3's client, and a bare TCP round trip of the same number of bytes.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import boto3
from chalice.app import Chalice, Response

from bench.dynamodb_server.boto3_values import to_boto3
from bench.dynamodb_server.values import TypedItem, item_bytes
from bench.endpoint import PREFIX, FakeEndpoint, WireTraffic, endpoint, environment_without_options
from bench.figures import ROUNDS, Figure, FigureTarget, Floor, Part, main
from bench.fixture_network import CAP, SEGMENTS, FixtureNetwork, create_fixture_network
from bench.serving.event import Event, event, visits
from bench.serving.tcp import round_trips

CLICKS = 1_000
SLICE = 50
BATCH = 300
PLAIN_OF_PUT_ITEM = 0.27
OTHER_OF_PUT_ITEM = 0.30
"""Limits of a click, and of one with learned weights or a cap, as parts of one `put_item` of boto3."""

ITEM_BYTES = 1023
_CACHE_EXPIRY_SECONDS = 2.2
_REDIRECT = 302
_READS = ("GetItem", "BatchGetItem")
_KINDS = ("plain", "capped", "optimized")

Work = Callable[[Event], object]


@dataclass(frozen=True, slots=True)
class WireBytes:
    """DynamoDB traffic per click of one link.

    `calls` is the exact mean over 1,000 clicks, without reads of link and route. `median_calls`, `sent` and `received`
    (bytes) are medians of slices of 50 clicks. `item` is the last stored click.
    """

    calls: float
    median_calls: float
    sent: float
    received: float
    item: TypedItem

    @property
    def item_bytes(self) -> int:
        """The size of the stored click."""
        return item_bytes(self.item)


def application() -> Work:
    """Return the application as the Lambda runs it. A response other than 302 ends the benchmark."""
    from app import app  # noqa: PLC0415 - reads the environment when imported

    def click(click_event: Event) -> None:
        response = app(click_event, None)
        if response["statusCode"] != _REDIRECT:
            message = f"A click returned {response} instead of a 302."
            raise SystemExit(message)

    return click


def bare_view() -> Work:
    """Return a Chalice application whose only view returns 302."""
    bare = Chalice(app_name="bare")

    @bare.route("/s/{code}", methods=["GET", "HEAD"], content_types=["*/*"])
    def redirect(code: str) -> Response:
        return Response("", {"Location": f"https://offer.example/{code}"}, _REDIRECT)

    return lambda click_event: bare(click_event, None)


def plain_put(item: TypedItem) -> Work:
    """Return a `put_item` of the item with boto3's client."""
    client, boto3_item = boto3.client("dynamodb"), to_boto3(item)
    return lambda _: client.put_item(TableName=f"{PREFIX}clicks", Item=boto3_item)


def events(code: str) -> Iterator[Event]:
    """Yield events of clicks on the link, without end."""
    return map(event, visits(code))


def measure_wire(tables: FakeEndpoint, click: Work, arrivals: Iterator[Event]) -> WireBytes:
    """Measure the DynamoDB traffic of clicks in a process that has their link cached."""
    click(next(arrivals))
    slices = [_slice(tables, click, arrivals) for _ in range(CLICKS // SLICE)]
    calls = sum(count for traffic in slices for name, count in traffic.requests.items() if name not in _READS)
    return WireBytes(
        calls / CLICKS,
        statistics.median(traffic.calls for traffic in slices) / SLICE,
        statistics.median(sum(traffic.bytes_in.values()) for traffic in slices) / SLICE,
        statistics.median(sum(traffic.bytes_out.values()) for traffic in slices) / SLICE,
        tables.items("clicks")[-1],
    )


def _slice(tables: FakeEndpoint, click: Work, arrivals: Iterator[Event]) -> WireTraffic:
    before = tables.traffic()
    for _ in range(SLICE):
        click(next(arrivals))
    return tables.traffic().since(before)


def refresh_calls(tables: FakeEndpoint, click: Work, arrivals: Iterator[Event]) -> int:
    """Return the additional calls of the first click after the cached link and route have expired."""
    time.sleep(_CACHE_EXPIRY_SECONDS)
    before = tables.traffic()
    click(next(arrivals))
    after_first = tables.traffic()
    click(next(arrivals))
    return after_first.since(before).calls - tables.traffic().since(after_first).calls


def cpu(works: Mapping[str, tuple[Work, Iterator[Event]]]) -> dict[str, float]:
    """Return microseconds of CPU per call of each work, the medians of alternating rounds."""
    cpu_us: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS + 1):
        for name, (work, arrivals) in works.items():
            cpu_us[name].append(_cpu_per_call(work, [next(arrivals) for _ in range(BATCH)]))
    return {name: statistics.median(times[1:]) for name, times in cpu_us.items()}


def _cpu_per_call(work: Work, click_events: list[Event]) -> float:
    start = time.process_time()
    for click_event in click_events:
        work(click_event)
    return (time.process_time() - start) / len(click_events) * 1e6


def measure() -> Part:
    """Measure the figures of the warm click."""
    network = create_fixture_network()
    with endpoint(network.items) as tables:
        environment = {**environment_without_options(), **tables.environment}
        os.environ.clear()
        os.environ.update(environment)
        return _measure_on(tables, network)


def _measure_on(tables: FakeEndpoint, network: FixtureNetwork) -> Part:
    click = application()
    arrivals = {kind: events(getattr(network, kind)) for kind in _KINDS}
    wire_bytes = {kind: measure_wire(tables, click, arrivals[kind]) for kind in _KINDS}
    refreshed = refresh_calls(tables, click, arrivals["plain"])
    plain, floors = wire_bytes["plain"], events(network.plain)
    with round_trips(round(plain.sent), round(plain.received)) as trip:
        cpu_us = cpu(
            {
                **{kind: (click, arrivals[kind]) for kind in _KINDS},
                "bare": (bare_view(), floors),
                "put": (plain_put(plain.item), floors),
                "trip": (lambda _: trip(), floors),
            }
        )
    facts = {**_facts(wire_bytes, cpu_us), "refresh_calls": float(refreshed)}
    return Part("click", [*_cpu_figures(cpu_us), *_wire_figures(wire_bytes)], facts)


def _cpu_figures(cpu_us: Mapping[str, float]) -> list[Figure]:
    put = Floor("boto3 put_item of the click", cpu_us["put"])
    optimized, capped = f"click, {SEGMENTS} learned segments, CPU", f"click, cap of {CAP:,} a day, CPU"
    return [
        Figure("click, CPU", cpu_us["plain"], "µs", put, FigureTarget(PLAIN_OF_PUT_ITEM, of_ratio=True)),
        Figure("click, CPU", cpu_us["plain"], "µs", Floor("bare Chalice view", cpu_us["bare"])),
        Figure("click, CPU", cpu_us["plain"], "µs", Floor("bare TCP round trip", cpu_us["trip"])),
        Figure(optimized, cpu_us["optimized"], "µs", put, FigureTarget(OTHER_OF_PUT_ITEM, of_ratio=True)),
        Figure(capped, cpu_us["capped"], "µs", put, FigureTarget(OTHER_OF_PUT_ITEM, of_ratio=True)),
    ]


def _wire_figures(wire_bytes: Mapping[str, WireBytes]) -> list[Figure]:
    plain, capped, optimized = wire_bytes["plain"], wire_bytes["capped"], wire_bytes["optimized"]
    return [
        Figure("calls per click", plain.median_calls, "calls", target=FigureTarget(1)),
        Figure(
            f"calls per click, {SEGMENTS} learned segments", optimized.median_calls, "calls", target=FigureTarget(1)
        ),
        Figure(f"calls per click, cap of {CAP:,} a day", capped.calls, "calls", Floor("without a cap", plain.calls)),
        Figure("bytes sent per click", plain.sent, "B"),
        Figure("bytes received per click", plain.received, "B"),
        Figure("stored click", plain.item_bytes, "B", target=FigureTarget(ITEM_BYTES)),
        Figure(
            f"stored click, {SEGMENTS} learned segments", optimized.item_bytes, "B", target=FigureTarget(ITEM_BYTES)
        ),
    ]


def _facts(wire_bytes: Mapping[str, WireBytes], cpu_us: Mapping[str, float]) -> dict[str, float]:
    plain = wire_bytes["plain"]
    return {
        "calls_per_click": plain.median_calls,
        "capped_calls_per_click": wire_bytes["capped"].calls,
        "request_bytes": plain.sent,
        "response_bytes": plain.received,
        "item_bytes": float(plain.item_bytes),
        "cpu_us": cpu_us["plain"],
        "capped_cpu_us": cpu_us["capped"],
        "put_item_cpu_us": cpu_us["put"],
        "bare_view_cpu_us": cpu_us["bare"],
    }


if __name__ == "__main__":
    main(measure)
