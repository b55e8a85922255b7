"""A table service of dictionaries that answers where botocore would send, and counts what DynamoDB would charge.

It takes the calls that counting and merging make: GetItem, PutItem, Query of one partition, BatchWriteItem of deletions
and TransactWriteItems. Conditions are not evaluated: only one writer uses it. Nothing goes over a network; signing,
serializing and parsing are the client's own.
"""

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.httpsession import URLLib3Session

from bench.dynamodb_server.values import item_bytes
from bench.units import read_units, write_units

FakeResponse = dict[str, Any]
FakeRequest = Mapping[str, Any]
FakeItem = dict[str, dict[str, Any]]

KEYS = {"counters": ("partition", "position"), "runs": ("first",), "click_lists": ("route_day", "greatest")}
"""The key attributes of the tables that it has, by their names without prefix."""

_EQUALS = re.compile(r"#\d+ = (:\d+)")
_BEGINS = re.compile(r"begins_with \(#\d+, (:\d+)\)")
_MOVES = re.compile(r"(#\d+) (=?) ?(:\d+)")


@dataclass(slots=True)
class Charged:
    """What was charged so far: requests by operation, units by table."""

    requests: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    reads: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def write_units(self) -> int:
        """Write units of all tables."""
        return sum(self.writes.values())

    @property
    def read_units(self) -> float:
        """Read units of all tables."""
        return sum(self.reads.values())


@dataclass(slots=True)
class FakeTables:
    """Rows by table, partition and sort key, what was charged for them, and the CPU seconds spent in answering."""

    rows: dict[str, dict[str, dict[str, FakeItem]]] = field(default_factory=lambda: {name: {} for name in KEYS})
    charged: Charged = field(default_factory=Charged)
    cpu: float = 0.0

    def put(self, table: str, item: FakeItem) -> None:
        """Holds the item from now on."""
        partition, sort = key_of(table, item)
        self.rows[table].setdefault(partition, {})[sort] = item

    def found(self, table: str, key: FakeItem) -> FakeItem | None:
        """The item of that key."""
        partition, sort = key_of(table, key)
        return self.rows[table].get(partition, {}).get(sort)

    def sizes(self, table: str) -> list[int]:
        """The sizes of all rows of a table."""
        return [item_bytes(row) for held in self.rows[table].values() for row in held.values()]

    def answer(self, operation: str, request: FakeRequest) -> FakeResponse:
        """What the operation answers; KeyError for one that it does not know."""
        self.charged.requests[operation] += 1
        return _OPERATIONS[operation](self, request)

    def write(self, table: str, item: FakeItem, *, transactional: bool) -> None:
        """Puts the item and charges for the larger of what was and is there."""
        before = self.found(table, item)
        size = max(item_bytes(item), item_bytes(before) if before else 0)
        self.charged.writes[table] += write_units(size, transactional=transactional)
        self.put(table, item)

    def delete(self, table: str, key: FakeItem) -> None:
        """Deletes the item of that key."""
        partition, sort = key_of(table, key)
        gone = self.rows[table].get(partition, {}).pop(sort, None)
        self.charged.writes[table] += write_units(item_bytes(gone) if gone else 0)


def plain(name: str) -> str:
    """A table's name without the stack's prefix."""
    return name.rpartition("-")[2]


def key_of(table: str, item: FakeItem) -> tuple[str, str]:
    """Partition and sort key of an item; the sort key is empty where the table has none."""
    partition, *sort = (str(item[name]["S"]) for name in KEYS[table])
    return partition, sort[0] if sort else ""


def _get(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    table = plain(request["TableName"])
    item = tables.found(table, request["Key"])
    consistent = request.get("ConsistentRead", False)
    tables.charged.reads[table] += read_units(item_bytes(item) if item else 0, consistent=consistent)
    return {"Item": item} if item else {}


def _query(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    table, expression = plain(request["TableName"]), request["KeyConditionExpression"]
    values = request["ExpressionAttributeValues"]
    held = tables.rows[table].get(_value(_EQUALS, expression, values), {})
    prefix = _value(_BEGINS, expression, values)
    found = [held[sort] for sort in sorted(held) if sort.startswith(prefix)][: request.get("Limit")]
    consistent = request.get("ConsistentRead", False)
    tables.charged.reads[table] += read_units(sum(map(item_bytes, found)), consistent=consistent)
    return {"Count": len(found), "ScannedCount": len(found)} | (
        {} if request.get("Select") == "COUNT" else {"Items": found}
    )


def _value(pattern: re.Pattern[str], expression: str, values: Mapping[str, FakeItem]) -> str:
    """The text of the value that the pattern finds in the expression; empty where it finds none."""
    found = pattern.search(expression)
    return str(values[found[1]]["S"]) if found else ""


def _put(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    tables.write(plain(request["TableName"]), request["Item"], transactional=False)
    return {}


def _batch(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    for name, writes in request["RequestItems"].items():
        for write in writes:
            tables.delete(plain(name), write["DeleteRequest"]["Key"])
    return {"UnprocessedItems": {}}


def _transact(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    for part in request["TransactItems"]:
        (kind, asked), *_ = part.items()
        table = plain(asked["TableName"])
        item = asked["Item"] if kind == "Put" else _updated(tables.found(table, asked["Key"]), asked)
        tables.write(table, item, transactional=True)
    return {}


def _updated(row: FakeItem | None, asked: FakeRequest) -> FakeItem:
    """The row after `SET #a = :b` and `ADD #a :b` of numbers, the only updates that are made here."""
    item = dict(row or asked["Key"])
    for name, equals, value in _MOVES.findall(asked["UpdateExpression"]):
        attribute, number = asked["ExpressionAttributeNames"][name], asked["ExpressionAttributeValues"][value]
        before = 0 if equals else int(item.get(attribute, {"N": "0"})["N"])
        item[attribute] = {"N": str(before + int(number["N"]))}
    return item


_OPERATIONS: dict[str, Callable[[FakeTables, FakeRequest], FakeResponse]] = {
    "GetItem": _get,
    "PutItem": _put,
    "Query": _query,
    "BatchWriteItem": _batch,
    "TransactWriteItems": _transact,
}


_HEADERS: Any = HeadersDict({"Content-Type": "application/x-amz-json-1.0"})


class _Raw(BytesIO):
    """A body as urllib3 hands it out."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


@contextmanager
def answering(tables: FakeTables) -> Iterator[FakeTables]:
    """Lets the tables answer every request of this process's botocore clients."""

    def send(_: URLLib3Session, request: Any) -> AWSResponse:  # noqa: ANN401 - botocore's prepared request
        began = time.process_time()
        operation = request.headers["X-Amz-Target"]
        name = (operation.decode() if isinstance(operation, bytes) else operation).rpartition(".")[2]
        body = json.dumps(tables.answer(name, json.loads(request.body))).encode()
        tables.cpu += time.process_time() - began
        return AWSResponse(request.url, 200, _HEADERS, _Raw(body))

    own = URLLib3Session.send
    URLLib3Session.send = send  # type: ignore[method-assign, assignment]
    try:
        yield tables
    finally:
        URLLib3Session.send = own  # type: ignore[method-assign]
