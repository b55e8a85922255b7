"""Backdated clicks: copies of real clicks at earlier times, written directly into the local stack's table."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from acceptance.traffic.ledger import Click
from acceptance.traffic.send import click_time
from chalicelib.domain.ids import time_ordered_id
from chalicelib.settings import DEFAULT_CLICK_DAYS
from deploy import cloud
from deploy.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

StoredItem = dict[str, Any]
Element = TypeVar("Element")

_DAY_SECONDS = 86_400
_READ_BATCH_SIZE = 100
_WRITE_BATCH_SIZE = 25
_ATTEMPTS = 20


def copy_clicks(rng: Random, clicks: Sequence[Click], *, after: timedelta, before: timedelta) -> list[Click]:
    """Write a copy of each click with a new ID and a time between `after` and `before` ago. Return the copies.

    The table's stream passes the copies to the counters. Clicks that are not in the table are skipped.
    """
    target = cloud.local()
    client = target.session.client("dynamodb", endpoint_url=target.endpoint)
    table = f"{target.stack}-clicks"
    try:
        items = _read(client, table, [click.click_id for click in clicks])
        span = before - after
        copies = [
            _backdated(items[click.click_id], click, datetime.now(UTC) - after - span * rng.random())
            for click in clicks
            if click.click_id in items
        ]
        _write(client, table, [item for item, _ in copies])
    except ClientError as error:
        message = f"The backdated clicks could not be written to {table} ({error}). Start the stack with `make up`."
        raise CommandError(message) from error
    return [click for _, click in copies]


def _backdated(item: StoredItem, click: Click, at: datetime) -> tuple[StoredItem, Click]:
    """Return copies of the item and the click at the time `at`."""
    click_id = time_ordered_id(at, os.urandom(10))
    moment = click_time(click_id)
    ms = round(moment.timestamp() * 1000)
    expires_at = ms // 1000 + DEFAULT_CLICK_DAYS * _DAY_SECONDS
    changes = {"click_id": {"S": click_id}, "at": {"N": str(ms)}, "expires_at": {"N": str(expires_at)}}
    return item | changes, replace(click, click_id=click_id, at=moment)


def _read(client: "DynamoDBClient", table: str, click_ids: Sequence[str]) -> dict[str, StoredItem]:
    items: dict[str, StoredItem] = {}
    for batch in _batches(sorted(set(click_ids)), _READ_BATCH_SIZE):
        keys = [{"click_id": {"S": click_id}} for click_id in batch]
        unread: Any = {table: {"Keys": keys, "ConsistentRead": True}}
        for n in range(_ATTEMPTS):
            response = client.batch_get_item(RequestItems=unread)
            items |= {item["click_id"]["S"]: dict(item) for item in response["Responses"].get(table, [])}
            unread = response.get("UnprocessedKeys")
            if not unread:
                break
            time.sleep(0.05 * n)
    return items


def _write(client: "DynamoDBClient", table: str, items: Sequence[StoredItem]) -> None:
    for batch in _batches(items, _WRITE_BATCH_SIZE):
        unwritten: Any = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        for n in range(_ATTEMPTS):
            unwritten = client.batch_write_item(RequestItems=unwritten).get("UnprocessedItems")
            if not unwritten:
                break
            time.sleep(0.05 * n)
        else:
            message = f"{table} did not accept all backdated clicks. Run the command again."
            raise CommandError(message)


def _batches(elements: Sequence[Element], size: int) -> Iterator[Sequence[Element]]:
    for start in range(0, len(elements), size):
        yield elements[start : start + size]
