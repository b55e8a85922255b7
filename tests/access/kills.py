"""A process that dies after a write, and tables that are as they were before it."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pynamodb.connection.base import Connection

WRITES = {"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}


class Killed(BaseException):
    """The end of a process. No `except Exception` stops it."""


@contextmanager
def killed_after(writes: int) -> Iterator[None]:
    """Kill whatever runs in the block after this number of writes; end normally if it writes less."""
    dispatch, left = Connection.dispatch, [writes]

    def counting(self: Connection, operation: str, arguments: Any) -> Any:
        answer = dispatch(self, operation, arguments)
        left[0] -= operation in WRITES
        if left[0] == 0 and operation in WRITES:
            raise Killed
        return answer

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Connection, "dispatch", counting)
        yield


def was_killed(act: Callable[[], object], *, after: int) -> bool:
    """Return whether the act was killed after this number of writes. It ran to its end if not."""
    try:
        with killed_after(after):
            act()
    except Killed:
        return True
    return False


def snapshot() -> bytes:
    """Return a copy of all items of all tables."""
    return pickle.dumps({name: table.items for name, table in _tables().items()})


def restore(stored: bytes) -> None:
    """Make the tables what they were at the snapshot."""
    for name, items in pickle.loads(stored).items():  # noqa: S301 - it was made here
        _tables()[name].items = items


def _tables() -> dict[str, Any]:
    from moto.backends import get_backend

    backend = get_backend("dynamodb")[os.environ["MOTO_ACCOUNT_ID"]][os.environ["AWS_DEFAULT_REGION"]]
    tables: dict[str, Any] = backend.tables
    return tables
