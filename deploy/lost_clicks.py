"""Write clicks that are only in the log: neither the table nor the queue took them."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.stack_resources import physical_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MARK = "CLICK_NOT_WRITTEN "
_GROUPS = ("RedirectLogGroup", "ApiHandlerLogGroup")
"""Logs that may have such lines. Earlier releases wrote them in the function of the API."""


@dataclass(slots=True)
class Outcome:
    """Numbers of lines: clicks that were written, that the table had, that have expired, and damaged lines."""

    written: int = 0
    present: int = 0
    expired: int = 0
    damaged: int = 0

    def __str__(self) -> str:
        """Return the numbers as a sentence."""
        return (
            f"{self.written} clicks written, {self.present} were in the table already, {self.expired} have expired, "
            f"{self.damaged} lines are damaged."
        )


def replay(cloud: Cloud, lines: Iterable[str]) -> Outcome:
    """Write the clicks of the lines that are missing. Writing them twice is writing them once.

    A click is not written after its expiry: if it was in the table, it may have been deleted since, and would be
    counted again.
    """
    client: DynamoDBClient = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    table, outcome = physical_id(cloud, "ClicksTable"), Outcome()
    for line in lines:
        if MARK in line:
            _write(client, table, line.partition(MARK)[2], outcome)
    return outcome


def _write(client: "DynamoDBClient", table: str, text: str, outcome: Outcome) -> None:
    item = _parsed(text)
    if item is None:
        outcome.damaged += 1
    elif int(item["expires_at"]["N"]) <= time.time():
        outcome.expired += 1
    elif put_missing(client, table, item):
        outcome.written += 1
    else:
        outcome.present += 1


def _parsed(text: str) -> dict[str, Any] | None:
    """Return the item of a line, or None if it is no click, for example because it was cut off."""
    try:
        item = json.loads(text)
        is_click = bool(item["click_id"]["S"]) and int(item["expires_at"]["N"]) > 0
    except (ValueError, KeyError, TypeError):
        return None
    return item if is_click else None


def put_missing(client: "DynamoDBClient", table: str, item: dict[str, Any]) -> bool:
    """Write the item of a click; return False if the table has the click."""
    try:
        client.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(click_id)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def parse_since(text: str, now: datetime) -> datetime:
    """Return the moment from which the log is read: SINCE, or 30 days ago, for as long as the log is kept."""
    try:
        since = datetime.fromisoformat(text) if text else now - timedelta(days=30)
    except ValueError:
        since = datetime.min  # noqa: DTZ901 - refused below
    if since.tzinfo is None:
        message = "SINCE must be a time with its time zone, for example 2026-11-28T10:00:00Z."
        raise CommandError(message)
    return since


def lines_of_file(file: Path) -> list[str]:
    """Return the lines of a file, for example an export of the log."""
    if not file.is_file():
        message = f"There is no file {file}. Set FILE to an export of the log, or leave it out to read the log."
        raise CommandError(message)
    return file.read_text().splitlines()


def lines_of_log(cloud: Cloud, since: datetime) -> Iterator[str]:
    """Yield the lines with the mark that the stack logged since a moment."""
    client = cloud.session.client("logs", endpoint_url=cloud.endpoint)
    for name in _GROUPS:
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=physical_id(cloud, name),
            startTime=int(since.timestamp() * 1000),
            filterPattern=MARK.strip(),
        )
        yield from (event["message"].rstrip() for page in pages for event in page["events"])
