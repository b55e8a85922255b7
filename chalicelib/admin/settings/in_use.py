"""Currencies in use, from the index of lists: of the newest 2,000 campaigns."""

from datetime import datetime

from chalicelib.lists.entries import ListKind, entries
from chalicelib.lists.entry_search import EntryList
from chalicelib.lists.query_schemas import Sort
from chalicelib.lists.reads import MAX_ITEMS, Reads


def currencies(now: datetime) -> list[str]:
    """Return the currencies of campaigns, sorted."""
    listed = EntryList(ListKind.CAMPAIGNS, Sort.NEWEST, now)
    return sorted({each["currency"] for each in entries(listed.partitions, listed.sort, None, Reads(), MAX_ITEMS)})
