"""Duration of reports by day on a year of half a million counter cells in the local stack, through the API's Lambda.

`python -m bench.year` loads a year in the past, rolls it up with the code of the merger, runs reports on it, and
deletes what it loaded. The floor is the time to read the same items without decoding them. The stack must be running
(`make up`).
"""

import argparse
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from bench.figures import Figure, FigureTarget, Floor, Part
from bench.report_calls import Timed, answer, count_rows, local_stack, report_event, run, timed
from bench.year_cells import CELLS, LARGE, SMALL, days, delete, load
from chalicelib.counters.cells import SHARDS, shard_of
from chalicelib.counters.rollups import keys, storage

SECONDS = 2.0
"""Maximum seconds of a report."""

_OF_LARGE = {"smartlink_id": LARGE}
QUERIES: Mapping[str, Mapping[str, str]] = {
    "of a smartlink by day": _OF_LARGE,
    "of a smartlink by day, Asia/Kolkata": {**_OF_LARGE, "timezone": "Asia/Kolkata"},
    "of a smartlink by day, America/New_York": {**_OF_LARGE, "timezone": "America/New_York"},
    "of a smartlink by day and campaign": {**_OF_LARGE, "group_by": "day,campaign"},
    "of a smartlink by day and publisher": {**_OF_LARGE, "group_by": "day,publisher"},
    "of a smartlink by day and sub1": {**_OF_LARGE, "group_by": "day,sub1"},
    "of a smartlink by day, country and device, CSV": {
        **_OF_LARGE,
        "group_by": "day,country,device",
        "format": "csv",
    },
    "of a smartlink by day and browser": {**_OF_LARGE, "group_by": "day,browser"},
    "of a smartlink by day and region, CSV": {**_OF_LARGE, "group_by": "day,region", "format": "csv"},
    "of a publisher by month and region": {"publisher_id": "pub_003", "group_by": "month,region"},
    "of a small smartlink by day": {"smartlink_id": SMALL[0]},
    "of a publisher by day": {"publisher_id": "pub_003"},
    "of all by day": {},
    "of all by day and country": {"group_by": "day,country"},
}


def measure() -> Part:
    """Load, measure and delete. Raise CommandError if the local stack does not respond."""
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__)
    parser.add_argument("--cells", type=int, default=CELLS, help="number of cells to load (default %(default)s)")
    options = parser.parse_args()
    with local_stack():
        delete()
        return _load_and_measure(options.cells)


def _load_and_measure(count: int) -> Part:
    """Load `count` cells and measure each report. Delete the cells in any case."""
    try:
        load(count)
        return Part("year", [_figure(name, count, query) for name, query in QUERIES.items()])
    finally:
        start = time.monotonic()
        delete()
        print(f"deleted the loaded cells in {time.monotonic() - start:.0f} s", flush=True)


def _figure(name: str, count: int, query: Mapping[str, str]) -> Figure:
    bounds = {"from": f"{days()[0]}", "to": f"{days()[-1]}", "group_by": "day"}
    event = report_event({**bounds, **query})
    report, floor = timed(lambda: count_rows(answer(event)), lambda: _bytes(query))
    title = f"a year of {count:,} cells, {name} ({report.result:,} rows)"
    print(f"{title}: {_seconds(report)} s; reading {_seconds(floor)} s", flush=True)
    reading = Floor(f"reading the same {floor.result:,} bytes", floor.median)
    return Figure(title, report.median, "s", reading, FigureTarget(SECONDS))


def _seconds(measured: Timed) -> str:
    return f"{measured.median:.2f} ({min(measured.seconds):.2f} to {max(measured.seconds):.2f})"


def _bytes(query: Mapping[str, str]) -> int:
    """Read the full items of the report as it does, and return their bytes."""
    publisher = query.get("publisher_id")
    shards = [shard_of(publisher)] if publisher else range(SHARDS)
    routes = {query["smartlink_id"]} if "smartlink_id" in query else None
    heads = storage.read_heads((month, shard) for month in keys.by_month(days()) for shard in shards)
    wanted = [
        keys.item_key(*place, span.generation, "f", n)
        for place, head in heads.items()
        for span in head.spans
        for n in span.numbers("f", routes)
    ]
    with ThreadPoolExecutor(8) as readers:
        return sum(map(len, storage.read_items(wanted, readers).values()))


if __name__ == "__main__":
    run(measure)
