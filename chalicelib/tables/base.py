"""Base of the table models: attributes, connection, lookups. A test compares them with `.chalice/resources.json`."""

import json
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from pynamodb.attributes import Attribute, JSONAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.constants import BINARY, NUMBER
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.domain.compressed_text import compress, decompress
from chalicelib.domain.stored_settings import Settings, with_format

FIRST_YEAR = 2026

MAX_ITEM_BYTES = 400 * 1024
"""The size at which DynamoDB rejects an item."""

# A click must not wait long for a slow table: it goes to the queue instead.
_CONNECT_SECONDS = 1
_READ_SECONDS = 2
_RETRIES = 2

AnyRow = TypeVar("AnyRow", bound=Model)


def get_or_none(model: type[AnyRow], hash_key: str, range_key: str | int | None = None) -> AnyRow | None:
    """Return the row, read consistently, or None if it does not exist."""
    try:
        return model.get(hash_key, range_key, consistent_read=True)
    except DoesNotExist:
        return None


class IntegerAttribute(Attribute[int]):
    """An integer. PynamoDB's number attribute is a float for the type checker."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class SettingsAttribute(JSONAttribute):
    """Settings as JSON: written with the number of their format, read with a value for every field.

    Long settings are stored compressed.
    """

    def __init__(self, complete: Callable[[Settings], dict[str, Any]]) -> None:
        super().__init__()
        self._complete = complete

    def serialize(self, value: Settings) -> str:
        return compress(json.dumps(with_format(value)))

    def deserialize(self, value: str) -> dict[str, Any]:
        return self._complete(json.loads(decompress(value)))


class PackedSettingsAttribute(Attribute[dict[str, Any]]):
    """Settings likewise, always compressed: binary, they are never longer than in a `SettingsAttribute`."""

    attr_type = BINARY

    def __init__(self, complete: Callable[[Settings], dict[str, Any]]) -> None:
        super().__init__()
        self._complete = complete

    def serialize(self, value: Settings) -> bytes:
        return zlib.compress(json.dumps(with_format(value)).encode())

    def deserialize(self, value: bytes) -> dict[str, Any]:
        return self._complete(json.loads(zlib.decompress(value)))


class LongTextAttribute(UnicodeAttribute):
    """A text that is stored compressed if it is long."""

    def serialize(self, value: str) -> str:
        return compress(value)

    def deserialize(self, value: str) -> str:
        return decompress(value)


class TableMeta:
    """Connection settings of every table."""

    connect_timeout_seconds = _CONNECT_SECONDS
    read_timeout_seconds = _READ_SECONDS
    max_retry_attempts = _RETRIES
    max_pool_connections = 10


def commit(write: TransactWrite) -> None:
    """Send the transaction; raise `TransactWriteError` with its cancellation reasons.

    A `with` of PynamoDB would commit at its end, out of reach of the caller's `except`.
    """
    write._commit()  # noqa: SLF001


def item_bytes(row: Model) -> int:
    """Return the size of the row's item as DynamoDB counts it: names and values, numbers rounded up."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in row.serialize().items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            return len(content) // 2 + 2
        case _:
            return len(json.dumps(content))


@cache
def connection() -> Connection:
    """Return the connection for transactions over several tables, with the time limits of the tables."""
    return Connection(
        connect_timeout_seconds=_CONNECT_SECONDS,
        read_timeout_seconds=_READ_SECONDS,
        max_retry_attempts=_RETRIES,
    )
