"""How long a report takes: half a million counter cells in the local stack, asked for through the API's own Lambda.

`python -m bench.reports` loads thirty days long past, reports on 1, 10 and 30 of them by campaign and
country, and deletes what it loaded. The floor is the time to read the same rows without looking into them. The
stack must be running (`make up`).
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
from bench.report_cells import CELLS, _delete, days, load
from chalicelib.counters import blocks, cells
from chalicelib.tables.counters import CounterBlockRow
from deploy import cloud, paths
from deploy.errors import CommandError

RANGES = (1, 10, 30)
ROUNDS = 5
SECONDS = 3.0
"""How long a report may take."""

_READERS = 8
_FUNCTION = "APIHandler"

LambdaEvent = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Timed:
    """What was answered last, and the seconds of each round."""

    result: Any
    seconds: Sequence[float]

    @property
    def median(self) -> float:
        """Seconds of the median round."""
        return statistics.median(self.seconds)


def measure() -> Part:
    """Loads, measures and deletes. Raises `Stop` where the local stack does not answer."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--cells", type=int, default=CELLS, help="how many cells to load (default %(default)s)")
    asked = parser.parse_args()
    _use_the_local_stack()
    try:
        _delete()
        return _measured(asked.cells)
    except PynamoDBException as error:
        message = f"the local stack's tables do not answer ({error}): start it and try again"
        raise CommandError(message) from error


def _measured(count: int) -> Part:
    """Loads so many cells, measures each range, and deletes them, whatever happens."""
    try:
        load(count)
        return Part("reports", [figure for length in RANGES for figure in figures(length)])
    finally:
        print("deleting what was loaded", flush=True)
        _delete()


def _use_the_local_stack() -> None:
    os.environ.update(
        AWS_ENDPOINT_URL=paths.endpoint(),
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106 - the emulator's
        AWS_DEFAULT_REGION="us-east-1",
    )


# The load


# The measurements


def figures(count: int) -> list[Figure]:
    """Seconds and memory of a report on so many days."""
    held = sum(piece.size for piece in blocks.read(cells.partitions(days(count))))
    event = an_event(count)
    report, floor = timed(lambda: _rows(_invoked(event)), lambda: _bytes(count))
    of = f"report on {count} day{'' if count == 1 else 's'} ({held:,} cells, {report.result:,} rows)"
    reading = Floor(f"reading the same {floor.result:,} bytes", floor.median)
    used = _used(count)
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
    """The calls, each made once to warm up, then taking turns for some rounds."""
    results, seconds = [call() for call in calls], [list[float]() for _ in calls]
    for _ in range(ROUNDS):
        for n, call in enumerate(calls):
            began = time.perf_counter()
            results[n] = call()
            seconds[n].append(time.perf_counter() - began)
    return [Timed(result, each) for result, each in zip(results, seconds, strict=True)]


def _memory_of_the_function() -> float:
    """MB that the Lambda of the API has."""
    configured = json.loads((ROOT / ".chalice" / "config.json").read_text())
    return float(configured["lambda_functions"]["api_handler"]["lambda_memory_size"])


def an_event(count: int) -> LambdaEvent:
    """What API Gateway sends for a report on so many days."""
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


def _invoked(event: LambdaEvent) -> LambdaEvent:
    function = _function()
    answered = _client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    answer: LambdaEvent = json.loads(answered["Payload"].read())
    return answer


def _rows(answer: LambdaEvent) -> int:
    """How many rows the report has; `Stop` says what else was answered."""
    if answer.get("statusCode") != 200:  # noqa: PLR2004 - HTTP's own number
        message = f"the report was not answered: {json.dumps(answer)[:300]}"
        raise CommandError(message)
    return len(json.loads(answer["body"])["rows"])


def _function() -> str:
    """The name of the Lambda that answers the API."""
    described = _client("cloudformation").describe_stack_resource(
        StackName=cloud.local().stack, LogicalResourceId=_FUNCTION
    )
    name: str = described["StackResourceDetail"]["PhysicalResourceId"]
    return name


def _client(service: str) -> Any:  # noqa: ANN401 - boto3's clients have no type of their own
    return boto3.client(service, endpoint_url=paths.endpoint())  # type: ignore[call-overload]


def _bytes(count: int) -> int:
    """Reads all rows of the days as the report does, several partitions at once; how many bytes they hold."""
    with ThreadPoolExecutor(_READERS) as readers:
        return sum(readers.map(lambda name: sum(_sizes(name)), cells.partitions(days(count))))


def _sizes(partition: str) -> Iterator[int]:
    for row in CounterBlockRow.query(partition, consistent_read=True):
        yield len(row.cells)


def _used(count: int) -> dict[str, float]:
    """What `memory` finds in a fresh process."""
    command = [sys.executable, "-c", f"from bench.reports import memory; print(memory({count}))"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very program
    used: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return used


def memory(count: int) -> str:
    """JSON of the most memory that this process held before and after a report, in MB."""
    import app  # noqa: PLC0415 - what is measured

    before = _megabytes()
    _rows(app.app(an_event(count), None))
    return json.dumps({"before": before, "peak": _megabytes()})


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    try:
        main(measure)
    except CommandError as error:
        sys.exit(f"bench.reports: {error}")
