"""In-memory tables with the operations that the redirect uses.

All operations run one by one in one thread, so that conditional writes are atomic as in DynamoDB. Reads are always
consistent. Indexes, queries and scans are not supported.
"""

import json
import marshal
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from bench.dynamodb_server.expressions import Bindings, UnsupportedError, condition, update
from bench.dynamodb_server.values import TypedItem, item_bytes

TableRequest = Mapping[str, Any]
ItemKey = tuple[str, ...]

_KIND = "com.amazonaws.dynamodb.v20120810#"
_WRITE_UNIT = 1024
_MAX_TOKENS = 100_000


class Code(StrEnum):
    """DynamoDB's error codes."""

    UNKNOWN = "UnknownOperationException"
    NOT_VALID = "ValidationException"
    NO_TABLE = "ResourceNotFoundException"
    CONDITION_FAILED = "ConditionalCheckFailedException"
    CANCELLED = "TransactionCanceledException"


class RequestError(Exception):
    """DynamoDB rejects the request: error code, message and further fields of the response."""

    def __init__(self, code: Code, message: str, **more: object) -> None:
        super().__init__(message)
        self.document: dict[str, Any] = {"__type": f"{_KIND}{code}", "message": message, **more}


class Tables:
    """The tables: items by key. `schema` lists the key attributes of each table, the hash key first."""

    def __init__(self, schema: Mapping[str, Iterable[str]]) -> None:
        self._schema = {name: tuple(keys) for name, keys in schema.items()}
        # Marshalled, since a hundred thousand clicks as dictionaries would take a gigabyte.
        self._items: dict[str, dict[ItemKey, bytes]] = {name: {} for name in schema}
        self._tokens: dict[str, None] = {}
        self._operations: Mapping[str, Callable[[TableRequest], dict[str, Any]]] = {
            "GetItem": self.get_item,
            "BatchGetItem": self.batch_get_item,
            "PutItem": self.put_item,
            "UpdateItem": self.update_item,
            "DeleteItem": self.delete_item,
            "TransactWriteItems": self.transact_write_items,
        }

    def call(self, operation: str, request: TableRequest) -> dict[str, Any]:
        """Return the response to one request. Raise RequestError if DynamoDB would reject it."""
        if operation not in self._operations:
            raise RequestError(Code.UNKNOWN, f"unsupported operation {operation}")
        try:
            return self._operations[operation](request)
        except UnsupportedError as error:
            raise RequestError(Code.NOT_VALID, f"unsupported expression: {error}") from error

    def load(self, name: str, items: Iterable[TypedItem]) -> None:
        """Store the items in the table."""
        for item in items:
            self._put(name, item)

    def items(self, name: str) -> list[TypedItem]:
        """Return all items of the table."""
        return [_decode(stored) for stored in self._table(name).values()]

    def keys(self, name: str) -> list[ItemKey]:
        """Return the keys of all items of the table in order of insertion."""
        return list(self._table(name))

    def get_item(self, request: TableRequest) -> dict[str, Any]:
        """Run GetItem. Projections are ignored: the response has the whole item."""
        item = self._get(request["TableName"], request["Key"])
        return {"Item": item} if item is not None else {}

    def batch_get_item(self, request: TableRequest) -> dict[str, Any]:
        """Run BatchGetItem. It always processes all keys."""
        keys_by_table = {name: table["Keys"] for name, table in request["RequestItems"].items()}
        responses = {name: [self._get(name, key) for key in keys] for name, keys in keys_by_table.items()}
        return {
            "Responses": {name: [item for item in items if item is not None] for name, items in responses.items()},
            "UnprocessedKeys": {},
        }

    def put_item(self, request: TableRequest) -> dict[str, Any]:
        """Run PutItem."""
        name, item = request["TableName"], request["Item"]
        old = self._check_condition(request, item)
        self._put(name, item)
        return _response(request, old, item, {})

    def update_item(self, request: TableRequest) -> dict[str, Any]:
        """Run UpdateItem."""
        old = self._check_condition(request, request["Key"])
        new, changed = self._apply_update(request, old)
        self._put(request["TableName"], new)
        return _response(request, old, new, changed)

    def delete_item(self, request: TableRequest) -> dict[str, Any]:
        """Run DeleteItem."""
        old = self._check_condition(request, request["Key"])
        self._items[request["TableName"]].pop(self._key(request["TableName"], request["Key"]), None)
        return _response(request, old, {}, {})

    def transact_write_items(self, request: TableRequest) -> dict[str, Any]:
        """Run TransactWriteItems: all writes or none. A repeated ClientRequestToken has no effect."""
        token = request.get("ClientRequestToken")
        if token in self._tokens:
            return {}
        writes = [next(iter(item.items())) for item in request["TransactItems"]]
        reasons = [self._cancellation_reason(kind, write) for kind, write in writes]
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(str(reason["Code"]) for reason in reasons)
            message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
            raise RequestError(Code.CANCELLED, message, CancellationReasons=reasons)
        for kind, write in writes:
            if kind != "ConditionCheck":
                self._operations[f"{kind}Item"](write)
        self._store_token(token)
        return {}

    def _store_token(self, token: str | None) -> None:
        if token is None:
            return
        if len(self._tokens) >= _MAX_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[token] = None

    def _cancellation_reason(self, kind: str, write: TableRequest) -> dict[str, Any]:
        try:
            self._check_condition(write, write["Item" if kind == "Put" else "Key"])
        except RequestError as error:
            old = {"Item": error.document["Item"]} if "Item" in error.document else {}
            return {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", **old}
        return {"Code": "None"}

    def _check_condition(self, request: TableRequest, key_source: TypedItem) -> TypedItem | None:
        """Return the current item. Raise RequestError if the request's condition fails for it."""
        old = self._get(request["TableName"], key_source)
        text = request.get("ConditionExpression")
        if text is None or condition(text)(_bindings(request, old)):
            return old
        returns_old = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        returned = {"Item": old} if returns_old and old is not None else {}
        raise RequestError(Code.CONDITION_FAILED, "The conditional request failed", **returned)

    def _apply_update(self, request: TableRequest, old: TypedItem | None) -> tuple[TypedItem, TypedItem]:
        """Return the updated item, and the attributes that the update wrote."""
        text = request.get("UpdateExpression")
        changes = update(text)(_bindings(request, old)) if text else {}
        unchanged = {name: value for name, value in {**request["Key"], **(old or {})}.items() if name not in changes}
        written = {name: value for name, value in changes.items() if value is not None}
        return {**unchanged, **written}, written

    def _get(self, name: str, key_source: TypedItem) -> TypedItem | None:
        stored = self._table(name).get(self._key(name, key_source))
        return None if stored is None else _decode(stored)

    def _put(self, name: str, item: TypedItem) -> None:
        self._table(name)[self._key(name, item)] = marshal.dumps(dict(item))

    def _table(self, name: str) -> dict[ItemKey, bytes]:
        if name not in self._items:
            raise RequestError(Code.NO_TABLE, f"Requested resource not found: Table: {name} not found")
        return self._items[name]

    def _key(self, name: str, key_source: TypedItem) -> ItemKey:
        return tuple(next(iter(key_source[attribute].values())) for attribute in self._schema[name])


def _decode(stored: bytes) -> TypedItem:
    item: TypedItem = marshal.loads(stored)  # noqa: S302 - written by this process
    return item


def _bindings(request: TableRequest, item: TypedItem | None) -> Bindings:
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    return Bindings(item or {}, names, values)


def _response(request: TableRequest, old: TypedItem | None, new: TypedItem, changed: TypedItem) -> dict[str, Any]:
    values: dict[str, TypedItem | None] = {
        "ALL_OLD": old,
        "ALL_NEW": new,
        "UPDATED_NEW": changed,
        "UPDATED_OLD": {name: value for name, value in (old or {}).items() if name in changed},
    }
    attributes = values.get(request.get("ReturnValues", "NONE"))
    response: dict[str, Any] = {"Attributes": attributes} if attributes else {}
    if request.get("ReturnConsumedCapacity", "NONE") != "NONE":
        units = max(write_units(old or {}), write_units(new))
        response["ConsumedCapacity"] = {"TableName": request["TableName"], "CapacityUnits": units}
    return response


def write_units(item: TypedItem) -> int:
    """Return the write units of the item: one per started KB."""
    return max(1, -(-item_bytes(item) // _WRITE_UNIT))


def schema_of(template: str, prefix: str) -> dict[str, list[str]]:
    """Return the key attributes of each table of the stack's template (JSON), by prefixed table name."""
    resources = json.loads(template)["Resources"].values()
    tables = [resource["Properties"] for resource in resources if resource.get("Type") == "AWS::DynamoDB::Table"]
    return {
        table["TableName"]["Fn::Sub"].replace("${AWS::StackName}-", prefix): [
            key["AttributeName"] for key in sorted(table["KeySchema"], key=lambda key: str(key["KeyType"]))
        ]
        for table in tables
    }
