"""Clicks of former days, which no redirect can make: copies of real ones, put into the local stack's table."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from acceptance.traffic.ledger import Click
from acceptance.traffic.send import moment_of
from chalicelib.domain.ids import time_ordered_id
from chalicelib.settings import CLICK_RETENTION_DAYS
from deploy import cloud
from deploy.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

StoredItem = dict[str, Any]
T = TypeVar("T")

_DAY_SECONDS = 86_400
_READ_AT_ONCE = 100
_WRITTEN_AT_ONCE = 25
_ATTEMPTS = 20


def former(rng: Random, clicks: Sequence[Click], *, after: timedelta, before: timedelta) -> list[Click]:
    """A copy of each click, under an ID of its own, from between `after` and `before` ago (at least 1 ms apart).

    The table takes them; its stream tells the counters. Clicks that it does not hold are left out.
    """
    here = cloud.local()
    client = here.session.client("dynamodb", endpoint_url=here.endpoint)
    table = f"{here.stack}-clicks"
    try:
        items = _read(client, table, [click.click_id for click in clicks])
        span = before - after
        moved = [
            _moved(items[click.click_id], click, datetime.now(UTC) - after - span * rng.random())
            for click in clicks
            if click.click_id in items
        ]
        _write(client, table, [item for item, _ in moved])
    except ClientError as error:
        message = f"the clicks of former days could not be written into {table} ({error}): is this stack up? make up"
        raise CommandError(message) from error
    return [click for _, click in moved]


def _moved(item: StoredItem, click: Click, at: datetime) -> tuple[StoredItem, Click]:
    """The item and its click, as if they had been at `at`."""
    click_id = time_ordered_id(at, os.urandom(10))
    moment = moment_of(click_id)
    ms = round(moment.timestamp() * 1000)
    expires_at = ms // 1000 + CLICK_RETENTION_DAYS * _DAY_SECONDS
    changes = {"click_id": {"S": click_id}, "at": {"N": str(ms)}, "expires_at": {"N": str(expires_at)}}
    return item | changes, replace(click, click_id=click_id, at=moment)


def _read(client: "DynamoDBClient", table: str, click_ids: Sequence[str]) -> dict[str, StoredItem]:
    found: dict[str, StoredItem] = {}
    for some in _parts(sorted(set(click_ids)), _READ_AT_ONCE):
        wanted: Any = {table: {"Keys": [{"click_id": {"S": each}} for each in some], "ConsistentRead": True}}
        for n in range(_ATTEMPTS):
            answer = client.batch_get_item(RequestItems=wanted)
            found |= {item["click_id"]["S"]: dict(item) for item in answer["Responses"].get(table, [])}
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                break
            time.sleep(0.05 * n)
    return found


def _write(client: "DynamoDBClient", table: str, items: Sequence[StoredItem]) -> None:
    for some in _parts(items, _WRITTEN_AT_ONCE):
        wanted: Any = {table: [{"PutRequest": {"Item": item}} for item in some]}
        for n in range(_ATTEMPTS):
            wanted = client.batch_write_item(RequestItems=wanted).get("UnprocessedItems")
            if not wanted:
                break
            time.sleep(0.05 * n)
        else:
            message = f"{table} does not take all clicks of former days: run it again"
            raise CommandError(message)


def _parts(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
