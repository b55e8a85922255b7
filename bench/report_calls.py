"""Calls of the API of the local stack, through its Lambda."""

import json
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode

import boto3

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


def use_the_local_stack() -> None:
    """Let the AWS SDK of this process call the emulator."""
    os.environ.update(
        AWS_ENDPOINT_URL=paths.endpoint(),
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106 - the emulator's
        AWS_DEFAULT_REGION="us-east-1",
    )


def timed(*calls: Callable[[], Any]) -> list[Timed]:
    """Time the calls: one warm-up each, then alternating rounds."""
    results, seconds = [call() for call in calls], [list[float]() for _ in calls]
    for _ in range(ROUNDS):
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


def invoke(event: LambdaEvent) -> LambdaEvent:
    """Return the response of the API's Lambda."""
    response = _client("lambda").invoke(FunctionName=_function(), Payload=json.dumps(event).encode())
    result: LambdaEvent = json.loads(response["Payload"].read())
    return result


def rows(response: LambdaEvent) -> int:
    """Return the number of rows of the report. Raise CommandError for an error response."""
    if response.get("statusCode") != 200:  # noqa: PLR2004 - HTTP status
        message = f"The report failed: {json.dumps(response)[:300]}. See `make logs`."
        raise CommandError(message)
    body: str = response["body"]
    return len(json.loads(body)["rows"]) if body.startswith("{") else body.count("\n") - 1


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
