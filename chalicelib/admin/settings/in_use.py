"""Currencies in use, from the index of lists: of the newest 2,000 campaigns."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.lists.entries import ListKind, entries
from chalicelib.lists.entry_search import EntryList
from chalicelib.lists.query_schemas import Sort
from chalicelib.lists.reads import MAX_ITEMS, Reads


def currencies(now: datetime) -> list[str]:
    """Return the currencies of campaigns, sorted."""
    return sorted({str(value) for value in _values(ListKind.CAMPAIGNS, "currency", now)})


def _values(kind: ListKind, name: str, now: datetime) -> Iterator[object]:
    listed = EntryList(kind, Sort.NEWEST, now)
    for entry in entries(listed.partitions, listed.sort, None, Reads(), MAX_ITEMS):
        yield entry[name]
