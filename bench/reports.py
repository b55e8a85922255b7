"""Duration and memory of a report on half a million counter cells in the local stack, through the API's code.

`python -m bench.reports` loads thirty days in the past, runs reports on 1, 10 and 30 of them by campaign and country,
and deletes what it loaded. The floor is the time to read the same rows without decoding them. The stack must be
running (`make up`).
"""

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.figures import ROOT, Figure, FigureTarget, Floor, Part
from bench.report_calls import LambdaEvent, answer, body_of, count_rows, local_stack, report_event, run, timed
from bench.report_cells import CELLS, days, delete, load
from chalicelib.counters import blocks, cells
from chalicelib.tables.counters import CounterBlockRow

RANGES = (1, 10, 30)
SECONDS = 3.0
"""Maximum seconds of a report."""

_READERS = 8


def measure() -> Part:
    """Load, measure and delete. Raise CommandError if the local stack does not respond."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--cells", type=int, default=CELLS, help="number of cells to load (default %(default)s)")
    options = parser.parse_args()
    with local_stack():
        delete()
        return _load_and_measure(options.cells)


def _load_and_measure(count: int) -> Part:
    """Load `count` cells and measure each range. Delete the cells in any case."""
    try:
        load(count)
        return Part("reports", [figure for length in RANGES for figure in figures(length)])
    finally:
        print("deleting the loaded cells", flush=True)
        delete()


def figures(count: int) -> list[Figure]:
    """Measure seconds and memory of a report on `count` days."""
    cell_count = sum(piece.size for piece in blocks.read(cells.partitions(days(count))))
    event = _event(count)
    report, floor = timed(lambda: count_rows(answer(event)), lambda: _bytes(count))
    of = f"report on {count} day{'' if count == 1 else 's'} ({cell_count:,} cells, {report.result:,} rows)"
    reading = Floor(f"reading the same {floor.result:,} bytes", floor.median)
    used = _memory_in_new_process(count)
    print(
        f"{of}: {report.median:.2f} s; memory {used['before']:.0f} MB before, {used['peak']:.0f} MB at most", flush=True
    )
    return [
        Figure(of, report.median, "s", reading, FigureTarget(SECONDS)),
        Figure(
            f"{of}: memory at most, a fresh process", used["peak"], "MB", target=FigureTarget(_memory_of_the_function())
        ),
    ]


def _event(count: int) -> LambdaEvent:
    """Return the event of a report on `count` days."""
    first, last = days(count)[0], days(count)[-1]
    return report_event({"from": f"{first}", "to": f"{last}", "group_by": "campaign,country"})


def _memory_of_the_function() -> float:
    """Return the memory of the API's Lambda in MB."""
    configured = json.loads((ROOT / ".chalice" / "config.json").read_text())
    return float(configured["lambda_functions"]["api_handler"]["lambda_memory_size"])


def _bytes(count: int) -> int:
    """Read all rows of the days, several partitions at once as the report does, and return their bytes."""
    with ThreadPoolExecutor(_READERS) as readers:
        return sum(readers.map(lambda name: sum(_sizes(name)), cells.partitions(days(count))))


def _sizes(partition: str) -> Iterator[int]:
    for row in CounterBlockRow.query(partition, consistent_read=True):
        yield len(row.cells)


def _memory_in_new_process(count: int) -> dict[str, float]:
    """Return the result of `memory` in a fresh process."""
    command = [sys.executable, "-c", f"from bench.reports import memory; print(memory({count}))"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very program
    used: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    return used


def memory(count: int) -> str:
    """Return this process's peak memory before and after a report, in MB, as JSON."""
    import app  # noqa: PLC0415 - it is measured

    before = _megabytes()
    body_of(app.app(_event(count), None), "the report")
    return json.dumps({"before": before, "peak": _megabytes()})


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    run(measure)
