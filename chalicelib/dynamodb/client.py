"""DynamoDB client of the redirect: one packet out, one response back, over kept-alive connections.

The SDK takes several times the CPU time for the same request, and half a second more in a new process
(`docs/decisions/0023-a-lean-client.md`). `TABLE_CLIENT=pynamodb` uses the SDK instead.
"""

import json
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib import settings
from chalicelib.aws_json import credentials, transport, wire_format
from chalicelib.dynamodb import wait_limit
from chalicelib.dynamodb.attribute_values import to_python
from chalicelib.dynamodb.errors import RETRYABLE_CODES, STALE_CREDENTIALS, NotApplied, OutcomeUnknown, RequestRejected
from chalicelib.dynamodb.wait_limit import WaitLimit

DynamoDbJson = Mapping[str, Any]
"""A request or a response in DynamoDB's JSON; binary values in base64."""

DYNAMODB = transport.Service("dynamodb", "DynamoDB_20120810")

_BATCH_ATTEMPTS = 4
_MAX_BATCH_KEYS = 100
"""Maximum number of keys in one BatchGetItem."""

_SERVER_ERROR = 500


def call(operation: str, request: DynamoDbJson | str, *, at_most_once: bool = False) -> DynamoDbJson:
    """Return DynamoDB's response to an operation: `call("GetItem", {"TableName": …, "Key": …})`, or as JSON text.

    A request that fails is sent again after growing waits, for three seconds; with `at_most_once` only if it was
    certainly not applied. Of a click (`wait_limit.one_click`) it is sent again once, and all its requests together have
    half a second. Raises RequestRejected, OutcomeUnknown or NotApplied; the last with `at_most_once`, or if no time is
    left to send the request at all.
    """
    if settings.table_client() == "pynamodb":
        from chalicelib.dynamodb import sdk_client  # noqa: PLC0415 - loads the SDK

        document = json.loads(request) if isinstance(request, str) else request
        return sdk_client.call(operation, document, at_most_once=at_most_once, is_click=wait_limit.is_click())
    text = request if isinstance(request, str) else json.dumps(request, separators=(",", ":"))
    limit, body = wait_limit.current(), text.encode()
    if limit.seconds <= 0:
        message = f"{operation}: not sent, the click has waited too long"
        raise NotApplied(message)
    try:
        transport.prepare(DYNAMODB)
        return _call_in_time(limit, operation, body, at_most_once=at_most_once)
    except credentials.NoCredentials as missing:
        raise OutcomeUnknown(str(missing)) from missing


def pause(seconds: float) -> bool:
    """Wait before a request is repeated; return False without waiting if the click has no time for it."""
    limit = wait_limit.current()
    if seconds >= limit.seconds:
        return False
    time.sleep(seconds)
    limit.spend(seconds)
    return True


def get(table: str, key: DynamoDbJson) -> dict[str, Any] | None:
    """Return the item with this key as Python values, read with eventual consistency; None if it does not exist."""
    response = call("GetItem", {"TableName": table_name(table), "Key": key})
    return to_python(response["Item"]) if "Item" in response else None


def batch_get(table: str, keys: Sequence[DynamoDbJson], *, consistent: bool = False) -> list[dict[str, Any]]:
    """Return the items that exist as Python values, in no particular order; `consistent` reads are strong."""
    starts = range(0, len(keys), _MAX_BATCH_KEYS)
    batches = [{"Keys": keys[n : n + _MAX_BATCH_KEYS], "ConsistentRead": consistent} for n in starts]
    return [to_python(item) for batch in batches for item in _get_batch(table_name(table), batch)]


def _get_batch(table: str, request: DynamoDbJson) -> list[DynamoDbJson]:
    items: list[DynamoDbJson] = []
    for _ in range(_BATCH_ATTEMPTS):
        response = call("BatchGetItem", {"RequestItems": {table: request}})
        items += response["Responses"].get(table, ())
        unprocessed = response.get("UnprocessedKeys") or {}
        if not unprocessed:
            return items
        request = unprocessed[table]
    message = f"{table}: some keys were not processed"
    raise OutcomeUnknown(message)


def table_name(table: str) -> str:
    """Return the full name of a table."""
    return settings.table_prefix() + table


def _call_in_time(limit: WaitLimit, operation: str, body: bytes, *, at_most_once: bool) -> DynamoDbJson:
    start = time.monotonic()
    try:
        return _call_with_retries(limit, operation, body, at_most_once=at_most_once)
    except (NotApplied, OutcomeUnknown):
        limit.has_failed = True
        raise
    finally:
        limit.spend(time.monotonic() - start)


def _call_with_retries(limit: WaitLimit, operation: str, body: bytes, *, at_most_once: bool) -> DynamoDbJson:
    deadline, error = time.monotonic() + limit.seconds, ""
    for attempt in range(limit.attempts):
        if attempt and not _back_off(limit.longest_first_pause * 2 ** (attempt - 1), deadline):
            break
        try:
            request = transport.signed_request(DYNAMODB, operation, body)
            response = transport.round_trip(DYNAMODB, request, min(deadline, time.monotonic() + limit.attempt_seconds))
        except transport.ConnectionBroken as broken:
            if at_most_once and broken.arrived:
                raise OutcomeUnknown(str(broken)) from broken
            error = str(broken)
            continue
        if response.is_ok:
            return response.document
        error = _check_retryable(response, at_most_once=at_most_once)
    message = f"{operation}: {error}"
    # With `at_most_once`, every failure that may have been applied was raised above; here none was.
    raise NotApplied(message) if at_most_once else OutcomeUnknown(message)


def _check_retryable(response: wire_format.HttpResponse, *, at_most_once: bool) -> str:
    """Return the error to retry after. Raises RequestRejected, or OutcomeUnknown if nothing may be sent twice."""
    error = f"{response.code}: {response.message}"
    if response.status >= _SERVER_ERROR:
        if at_most_once:
            raise OutcomeUnknown(error)
        return error
    if response.code in STALE_CREDENTIALS:
        credentials.provider.cache_clear()
        return error
    if response.code in RETRYABLE_CODES:
        return error
    raise RequestRejected(response.code, response.message, response.document)


def _back_off(longest: float, deadline: float) -> bool:
    """Wait a random time; return False without waiting if it would pass the deadline."""
    seconds = random.uniform(0, longest)  # noqa: S311 - jitter
    if time.monotonic() + seconds >= deadline:
        return False
    time.sleep(seconds)
    return True
