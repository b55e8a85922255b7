"""The DynamoDB tables, one model each; `.chalice/resources.json` creates them, a test holds the two together."""

from functools import cache
from typing import TypeVar

from pynamodb.attributes import (
    Attribute,
)
from pynamodb.connection import Connection
from pynamodb.constants import NUMBER
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model

FIRST_YEAR = 2026


AnyRow = TypeVar("AnyRow", bound=Model)


def get_or_none(model: type[AnyRow], hash_key: str, range_key: str | int | None = None) -> AnyRow | None:
    """The row as of now; None where there is none."""
    try:
        return model.get(hash_key, range_key, consistent_read=True)
    except DoesNotExist:
        return None


# A click must never wait long on a sick table: it goes to the queue instead.
_CONNECT_SECONDS = 1
_READ_SECONDS = 2
_RETRIES = 2


class IntegerAttribute(Attribute[int]):
    """A whole number; pynamodb's own is a float to the type checker."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class TableMeta:
    """How every table is reached."""

    connect_timeout_seconds = _CONNECT_SECONDS
    read_timeout_seconds = _READ_SECONDS
    max_retry_attempts = _RETRIES
    max_pool_connections = 10


@cache
def connection() -> Connection:
    """The connection for transactions over several tables, with the tables' own time limits."""
    return Connection(
        connect_timeout_seconds=_CONNECT_SECONDS,
        read_timeout_seconds=_READ_SECONDS,
        max_retry_attempts=_RETRIES,
    )
