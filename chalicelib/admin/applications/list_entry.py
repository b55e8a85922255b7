"""The list entries of applications, as the job that completes the index needs them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.access.application_entries import application_entries
from chalicelib.lists.kinds import IndexedKind
from chalicelib.tables.lists import ListEntryRow
from chalicelib.tables.publishers import ApplicationRow


def _entries(rows: Sequence[ApplicationRow], _: datetime) -> Iterator[list[ListEntryRow]]:
    yield from map(application_entries, rows)


def _is_unchanged(_: ApplicationRow) -> Condition:
    return ApplicationRow.id.exists()


INDEXED = IndexedKind(ApplicationRow, _entries, _is_unchanged)
