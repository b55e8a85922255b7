"""The list entry of a publisher."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from pynamodb.expressions.condition import Condition

from chalicelib.lists.entries import ListKind, entry_row
from chalicelib.lists.kinds import IndexedKind
from chalicelib.tables.lists import ListEntryRow
from chalicelib.tables.publishers import PublisherRow

_FIELDS = ("id", "name", "email", "status", "tags", "version", "created_at", "updated_at")


def list_entry(row: PublisherRow) -> ListEntryRow:
    """Return the entry of a publisher, not written yet."""
    return entry_row(ListKind.PUBLISHERS, row.created_year, {name: getattr(row, name) for name in _FIELDS})


def _entries(rows: Sequence[PublisherRow], _: datetime) -> Iterator[list[ListEntryRow]]:
    yield from ([list_entry(row)] for row in rows)


def _is_unchanged(row: PublisherRow) -> Condition:
    return cast(Condition, PublisherRow.version == row.version)


INDEXED = IndexedKind(PublisherRow, _entries, _is_unchanged)
