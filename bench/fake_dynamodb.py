"""In-memory tables that replace the network below botocore, and count what DynamoDB would charge.

They support the calls of counting and compaction: GetItem, BatchGetItem, PutItem, UpdateItem, Query of one partition,
BatchWriteItem of deletions, and TransactWriteItems. Conditions are not evaluated, as there is only one writer. Signing,
serialization and parsing are the client's own.
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

KEYS = {
    "counters": ("partition", "position"),
    "runs": ("first",),
    "batch_claims": ("partition", "position"),
    "click_lists": ("route_day", "greatest"),
}
"""The key attributes of the tables, by name without prefix."""

_EQUALS = re.compile(r"#\d+ = (:\d+)")
_BEGINS = re.compile(r"begins_with \(#\d+, (:\d+)\)")
_BETWEEN = re.compile(r"#\d+ BETWEEN (:\d+) AND (:\d+)")
_LAST = "~"
"""Greater than each sort key."""

_CHANGES = re.compile(r"(#\d+) (=?) ?(:\d+)")


@dataclass(slots=True)
class Charged:
    """Charges so far: requests by operation, request units by table."""

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
    """Rows by table, partition and sort key, the charges, and the CPU seconds spent on responses."""

    rows: dict[str, dict[str, dict[str, FakeItem]]] = field(default_factory=lambda: {name: {} for name in KEYS})
    charged: Charged = field(default_factory=Charged)
    cpu: float = 0.0

    def put(self, table: str, item: FakeItem) -> None:
        """Store the item without a charge."""
        partition, sort = key_of(table, item)
        self.rows[table].setdefault(partition, {})[sort] = item

    def get(self, table: str, key: FakeItem) -> FakeItem | None:
        """Return the item with this key, or None."""
        partition, sort = key_of(table, key)
        return self.rows[table].get(partition, {}).get(sort)

    def sizes(self, table: str) -> list[int]:
        """Return the sizes of all rows of a table in bytes."""
        return [item_bytes(row) for partition in self.rows[table].values() for row in partition.values()]

    def answer(self, operation: str, request: FakeRequest) -> FakeResponse:
        """Return the response to the operation. Raise KeyError for an unsupported operation."""
        self.charged.requests[operation] += 1
        return _OPERATIONS[operation](self, request)

    def write(self, table: str, item: FakeItem, *, transactional: bool) -> None:
        """Put the item, and charge for the larger of the old and the new one."""
        before = self.get(table, item)
        size = max(item_bytes(item), item_bytes(before) if before else 0)
        self.charged.writes[table] += write_units(size, transactional=transactional)
        self.put(table, item)

    def delete(self, table: str, key: FakeItem) -> None:
        """Delete the item with this key."""
        partition, sort = key_of(table, key)
        deleted = self.rows[table].get(partition, {}).pop(sort, None)
        self.charged.writes[table] += write_units(item_bytes(deleted) if deleted else 0)


def plain(name: str) -> str:
    """Return a table's name without the stack's prefix."""
    return name.rpartition("-")[2]


def key_of(table: str, item: FakeItem) -> tuple[str, str]:
    """Return partition and sort key of an item; the sort key is empty if the table has none."""
    partition, *sort = (str(item[name]["S"]) for name in KEYS[table])
    return partition, sort[0] if sort else ""


def _get(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    table = plain(request["TableName"])
    item = tables.get(table, request["Key"])
    consistent = request.get("ConsistentRead", False)
    tables.charged.reads[table] += read_units(item_bytes(item) if item else 0, consistent=consistent)
    return {"Item": item} if item else {}


def _batch_get(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    found: dict[str, list[FakeItem]] = {}
    for name, wanted in request["RequestItems"].items():
        rows = [tables.get(plain(name), key) for key in wanted["Keys"]]
        units = (read_units(item_bytes(row) if row else 0, consistent=wanted["ConsistentRead"]) for row in rows)
        tables.charged.reads[plain(name)] += sum(units)
        found[name] = [row for row in rows if row]
    return {"Responses": found, "UnprocessedKeys": {}}


def _query(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    table, expression = plain(request["TableName"]), request["KeyConditionExpression"]
    values = request["ExpressionAttributeValues"]
    partition = tables.rows[table].get(_value(_EQUALS, expression, values), {})
    prefix, between = _value(_BEGINS, expression, values), _BETWEEN.search(expression)
    low, high = (values[between[n]]["S"] for n in (1, 2)) if between else ("", _LAST)
    found = [sort for sort in sorted(partition) if sort.startswith(prefix) and low <= sort <= high]
    rows = [partition[sort] for sort in found][: request.get("Limit")]
    consistent = request.get("ConsistentRead", False)
    tables.charged.reads[table] += read_units(sum(map(item_bytes, rows)), consistent=consistent)
    return {"Count": len(rows), "ScannedCount": len(rows)} | (
        {} if request.get("Select") == "COUNT" else {"Items": rows}
    )


def _value(pattern: re.Pattern[str], expression: str, values: Mapping[str, FakeItem]) -> str:
    """Return the value that the pattern matches in the expression, or an empty string."""
    match = pattern.search(expression)
    return str(values[match[1]]["S"]) if match else ""


def _put(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    tables.write(plain(request["TableName"]), request["Item"], transactional=False)
    return {}


def _update(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    table = plain(request["TableName"])
    item = _updated(tables.get(table, request["Key"]), request)
    tables.write(table, item, transactional=False)
    return {"Attributes": item}


def _batch(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    for name, writes in request["RequestItems"].items():
        for write in writes:
            tables.delete(plain(name), write["DeleteRequest"]["Key"])
    return {"UnprocessedItems": {}}


def _transact(tables: FakeTables, request: FakeRequest) -> FakeResponse:
    for part in request["TransactItems"]:
        (kind, write), *_ = part.items()
        table = plain(write["TableName"])
        item = write["Item"] if kind == "Put" else _updated(tables.get(table, write["Key"]), write)
        tables.write(table, item, transactional=True)
    return {}


def _updated(row: FakeItem | None, write: FakeRequest) -> FakeItem:
    """Return the row after `SET #a = :b` and `ADD #a :b` of numbers, the only supported updates."""
    item = dict(row or write["Key"])
    for name, equals, value in _CHANGES.findall(write["UpdateExpression"]):
        attribute, number = write["ExpressionAttributeNames"][name], write["ExpressionAttributeValues"][value]
        before = 0 if equals else int(item.get(attribute, {"N": "0"})["N"])
        item[attribute] = {"N": str(before + int(number["N"]))}
    return item


_OPERATIONS: dict[str, Callable[[FakeTables, FakeRequest], FakeResponse]] = {
    "GetItem": _get,
    "PutItem": _put,
    "UpdateItem": _update,
    "BatchGetItem": _batch_get,
    "Query": _query,
    "BatchWriteItem": _batch,
    "TransactWriteItems": _transact,
}


_COPIED = b"<CopyObjectResult><ETag>&quot;1&quot;</ETag></CopyObjectResult>"
"""S3's response to a copy; for a put its body is ignored."""

_HEADERS: Any = HeadersDict({"Content-Type": "application/x-amz-json-1.0"})


class _Raw(BytesIO):
    """A response body as urllib3 returns it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """Yield the whole body."""
        yield self.read()


@contextmanager
def patch_botocore(tables: FakeTables) -> Iterator[FakeTables]:
    """Answer every request of this process's botocore clients from the tables. S3 accepts every object."""

    def send(_: URLLib3Session, request: Any) -> AWSResponse:  # noqa: ANN401 - botocore's prepared request
        start = time.process_time()
        operation = request.headers.get("X-Amz-Target")
        if operation is None:
            return AWSResponse(request.url, 200, _HEADERS, _Raw(_COPIED))
        name = (operation.decode() if isinstance(operation, bytes) else operation).rpartition(".")[2]
        body = json.dumps(tables.answer(name, json.loads(request.body))).encode()
        tables.cpu += time.process_time() - start
        return AWSResponse(request.url, 200, _HEADERS, _Raw(body))

    original = URLLib3Session.send
    URLLib3Session.send = send  # type: ignore[method-assign, assignment]
    try:
        yield tables
    finally:
        URLLib3Session.send = original  # type: ignore[method-assign]
