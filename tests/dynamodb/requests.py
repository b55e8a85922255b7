"""Requests for which both clients must return the same, on moto and on the deployed stack."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.dynamodb.attribute_values import number_value, string_value
from chalicelib.dynamodb.client import call, table_name
from chalicelib.dynamodb.errors import RequestRejected, TableError

Request = tuple[str, Mapping[str, Any]]
"""An operation and its request document."""

COUNTERS = "idempotency"
"""Not `caps`: on the stack a Lambda reads its stream and expects valid keys."""

BYTES = bytes(range(256))
DONE = "done"
CONDITION_FAILED = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"


@dataclass(frozen=True, slots=True)
class Case:
    """Requests for a key of the test, in order, and the outcome of each: `done` or the error code."""

    requests: Callable[[str], Sequence[Request]]
    told: Sequence[str]


def put_marker(key: str, **more: Any) -> Request:
    """Return a put of one marker."""
    item = {"key": string_value(key), "click_id": string_value("é ' \" 漢"), "expires_at": number_value(2**40)}
    return "PutItem", {"TableName": table_name("duplicates"), "Item": item, **more}


def put_new_marker(key: str, **more: Any) -> Request:
    """Return a put of one marker on condition that it does not exist."""
    condition = {"ConditionExpression": "attribute_not_exists(#key)", "ExpressionAttributeNames": {"#key": "key"}}
    return put_marker(key, **condition, **more)


def increment(key: str, limit: int = 2, **more: Any) -> Request:
    """Return an increment of a counter below its limit."""
    values = {":one": number_value(1), ":limit": number_value(limit)}
    update = {
        "TableName": table_name(COUNTERS),
        "Key": {"key": string_value(key)},
        "UpdateExpression": "ADD used :one",
        "ConditionExpression": "attribute_not_exists(used) OR used < :limit",
        "ExpressionAttributeValues": values,
        **more,
    }
    return "UpdateItem", update


def get_item(table: str, **key: str) -> Request:
    """Return a read of one item."""
    named_key = {name: string_value(value) for name, value in key.items()}
    return "GetItem", {"TableName": table_name(table), "Key": named_key, "ConsistentRead": True}


def transaction(*parts: Request) -> Request:
    """Return a transaction of puts and updates."""
    kinds = {"PutItem": "Put", "UpdateItem": "Update"}
    return "TransactWriteItems", {"TransactItems": [{kinds[operation]: request} for operation, request in parts]}


def put_route(key: str) -> Request:
    """Return a put of a route with bytes, a boolean and an empty string."""
    snapshot = {"B": b64encode(BYTES).decode()}
    item = {
        "id": string_value(key),
        "version": number_value(7),
        "snapshot": snapshot,
        "live": {"BOOL": False},
        "note": string_value(""),
    }
    return "PutItem", {"TableName": table_name("routes"), "Item": item}


def get_counters(key: str) -> Request:
    """Return a batch read of two counters and one that does not exist."""
    keys = [{"key": string_value(f"{key}{n}")} for n in ("", "-2", "-none")]
    return "BatchGetItem", {"RequestItems": {table_name(COUNTERS): {"Keys": keys, "ConsistentRead": True}}}


OLD: dict[str, Any] = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
NEW: dict[str, Any] = {"ReturnValues": "ALL_NEW"}

CASES: dict[str, Case] = {
    "a put": Case(lambda key: [put_marker(key), get_item("duplicates", key=key)], [DONE, DONE]),
    "a put that returns the old item": Case(
        lambda key: [put_marker(key), put_marker(key, ReturnValues="ALL_OLD")], [DONE, DONE]
    ),
    "a rejected put": Case(lambda key: [put_new_marker(key), put_new_marker(key)], [DONE, CONDITION_FAILED]),
    "a rejected put that returns the item": Case(
        lambda key: [put_new_marker(key, **OLD), put_new_marker(key, **OLD)], [DONE, CONDITION_FAILED]
    ),
    "bytes": Case(lambda key: [put_route(key), get_item("routes", id=key)], [DONE, DONE]),
    "no item": Case(lambda key: [get_item("duplicates", key=key)], [DONE]),
    "several items": Case(lambda key: [increment(key), increment(f"{key}-2"), get_counters(key)], [DONE] * 3),
    "no items": Case(lambda key: [get_counters(key)], [DONE]),
    "an update that returns the new item": Case(
        lambda key: [increment(key, **NEW), increment(key, **NEW)], [DONE, DONE]
    ),
    "a rejected update": Case(lambda key: [increment(key, 1), increment(key, 1)], [DONE, CONDITION_FAILED]),
    "a rejected update that returns the item": Case(
        lambda key: [increment(key, 1, **OLD), increment(key, 1, **OLD)], [DONE, CONDITION_FAILED]
    ),
    "a transaction": Case(
        lambda key: [transaction(put_new_marker(key), increment(key)), get_item(COUNTERS, key=key)],
        [DONE, DONE],
    ),
    "a cancelled transaction": Case(
        lambda key: [
            increment(key, 1),
            transaction(put_new_marker(key), increment(key, 1)),
            get_item("duplicates", key=key),
        ],
        [DONE, CANCELLED, DONE],
    ),
    "a cancelled transaction that returns the item": Case(
        lambda key: [increment(key, 1), transaction(put_new_marker(key, **OLD), increment(key, 1, **OLD))],
        [DONE, CANCELLED],
    ),
    "an unknown table": Case(lambda key: [get_item("nothing", key=key)], ["ResourceNotFoundException"]),
    "an invalid request": Case(
        lambda key: [increment(key, UpdateExpression="ADD used"), get_item(COUNTERS, key=key)],
        ["ValidationException", DONE],
    ),
}

MADE = (("duplicates", "key", ""), (COUNTERS, "key", ""), (COUNTERS, "key", "-2"), ("routes", "id", ""))
"""Table, key attribute and suffix of the key of all items that the cases leave."""


def outcomes(case: Case, key: str, *, at_most_once: bool = False) -> list[Any]:
    """Return the outcomes of the case's requests as JSON, with the key replaced by `KEY`."""
    results = [_outcome(operation, request, at_most_once=at_most_once) for operation, request in case.requests(key)]
    return [json.loads(json.dumps(result).replace(key, "KEY")) for result in results]


def _outcome(operation: str, request: Mapping[str, Any], *, at_most_once: bool) -> dict[str, Any]:
    try:
        response = {**call(operation, request, at_most_once=at_most_once)}
    except RequestRejected as rejected:
        reasons = [{name: each[name] for name in ("Code", "Item") if name in each} for each in rejected.reasons]
        return {"told": rejected.code, "item": rejected.item, "reasons": reasons}
    except TableError as error:
        return {"told": type(error).__name__}
    # Emulators return it without a request.
    response.pop("ConsumedCapacity", None)
    for items in response.get("Responses", {}).values():
        items.sort(key=json.dumps)
    return {"told": DONE, "answer": response}
