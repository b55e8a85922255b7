"""List entries: writes one for each resource, in the transaction that writes the resource, and reads them in order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import partial
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.lists import summary_codec
from chalicelib.lists.merge import Entry, Order, Piece, ReadYear, merge
from chalicelib.lists.query_schemas import Sort
from chalicelib.lists.reads import Reads
from chalicelib.lists.texts import name_key, update_key
from chalicelib.tables.lists import ListEntryRow

FORMAT = 2
"""The format of the summaries that are written. A higher one makes `index_lists` write all entries again."""


class ListKind(StrEnum):
    """A list that has an index."""

    CAMPAIGNS = "campaigns"
    PUBLISHERS = "publishers"
    SMARTLINKS = "smartlinks"
    APPLICATIONS = "applications"


_POSITIONS: dict[str, tuple[str, Callable[[Entry], str]]] = {
    "name": ("name_key", lambda entry: name_key(entry["name"], entry["id"])),
    "created_at": ("id", lambda entry: str(entry["id"])),
    "updated_at": ("update_key", lambda entry: update_key(entry["updated_at"], entry["id"])),
}
"""The sort key and the position of an entry in the order of each field."""

_INDEXES = {"name_key": "by_name", "id": None, "update_key": "by_update"}


def order_of(sort: Sort) -> Order:
    """Return the order of a sort: IDs are in the order of creation."""
    field = sort.removeprefix("-")
    return Order(_POSITIONS[field][1], sort.startswith("-"), follows_years=field == "created_at")


def entry_row(kind: ListKind, year: str, summary: dict[str, Any]) -> ListEntryRow:
    """Return the entry of a resource, not written yet. The summary has at least `id`, `name` and `updated_at`."""
    return ListEntryRow(
        list_name(kind, year),
        summary["id"],
        format=FORMAT,
        name_key=name_key(summary["name"], summary["id"]),
        update_key=update_key(summary["updated_at"], summary["id"]),
        summary=summary_codec.encode(summary),
    )


def list_name(kind: ListKind, year: str) -> str:
    """Return the partition of the entries of a kind and year."""
    return f"{kind}#{year}"


def delete_entry(write: TransactWrite, kind: ListKind, year: str, key: str) -> None:
    """Add the deletion of an entry to the transaction."""
    write.delete(ListEntryRow(list_name(kind, year), key))


def entries(partitions: Sequence[str], sort: Sort, after: str | None, reads: Reads, size: int) -> Iterator[Entry]:
    """Yield the summaries of a list after a position. Its partitions are one for each year, in the direction of `sort`.

    `size` is the number of entries of one read.
    """
    return merge([_reader(partition, sort) for partition in partitions], after, order_of(sort), reads, size)


def read_entries(kind: ListKind, keys: Iterable[tuple[str, str]]) -> dict[str, Entry]:
    """Return the summaries of these years and IDs by ID; resources that the list lacks are missing."""
    places = [(list_name(kind, year), key) for year, key in keys]
    rows = ListEntryRow.batch_get(places, consistent_read=True, attributes_to_get=["id", "summary"])
    return {row.id: summary_codec.decode(row.summary) for row in rows}


def _reader(partition: str, sort: Sort) -> ReadYear:
    return partial(_read, partition, sort)


def _read(partition: str, sort: Sort, after: str | None, limit: int) -> Piece:
    key, _ = _POSITIONS[sort.removeprefix("-")]
    is_descending = sort.startswith("-")
    attribute = getattr(ListEntryRow, key)
    condition = None if after is None else (attribute < after if is_descending else attribute > after)
    # Not by the model: its rows take most of the time of a search through 2,000 entries.
    answer = ListEntryRow._get_connection().query(  # noqa: SLF001
        partition,
        condition,
        attributes_to_get=["summary"],
        consistent_read=True,
        index_name=_INDEXES[key],
        limit=limit,
        scan_index_forward=not is_descending,
    )
    stored = [item["summary"]["B"] for item in answer["Items"]]
    return Piece(list(map(summary_codec.decode, stored)), sum(map(len, stored)), "LastEvaluatedKey" not in answer)
