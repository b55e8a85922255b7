"""Calls of the API of the local stack, through its Lambda."""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import boto3
from pynamodb.exceptions import PynamoDBException

from bench.figures import Part, main
from deploy import cloud, paths
from deploy.errors import CommandError

ROUNDS = 5

_FUNCTION = "APIHandler"
_PATH = "/admin/reports"

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


@contextmanager
def local_stack() -> Iterator[None]:
    """Let the AWS SDK of this process call the emulator. Raise CommandError if its tables do not respond."""
    os.environ.update(
        AWS_ENDPOINT_URL=paths.endpoint(),
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106 - the emulator's
        AWS_DEFAULT_REGION="us-east-1",
    )
    try:
        yield
    except PynamoDBException as error:
        message = f"The tables of the local stack do not respond ({error}). Start it with `make up`."
        raise CommandError(message) from error


def run(measure: Callable[[], Part]) -> None:
    """Measure a part, save it and print its table. Exit with the message of a CommandError."""
    try:
        main(measure)
    except CommandError as error:
        sys.exit(f"bench.{Path(sys.argv[0]).stem}: {error}")


def timed(*calls: Callable[[], Any], rounds: int = ROUNDS) -> list[Timed]:
    """Time the calls: one warm-up each, then alternating rounds."""
    results, seconds = [call() for call in calls], [list[float]() for _ in calls]
    for _ in range(rounds):
        for n, call in enumerate(calls):
            start = time.perf_counter()
            results[n] = call()
            seconds[n].append(time.perf_counter() - start)
    return [Timed(result, times) for result, times in zip(results, seconds, strict=True)]


def report_event(query: Mapping[str, str]) -> LambdaEvent:
    """Return API Gateway's event of a report."""
    return api_event(f"{_PATH}?{urlencode(query)}")


def api_event(url: str, key: str | None = None, resource: str | None = None, **ids: str) -> LambdaEvent:
    """Return API Gateway's event of a GET. `resource` is the path of the endpoint if the URL has `ids` in its path.

    The key is the admin's if none is given.
    """
    path, _, query = url.partition("?")
    caller = {"httpMethod": "GET", "identity": {"sourceIp": "127.0.0.1"}}
    authorization = key or json.loads(paths.STACK_FILE.read_text())["admin_key"]
    return {
        "httpMethod": "GET",
        "path": path,
        "requestContext": {**caller, "resourcePath": resource or path, "path": path},
        "headers": {"Authorization": f"Bearer {authorization}", "Host": "localhost"},
        "multiValueQueryStringParameters": parse_qs(query) or None,
        "pathParameters": ids or None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }


def answer(event: LambdaEvent) -> str:
    """Call the API's Lambda and return the body of its response. Raise CommandError for an error response."""
    response = _client("lambda").invoke(FunctionName=_function(), Payload=json.dumps(event).encode())
    return body_of(json.loads(response["Payload"].read()), event["path"])


def handler() -> Callable[[LambdaEvent], str]:
    """Return the API's handler in this process, with the settings of its Lambda: the body of a response to an event.

    The emulator adds some 65 ms to each invocation, which no Lambda of AWS does.
    """
    settings = _client("lambda").get_function_configuration(FunctionName=_function())
    os.environ.update(settings["Environment"]["Variables"])
    from app import app  # noqa: PLC0415 - reads the environment when imported

    return lambda event: body_of(app(event, None), event["path"])


def body_of(response: LambdaEvent, path: str) -> str:
    """Return the body of the response. Raise CommandError for an error response."""
    if response.get("statusCode") != 200:  # noqa: PLR2004 - HTTP status
        message = f"{path} failed: {json.dumps(response)[:300]}. See `make logs`."
        raise CommandError(message)
    return str(response["body"])


def count_rows(report: str) -> int:
    """Return the number of rows of a report in JSON or CSV."""
    return len(json.loads(report)["rows"]) if report.startswith("{") else report.count("\n") - 1


@cache
def _function() -> str:
    """Return the name of the API's Lambda."""
    described = _client("cloudformation").describe_stack_resource(
        StackName=cloud.local().stack, LogicalResourceId=_FUNCTION
    )
    name: str = described["StackResourceDetail"]["PhysicalResourceId"]
    return name


@cache
def _client(service: str) -> Any:  # noqa: ANN401 - boto3's clients have no type of their own
    return boto3.client(service, endpoint_url=paths.endpoint())  # type: ignore[call-overload]
