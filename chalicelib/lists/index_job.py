"""The job that completes the index of lists: entries of rows that earlier releases wrote, and entries that went stale.

It walks the rows of a kind in order of creation, in batches, and begins again at the end. A kind is complete after its
first walk. Later walks renew entries that changed with time, such as the warnings of a smartlink, and entries that a
process of an earlier release wrote during a deployment.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.http.problems import Unavailable
from chalicelib.lists.entries import FORMAT, ListKind
from chalicelib.lists.kinds import IndexedKind, indexed_kind
from chalicelib.tables.base import FIRST_YEAR, commit, connection, get_or_none
from chalicelib.tables.lists import ListEntryRow

ROWS_PER_BATCH = 25
"""Rows of one transaction: each is checked, and has one or two entries."""

ROWS_PER_RUN = 200
"""Rows of a complete kind that one run looks at."""

SECONDS_IN_REQUEST = 10.0
"""Time for which a request for a list completes the index itself."""

SECONDS_OF_RUN = 240.0
"""Time after which a run of the Lambda ends: the next one begins within five minutes."""

_PLACES, _COMPLETE = "index places", "index complete"
"""Lists with one entry for each kind: the position of the walk, and the format that is complete."""

Key = tuple[str, str]
Entries = Mapping[Key, ListEntryRow]


def require_index(kind: ListKind, now: datetime) -> None:
    """Raise `Unavailable` if the index of a kind has no entry for some rows, and these cannot be added at once."""
    if not is_complete(kind) and not _complete(kind, now, time.monotonic() + SECONDS_IN_REQUEST):
        message = f"The list of {kind} is being prepared after an update. Retry the request in a minute."
        raise Unavailable(message)


def is_complete(kind: ListKind) -> bool:
    """Return whether every row of the kind has its entries in the newest format."""
    row = get_or_none(ListEntryRow, _COMPLETE, kind)
    return row is not None and row.format >= FORMAT


def run_until() -> float:
    """Return the monotonic time until which a run that begins now may work."""
    return time.monotonic() + SECONDS_OF_RUN


def index_lists(now: datetime, until: float) -> dict[str, int]:
    """Complete each kind, or walk on where it is complete, until the monotonic time `until`. Return the rows seen."""
    return {kind.value: sum(_rows_of_run(kind, now, until)) for kind in ListKind}


def _rows_of_run(kind: ListKind, now: datetime, until: float) -> Iterator[int]:
    limit = ROWS_PER_RUN if is_complete(kind) else None
    batches = _walk(kind, now)
    for count in islice(batches, limit and limit // ROWS_PER_BATCH):
        yield count
        if time.monotonic() > until:
            return


def _complete(kind: ListKind, now: datetime, until: float) -> bool:
    """Walk to the end; return whether the walk reached it in time."""
    return all(time.monotonic() <= until for _ in _walk(kind, now))


def _walk(kind: ListKind, now: datetime) -> Iterator[int]:
    """Renew the entries of one batch of rows after another, and yield the number of rows of each."""
    indexed = indexed_kind(kind)
    first, after = _place(kind)
    for year in range(first, now.year + 1):
        while rows := list(islice(indexed.rows(str(year), after, ROWS_PER_BATCH), ROWS_PER_BATCH)):
            _renew(indexed, rows, now)
            after = rows[-1].id
            _save_place(kind, year, after)
            yield len(rows)
        after = None
    ListEntryRow(_COMPLETE, kind.value, format=FORMAT).save()
    _save_place(kind, FIRST_YEAR, None)


def _place(kind: ListKind) -> tuple[int, str | None]:
    """Return the year of the last row seen, and its ID."""
    row = get_or_none(ListEntryRow, _PLACES, kind)
    if row is None:
        return FIRST_YEAR, None
    year, _, after = row.place.partition(" ")
    return int(year), after or None


def _save_place(kind: ListKind, year: int, after: str | None) -> None:
    ListEntryRow(_PLACES, kind.value, place=f"{year} {after or ''}").save()


def _renew(indexed: IndexedKind, rows: Sequence[Any], now: datetime) -> None:
    """Write the entries of the rows that are missing or stale."""
    pairs = list(zip(rows, indexed.entries(rows, now), strict=True))
    keys = [(entry.list, entry.id) for _, entries in pairs for entry in entries]
    stored = {(row.list, row.id): row for row in ListEntryRow.batch_get(keys, consistent_read=True)}
    stale = [
        (row, changed) for row, entries in pairs if (changed := [each for each in entries if _is_stale(each, stored)])
    ]
    if stale and not _write(indexed, stale, stored):
        for each in stale:
            # It fails if the row or the entry changed meanwhile: the change wrote the entry.
            _write(indexed, [each], stored)


def _is_stale(entry: ListEntryRow, stored: Entries) -> bool:
    found = stored.get((entry.list, entry.id))
    return found is None or (found.summary, found.format) != (entry.summary, entry.format)


def _write(indexed: IndexedKind, stale: Sequence[tuple[Any, Sequence[ListEntryRow]]], stored: Entries) -> bool:
    """Write all these entries or none; return whether their rows, and the entries as they were read, are unchanged."""
    write = TransactWrite(connection=connection())
    for row, entries in stale:
        write.condition_check(indexed.model, row.id, condition=indexed.is_unchanged(row))
        for entry in entries:
            found = stored.get((entry.list, entry.id))
            is_unchanged = ListEntryRow.summary == found.summary if found else ListEntryRow.id.does_not_exist()
            write.save(entry, is_unchanged)
    try:
        commit(write)
    except TransactWriteError:
        return False
    return True
