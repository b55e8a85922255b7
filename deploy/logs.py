"""Follow the logs of the functions."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploy.cloud import Cloud

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_POLL_SECONDS = 1.0
_OVERLAP_MS = 5_000
_PLATFORM = ("INIT_START ", "START RequestId: ", "END RequestId: ", "REPORT RequestId: ")

LogLine = tuple[int, str, str]
"""Timestamp in ms, log group and text."""


def follow(cloud: Cloud) -> Iterator[str]:
    """Yield every line that the stack's functions log from now on. Does not end by itself."""
    client = cloud.session.client("logs", endpoint_url=cloud.endpoint)
    since, seen = time.time_ns() // 1_000_000, Counter[LogLine]()
    while True:
        fetched = Counter(line for group in _groups(client, cloud) for line in _lines(client, group, since))
        for at, _, text in sorted((fetched - seen).elements()):
            since = max(since, at - _OVERLAP_MS)
            if not text.startswith(_PLATFORM):
                yield readable(text)
        seen = fetched
        time.sleep(_POLL_SECONDS)


def readable(line: str) -> str:
    """Return a line of JSON as text: level, function, message and fields, or the values of metrics; others as is.

    The request ID is left out. The text of an exception follows in lines of its own.
    """
    fields = _fields(line)
    if fields is None:
        return line
    function, error = fields.pop("function", ""), fields.pop("error", "")
    fields.pop("request_id", None)
    head = "METRIC" if fields.pop("_aws", None) else fields.pop("level", "INFO")
    rest = [f"{name}={value}" for name, value in fields.items() if name != "message"]
    text = " ".join(str(each) for each in (head, function, fields.get("message", ""), *rest) if each != "")
    return f"{text}\n{error}" if error else text


def _fields(line: str) -> dict[str, Any] | None:
    """Return the fields of a line that the functions wrote as JSON; None for another line."""
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) and {"level", "_aws"} & fields.keys() else None


def _groups(client: "CloudWatchLogsClient", cloud: Cloud) -> list[str]:
    response = client.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{cloud.stack}-")
    return [group["logGroupName"] for group in response["logGroups"]]


def _lines(client: "CloudWatchLogsClient", group: str, since: int) -> list[LogLine]:
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
    return [(event["timestamp"], group, event["message"].rstrip()) for page in pages for event in page["events"]]
