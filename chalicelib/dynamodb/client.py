"""DynamoDB as the redirect calls it: one packet out, one answer back, over connections that are kept.

The SDK's way takes several times the processor time for the same request, and half a second more when a process is new
(`docs/decisions/0023-a-lean-client.md`). `TABLE_CLIENT=pynamodb` goes that way all the same.
"""

import json
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib import settings
from chalicelib.dynamodb import transport, wire_format
from chalicelib.dynamodb.attribute_values import to_python
from chalicelib.dynamodb.errors import RETRYABLE_CODES, STALE_CREDENTIALS, NotApplied, OutcomeUnknown, RequestRejected

DynamoDbJson = Mapping[str, Any]
"""A request or an answer in DynamoDB's JSON; binary values in base64."""

_ALL_SECONDS = 3.0
"""For all attempts together: the visitor waits."""

_ATTEMPTS = 4
_FIRST_WAIT = 0.02
_AT_ONCE = 100
"""Keys that DynamoDB takes in one batch."""

_SERVER_TROUBLE = 500


def call(operation: str, request: DynamoDbJson, *, once: bool = False) -> DynamoDbJson:
    """What DynamoDB answers to the operation: `call("GetItem", {"TableName": …, "Key": …})`.

    A request that fails is sent again, after growing waits, as long as three seconds are not over; with `once` only
    if it surely was not carried out. Raises Refused, Unanswered or, with `once` alone, Undone.
    """
    if settings.table_client() == "pynamodb":
        from chalicelib.dynamodb import sdk_client  # noqa: PLC0415 - loads the SDK

        return sdk_client.call(operation, request, once=once)
    return _call_with_retries(operation, json.dumps(request, separators=(",", ":")).encode(), once=once)


def get(table: str, key: DynamoDbJson) -> dict[str, Any] | None:
    """The item of that key, its values plain, as it is or was a moment ago; None where there is none."""
    found = call("GetItem", {"TableName": table_name(table), "Key": key})
    return to_python(found["Item"]) if "Item" in found else None


def batch_get(table: str, keys: Sequence[DynamoDbJson], *, consistent: bool = False) -> list[dict[str, Any]]:
    """Those of the items that exist, their values plain, in no order; `consistent`: as they are now."""
    asked = [{"Keys": keys[n : n + _AT_ONCE], "ConsistentRead": consistent} for n in range(0, len(keys), _AT_ONCE)]
    return [to_python(item) for part in asked for item in _batch(table_name(table), part)]


def _batch(table: str, asked: DynamoDbJson) -> list[DynamoDbJson]:
    found: list[DynamoDbJson] = []
    for _ in range(_ATTEMPTS):
        answer = call("BatchGetItem", {"RequestItems": {table: asked}})
        found += answer["Responses"].get(table, ())
        left = answer.get("UnprocessedKeys") or {}
        if not left:
            return found
        asked = left[table]
    message = f"{table}: some keys stay unread"
    raise OutcomeUnknown(message)


def table_name(table: str) -> str:
    """The table's whole name."""
    return settings.table_prefix() + table


def _call_with_retries(operation: str, body: bytes, *, once: bool) -> DynamoDbJson:
    deadline, trouble = time.monotonic() + _ALL_SECONDS, ""
    for attempt in range(_ATTEMPTS):
        if attempt and not _back_off(attempt, deadline):
            break
        try:
            answer = transport.round_trip(transport.signed_request(operation, body), deadline)
        except transport.ConnectionBroken as broken:
            if once and broken.arrived:
                raise OutcomeUnknown(str(broken)) from broken
            trouble = str(broken)
            continue
        if answer.is_good:
            return answer.document
        trouble = _check_retryable(answer, once=once)
    message = f"{operation}: {trouble}"
    # What must not happen twice was given up where it may have happened once: here it surely did not.
    raise NotApplied(message) if once else OutcomeUnknown(message)


def _check_retryable(answer: wire_format.HttpResponse, *, once: bool) -> str:
    """What to try again for. Raises Refused where it would be refused again, Unanswered where it must not be tried."""
    said = f"{answer.code}: {answer.message}"
    if answer.status >= _SERVER_TROUBLE:
        if once:
            raise OutcomeUnknown(said)
        return said
    if answer.code in STALE_CREDENTIALS:
        transport.credentials_provider.cache_clear()
        return said
    if answer.code in RETRYABLE_CODES:
        return said
    raise RequestRejected(answer.code, answer.message, answer.document)


def _back_off(attempt: int, deadline: float) -> bool:
    """Whether there was time to wait, somewhere between nothing and a time that doubles: others try again too."""
    pause = random.uniform(0, _FIRST_WAIT * 2**attempt)  # noqa: S311 - jitter
    if time.monotonic() + pause >= deadline:
        return False
    time.sleep(pause)
    return True
