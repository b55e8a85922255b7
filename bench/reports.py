"""Duration and memory of a report on half a million counter cells in the local stack, through the API's code.

`python -m bench.reports` loads thirty days in the past, runs reports on 1, 10 and 30 of them by campaign and country,
and deletes what it loaded. The floor is the time to read the same rows without decoding them. The stack must be
running (`make up`).
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from pynamodb.exceptions import PynamoDBException

from bench.figures import ROOT, Figure, FigureTarget, Floor, Part, main
from bench.report_cells import CELLS, days, delete, load
from chalicelib.counters import blocks, cells
from chalicelib.tables.counters import CounterBlockRow
from deploy import cloud, paths
from deploy.errors import CommandError

RANGES = (1, 10, 30)
ROUNDS = 5
SECONDS = 3.0
"""Maximum seconds of a report."""

_READERS = 8
_FUNCTION = "APIHandler"

LambdaEvent = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Timed:
    """The last result, and the seconds of each round."""

    result: Any
    seconds: Sequence[float]

    @property
    def median(self) -> float:
        """Seconds of the median round."""
        return statistics.median(self.seconds)


def measure() -> Part:
    """Load, measure and delete. Raise CommandError if the local stack does not respond."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--cells", type=int, default=CELLS, help="number of cells to load (default %(default)s)")
    options = parser.parse_args()
    _use_the_local_stack()
    try:
        delete()
        return _load_and_measure(options.cells)
    except PynamoDBException as error:
        message = f"The tables of the local stack do not respond ({error}). Start it with `make up`."
        raise CommandError(message) from error


def _load_and_measure(count: int) -> Part:
    """Load `count` cells and measure each range. Delete the cells in any case."""
    try:
        load(count)
        return Part("reports", [figure for length in RANGES for figure in figures(length)])
    finally:
        print("deleting the loaded cells", flush=True)
        delete()


def _use_the_local_stack() -> None:
    os.environ.update(
        AWS_ENDPOINT_URL=paths.endpoint(),
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106 - the emulator's
        AWS_DEFAULT_REGION="us-east-1",
    )


def figures(count: int) -> list[Figure]:
    """Measure seconds and memory of a report on `count` days."""
    cell_count = sum(piece.size for piece in blocks.read(cells.partitions(days(count))))
    event = report_event(count)
    report, floor = timed(lambda: _rows(_invoke(event)), lambda: _bytes(count))
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


def timed(*calls: Callable[[], Any]) -> list[Timed]:
    """Time the calls: one warm-up each, then alternating rounds."""
    results, seconds = [call() for call in calls], [list[float]() for _ in calls]
    for _ in range(ROUNDS):
        for n, call in enumerate(calls):
            start = time.perf_counter()
            results[n] = call()
            seconds[n].append(time.perf_counter() - start)
    return [Timed(result, times) for result, times in zip(results, seconds, strict=True)]


def _memory_of_the_function() -> float:
    """Return the memory of the API's Lambda in MB."""
    configured = json.loads((ROOT / ".chalice" / "config.json").read_text())
    return float(configured["lambda_functions"]["api_handler"]["lambda_memory_size"])


def report_event(count: int) -> LambdaEvent:
    """Return API Gateway's event of a report on `count` days."""
    first, last = days(count)[0], days(count)[-1]
    url = f"/admin/reports?from={first}&to={last}&group_by=campaign,country"
    key = json.loads(paths.STACK_FILE.read_text())["admin_key"]
    return {
        "httpMethod": "GET",
        "path": urlsplit(url).path,
        "requestContext": {
            "httpMethod": "GET",
            "resourcePath": urlsplit(url).path,
            "path": urlsplit(url).path,
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "headers": {"Authorization": f"Bearer {key}", "Host": "localhost"},
        "multiValueQueryStringParameters": parse_qs(urlsplit(url).query),
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }


def _invoke(event: LambdaEvent) -> LambdaEvent:
    function = _function()
    response = _client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    result: LambdaEvent = json.loads(response["Payload"].read())
    return result


def _rows(response: LambdaEvent) -> int:
    """Return the number of rows of the report. Raise CommandError for an error response."""
    if response.get("statusCode") != 200:  # noqa: PLR2004 - HTTP status
        message = f"The report failed: {json.dumps(response)[:300]}. See `make logs`."
        raise CommandError(message)
    return len(json.loads(response["body"])["rows"])


def _function() -> str:
    """Return the name of the API's Lambda."""
    described = _client("cloudformation").describe_stack_resource(
        StackName=cloud.local().stack, LogicalResourceId=_FUNCTION
    )
    name: str = described["StackResourceDetail"]["PhysicalResourceId"]
    return name


def _client(service: str) -> Any:  # noqa: ANN401 - boto3's clients have no type of their own
    return boto3.client(service, endpoint_url=paths.endpoint())  # type: ignore[call-overload]


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
    _rows(app.app(report_event(count), None))
    return json.dumps({"before": before, "peak": _megabytes()})


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    try:
        main(measure)
    except CommandError as error:
        sys.exit(f"bench.reports: {error}")
