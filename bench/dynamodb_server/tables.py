"""Tables in memory and the operations on them that the redirect's side of the application uses.

Everything happens in one thread, one operation after the other, so that a conditional write is atomic as it is in
DynamoDB. Reads are always consistent. Indexes, queries and scans are not there.
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
_TOKENS = 100_000


class Code(StrEnum):
    """DynamoDB's errors, by their names on the wire."""

    UNKNOWN = "UnknownOperationException"
    NOT_VALID = "ValidationException"
    NO_TABLE = "ResourceNotFoundException"
    CONDITION_FAILED = "ConditionalCheckFailedException"
    CANCELLED = "TransactionCanceledException"


class Refused(Exception):  # noqa: N818 - named for the fact, as DynamoDB refuses requests
    """A request that is answered by an error: its code, its message and what else the answer holds."""

    def __init__(self, code: Code, message: str, **more: object) -> None:
        super().__init__(message)
        self.document: dict[str, Any] = {"__type": f"{_KIND}{code}", "message": message, **more}


class Tables:
    """The tables: items by key. `schema` names the key attributes of each table, the hash key first."""

    def __init__(self, schema: Mapping[str, Iterable[str]]) -> None:
        self._schema = {name: tuple(keys) for name, keys in schema.items()}
        # Packed: a hundred thousand clicks as dictionaries would take a gigabyte.
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
        """The answer to one request; `Refused` where DynamoDB answers with an error."""
        if operation not in self._operations:
            raise Refused(Code.UNKNOWN, f"no operation {operation} here")
        try:
            return self._operations[operation](request)
        except UnsupportedError as error:
            raise Refused(Code.NOT_VALID, f"not understood here: {error}") from error

    def load(self, name: str, items: Iterable[TypedItem]) -> None:
        """Puts the items into the table as they are."""
        for item in items:
            self._put(name, item)

    def items(self, name: str) -> list[TypedItem]:
        """All items of the table."""
        return [_unpacked(each) for each in self._table(name).values()]

    def keys(self, name: str) -> list[ItemKey]:
        """The keys of all items of the table: the values of the key attributes, in the order in which they came."""
        return list(self._table(name))

    def get_item(self, request: TableRequest) -> dict[str, Any]:
        """GetItem; projections are not there: the whole item is the answer."""
        found = self._found(request["TableName"], request["Key"])
        return {"Item": found} if found is not None else {}

    def batch_get_item(self, request: TableRequest) -> dict[str, Any]:
        """BatchGetItem; nothing is ever left unprocessed."""
        wanted = {name: asked["Keys"] for name, asked in request["RequestItems"].items()}
        found = {name: [self._found(name, key) for key in keys] for name, keys in wanted.items()}
        return {
            "Responses": {name: [each for each in items if each is not None] for name, items in found.items()},
            "UnprocessedKeys": {},
        }

    def put_item(self, request: TableRequest) -> dict[str, Any]:
        """PutItem."""
        name, item = request["TableName"], request["Item"]
        old = self._allowed(request, item)
        self._put(name, item)
        return _answer(request, old, item, {})

    def update_item(self, request: TableRequest) -> dict[str, Any]:
        """UpdateItem."""
        old = self._allowed(request, request["Key"])
        new, changed = self._updated(request, old)
        self._put(request["TableName"], new)
        return _answer(request, old, new, changed)

    def delete_item(self, request: TableRequest) -> dict[str, Any]:
        """DeleteItem."""
        old = self._allowed(request, request["Key"])
        self._items[request["TableName"]].pop(self._key(request["TableName"], request["Key"]), None)
        return _answer(request, old, {}, {})

    def transact_write_items(self, request: TableRequest) -> dict[str, Any]:
        """TransactWriteItems: all or nothing; under a token already done, nothing once more."""
        token = request.get("ClientRequestToken")
        if token in self._tokens:
            return {}
        writes = [next(iter(each.items())) for each in request["TransactItems"]]
        reasons = [self._reason(kind, write) for kind, write in writes]
        if any(reason["Code"] != "None" for reason in reasons):
            said = ", ".join(str(reason["Code"]) for reason in reasons)
            message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{said}]"
            raise Refused(Code.CANCELLED, message, CancellationReasons=reasons)
        for kind, write in writes:
            if kind != "ConditionCheck":
                self._operations[f"{kind}Item"](write)
        self._remember(token)
        return {}

    def _remember(self, token: str | None) -> None:
        if token is None:
            return
        if len(self._tokens) >= _TOKENS:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[token] = None

    def _reason(self, kind: str, write: TableRequest) -> dict[str, Any]:
        try:
            self._allowed(write, write["Item" if kind == "Put" else "Key"])
        except Refused as error:
            seen = {"Item": error.document["Item"]} if "Item" in error.document else {}
            return {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", **seen}
        return {"Code": "None"}

    def _allowed(self, request: TableRequest, keyed: TypedItem) -> TypedItem | None:
        """The item as it is, which the request's condition must hold for."""
        old = self._found(request["TableName"], keyed)
        text = request.get("ConditionExpression")
        if text is None or condition(text)(_scope(request, old)):
            return old
        wants = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        shown = {"Item": old} if wants and old is not None else {}
        raise Refused(Code.CONDITION_FAILED, "The conditional request failed", **shown)

    def _updated(self, request: TableRequest, old: TypedItem | None) -> tuple[TypedItem, TypedItem]:
        """The item after the update, and those of its attributes that the update wrote."""
        text = request.get("UpdateExpression")
        changes = update(text)(_scope(request, old)) if text else {}
        kept = {name: value for name, value in {**request["Key"], **(old or {})}.items() if name not in changes}
        written = {name: value for name, value in changes.items() if value is not None}
        return {**kept, **written}, written

    def _found(self, name: str, keyed: TypedItem) -> TypedItem | None:
        packed = self._table(name).get(self._key(name, keyed))
        return None if packed is None else _unpacked(packed)

    def _put(self, name: str, item: TypedItem) -> None:
        self._table(name)[self._key(name, item)] = marshal.dumps(dict(item))

    def _table(self, name: str) -> dict[ItemKey, bytes]:
        if name not in self._items:
            raise Refused(Code.NO_TABLE, f"Requested resource not found: Table: {name} not found")
        return self._items[name]

    def _key(self, name: str, keyed: TypedItem) -> ItemKey:
        return tuple(next(iter(keyed[attribute].values())) for attribute in self._schema[name])


def _unpacked(packed: bytes) -> TypedItem:
    item: TypedItem = marshal.loads(packed)  # noqa: S302 - packed here
    return item


def _scope(request: TableRequest, item: TypedItem | None) -> Bindings:
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    return Bindings(item or {}, names, values)


def _answer(request: TableRequest, old: TypedItem | None, new: TypedItem, changed: TypedItem) -> dict[str, Any]:
    shown: dict[str, TypedItem | None] = {
        "ALL_OLD": old,
        "ALL_NEW": new,
        "UPDATED_NEW": changed,
        "UPDATED_OLD": {name: value for name, value in (old or {}).items() if name in changed},
    }
    wanted = shown.get(request.get("ReturnValues", "NONE"))
    answer: dict[str, Any] = {"Attributes": wanted} if wanted else {}
    if request.get("ReturnConsumedCapacity", "NONE") != "NONE":
        units = max(write_units(old or {}), write_units(new))
        answer["ConsumedCapacity"] = {"TableName": request["TableName"], "CapacityUnits": units}
    return answer


def write_units(item: TypedItem) -> int:
    """What it costs to write the item, in write units: one for each KB begun."""
    return max(1, -(-item_bytes(item) // _WRITE_UNIT))


def schema_of(template: str, prefix: str) -> dict[str, list[str]]:
    """The key attributes of each table of the stack's template (JSON), by the table's name with its prefix."""
    resources = json.loads(template)["Resources"].values()
    found = [each["Properties"] for each in resources if each.get("Type") == "AWS::DynamoDB::Table"]
    return {
        each["TableName"]["Fn::Sub"].replace("${AWS::StackName}-", prefix): [
            key["AttributeName"] for key in sorted(each["KeySchema"], key=lambda key: str(key["KeyType"]))
        ]
        for each in found
    }
