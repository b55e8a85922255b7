"""Searches a list by its entries."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.lists.entries import ListKind, entries, list_name, order_of
from chalicelib.lists.index_job import require_index
from chalicelib.lists.merge import Entry
from chalicelib.lists.query_schemas import SearchQuery, Sort
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import MAX_BATCH, Search
from chalicelib.lists.texts import contains
from chalicelib.tables.base import FIRST_YEAR

Match = Callable[[Sequence[Entry], Reads], Sequence[Entry | None]]
Condition = Callable[[Entry], bool]


@dataclass(frozen=True, slots=True)
class EntryList:
    """The entries of a kind, until the year of `now`, in an order."""

    kind: ListKind
    sort: Sort
    now: datetime

    @property
    def partitions(self) -> list[str]:
        """Return the partitions of all years in the direction of the order."""
        names = [list_name(self.kind, str(year)) for year in range(FIRST_YEAR, self.now.year + 1)]
        return names[::-1] if self.sort.startswith("-") else names


def entry_search(
    listed: EntryList, query: SearchQuery, match: Match, *, batch: int = MAX_BATCH, reads_per_entry: int = 1
) -> Search[Entry, Entry]:
    """Return the search of a list. Raise `Unavailable` if its index is not complete and cannot be completed at once.

    `reads_per_entry` is the number of items that are read to match an entry, including the entry.
    """
    require_index(listed.kind, listed.now)
    size = query.rows_per_query(reads_per_entry)

    def rows(after: str | None, reads: Reads) -> Iterator[Entry]:
        return entries(listed.partitions, listed.sort, after, reads, size)

    return Search(listed.kind.value, rows, order_of(listed.sort).position, match, batch)


def matching(query: SearchQuery, conditions: Sequence[Condition]) -> Match:
    """Return the match of entries that contain `q` in name or ID and meet all conditions."""
    needle = query.needle

    def meets(entry: Entry) -> bool:
        return contains(needle, entry["name"], entry["id"]) and all(condition(entry) for condition in conditions)

    return lambda batch, _: [entry if meets(entry) else None for entry in batch]


def any_of(name: str, values: Sequence[Any] | None) -> list[Condition]:
    """Return the condition that a field has one of the values; none if no value is given."""
    return [] if values is None else [lambda entry: entry[name] in values]


def any_tag(values: Sequence[str] | None) -> list[Condition]:
    """Return the condition that one of the tags is among the values; none if no value is given."""
    return [] if values is None else [lambda entry: any(tag in values for tag in entry["tags"])]


def is_true(query_value: str | None, condition: Condition) -> list[Condition]:
    """Return the condition, its opposite for the query value `false`, or none if no value is given."""
    return [] if query_value is None else [lambda entry: condition(entry) is (query_value == "true")]
