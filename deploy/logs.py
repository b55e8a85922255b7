"""Follows what the functions print."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploy.cloud import Cloud

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_SECONDS_BETWEEN_LOOKS = 1.0
_OVERLAP_MS = 5_000
_PLATFORM = ("INIT_START ", "START RequestId: ", "END RequestId: ", "REPORT RequestId: ")

LogLine = tuple[int, str, str]
"""When, in which function's log, what."""


def follow(cloud: Cloud) -> Iterator[str]:
    """Every line that the stack's functions print from now on, until the caller stops asking."""
    client = cloud.session.client("logs", endpoint_url=cloud.endpoint)
    since, seen = time.time_ns() // 1_000_000, Counter[LogLine]()
    while True:
        found = Counter(line for group in _groups(client, cloud) for line in _lines(client, group, since))
        for at, _, text in sorted((found - seen).elements()):
            since = max(since, at - _OVERLAP_MS)
            if not text.startswith(_PLATFORM):
                yield text
        seen = found
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _groups(client: "CloudWatchLogsClient", cloud: Cloud) -> list[str]:
    found = client.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{cloud.stack}-")
    return [group["logGroupName"] for group in found["logGroups"]]


def _lines(client: "CloudWatchLogsClient", group: str, since: int) -> list[LogLine]:
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
    return [(event["timestamp"], group, event["message"].rstrip()) for page in pages for event in page["events"]]
