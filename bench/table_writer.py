"""Writes many rows of the application's tables to the local stack, and deletes them again."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from typing import Any

import boto3
from pynamodb.models import Model

_WRITERS = 8
_BATCH = 25
_BATCHES_AT_ONCE = 200

_Item = dict[str, Any]
_Request = tuple[str, _Item]
"""A table and a request of a batch."""


class TableWriter:
    """Writes rows in batches, several at once, and remembers their keys."""

    def __init__(self) -> None:
        self._written: list[tuple[type[Model], _Item]] = []

    def write(self, rows: Iterable[Model]) -> None:
        """Write the rows."""
        _send(self._put(row) for row in rows)

    def count(self, model: type[Model]) -> int:
        """Return the number of written rows of a model."""
        return sum(each is model for each, _ in self._written)

    def delete(self) -> None:
        """Delete all rows that were written."""
        _send((model.Meta.table_name, {"DeleteRequest": {"Key": key}}) for model, key in self._written)
        self._written.clear()

    def _put(self, row: Model) -> _Request:
        item = row.serialize()
        names = [each["AttributeName"] for each in type(row)._get_schema()["key_schema"]]  # noqa: SLF001 - no other way
        self._written.append((type(row), {name: item[name] for name in names}))
        return type(row).Meta.table_name, {"PutRequest": {"Item": item}}


def _send(requests: Iterable[_Request]) -> None:
    batches = _batches(iter(requests))
    with ThreadPoolExecutor(_WRITERS) as writers:
        # Not all at once: rows may be made until a time limit.
        while some := list(islice(batches, _BATCHES_AT_ONCE)):
            list(writers.map(_send_batch, some))


def _batches(requests: Iterator[_Request]) -> Iterator[Sequence[_Request]]:
    while batch := list(islice(requests, _BATCH)):
        yield batch


def _send_batch(batch: Sequence[_Request]) -> None:
    items: dict[str, list[_Item]] = {}
    for table, request in batch:
        items.setdefault(table, []).append(request)
    while items:
        items = _client().batch_write_item(RequestItems=items)["UnprocessedItems"]


@cache
def _client() -> Any:  # noqa: ANN401 - boto3 has no types
    return boto3.client("dynamodb")
