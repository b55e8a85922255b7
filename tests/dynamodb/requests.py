"""What both clients are asked, and what they must agree on: one list, for moto and for the deployed stack."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.dynamodb.attribute_values import number_value, string_value
from chalicelib.dynamodb.client import call, table_name
from chalicelib.dynamodb.errors import RequestRejected, TableError

Request = tuple[str, Mapping[str, Any]]
"""An operation and what it is asked."""

COUNTERS = "idempotency"
"""Not `caps` itself: on the stack its stream is read, by a function that knows its keys."""

BYTES = bytes(range(256))
GOOD = "done"
UNMET = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"


@dataclass(frozen=True, slots=True)
class Case:
    """Requests in their order, by a key of one's own, and what comes of each: `done` or the name of the refusal."""

    requests: Callable[[str], Sequence[Request]]
    told: Sequence[str]


def marked(key: str, **more: Any) -> Request:
    """A put of one mark."""
    item = {"key": string_value(key), "click_id": string_value("é ' \" 漢"), "expires_at": number_value(2**40)}
    return "PutItem", {"TableName": table_name("duplicates"), "Item": item, **more}


def marked_new(key: str, **more: Any) -> Request:
    """The same, where there is none."""
    condition = {"ConditionExpression": "attribute_not_exists(#key)", "ExpressionAttributeNames": {"#key": "key"}}
    return marked(key, **condition, **more)


def counted(key: str, limit: int = 2, **more: Any) -> Request:
    """One more of a counter, below its limit."""
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


def read(table: str, **key: str) -> Request:
    """A read of one item."""
    named_key = {name: string_value(value) for name, value in key.items()}
    return "GetItem", {"TableName": table_name(table), "Key": named_key, "ConsistentRead": True}


def together(*parts: Request) -> Request:
    """A transaction of puts and updates."""
    kinds = {"PutItem": "Put", "UpdateItem": "Update"}
    return "TransactWriteItems", {"TransactItems": [{kinds[operation]: asked} for operation, asked in parts]}


def routed(key: str) -> Request:
    """A put of a route with bytes, a truth and an empty text beside it."""
    snapshot = {"B": b64encode(BYTES).decode()}
    item = {
        "id": string_value(key),
        "version": number_value(7),
        "snapshot": snapshot,
        "live": {"BOOL": False},
        "note": string_value(""),
    }
    return "PutItem", {"TableName": table_name("routes"), "Item": item}


def many_read(key: str) -> Request:
    """A read of two counters that exist and one that does not."""
    keys = [{"key": string_value(f"{key}{n}")} for n in ("", "-2", "-none")]
    return "BatchGetItem", {"RequestItems": {table_name(COUNTERS): {"Keys": keys, "ConsistentRead": True}}}


OLD: dict[str, Any] = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
NEW: dict[str, Any] = {"ReturnValues": "ALL_NEW"}

CASES: dict[str, Case] = {
    "a put": Case(lambda key: [marked(key), read("duplicates", key=key)], [GOOD, GOOD]),
    "a put that gives what it replaced": Case(
        lambda key: [marked(key), marked(key, ReturnValues="ALL_OLD")], [GOOD, GOOD]
    ),
    "a refused put": Case(lambda key: [marked_new(key), marked_new(key)], [GOOD, UNMET]),
    "a refused put that gives what is there": Case(
        lambda key: [marked_new(key, **OLD), marked_new(key, **OLD)], [GOOD, UNMET]
    ),
    "bytes": Case(lambda key: [routed(key), read("routes", id=key)], [GOOD, GOOD]),
    "no item": Case(lambda key: [read("duplicates", key=key)], [GOOD]),
    "several items": Case(lambda key: [counted(key), counted(f"{key}-2"), many_read(key)], [GOOD] * 3),
    "no items": Case(lambda key: [many_read(key)], [GOOD]),
    "an update that gives what it made": Case(lambda key: [counted(key, **NEW), counted(key, **NEW)], [GOOD, GOOD]),
    "a refused update": Case(lambda key: [counted(key, 1), counted(key, 1)], [GOOD, UNMET]),
    "a refused update that gives what is there": Case(
        lambda key: [counted(key, 1, **OLD), counted(key, 1, **OLD)], [GOOD, UNMET]
    ),
    "a transaction": Case(
        lambda key: [together(marked_new(key), counted(key)), read(COUNTERS, key=key)],
        [GOOD, GOOD],
    ),
    "a cancelled transaction": Case(
        lambda key: [counted(key, 1), together(marked_new(key), counted(key, 1)), read("duplicates", key=key)],
        [GOOD, CANCELLED, GOOD],
    ),
    "a cancelled transaction that gives what is there": Case(
        lambda key: [counted(key, 1), together(marked_new(key, **OLD), counted(key, 1, **OLD))],
        [GOOD, CANCELLED],
    ),
    "an unknown table": Case(lambda key: [read("nothing", key=key)], ["ResourceNotFoundException"]),
    "a broken request": Case(
        lambda key: [counted(key, UpdateExpression="ADD used"), read(COUNTERS, key=key)], ["ValidationException", GOOD]
    ),
}

MADE = (("duplicates", "key", ""), (COUNTERS, "key", ""), (COUNTERS, "key", "-2"), ("routes", "id", ""))
"""Table, key and what the key ends with, of all that the cases leave behind."""


def outcomes(case: Case, key: str, *, once: bool = False) -> list[Any]:
    """What comes of each of the case's requests, as JSON in which the key stands as `KEY`."""
    told = [_outcome(operation, request, once=once) for operation, request in case.requests(key)]
    return [json.loads(json.dumps(each).replace(key, "KEY")) for each in told]


def _outcome(operation: str, request: Mapping[str, Any], *, once: bool) -> dict[str, Any]:
    try:
        answer = {**call(operation, request, once=once)}
    except RequestRejected as refused:
        reasons = [{name: each[name] for name in ("Code", "Item") if name in each} for each in refused.reasons]
        return {"told": refused.code, "item": refused.item, "reasons": reasons}
    except TableError as error:
        return {"told": type(error).__name__}
    # Emulators tell it unasked.
    answer.pop("ConsumedCapacity", None)
    for found in answer.get("Responses", {}).values():
        found.sort(key=json.dumps)
    return {"told": GOOD, "answer": answer}
