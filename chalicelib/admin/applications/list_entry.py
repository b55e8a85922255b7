"""The list entries of applications, as the job that completes the index needs them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.access.application_entries import application_entries
from chalicelib.lists.kinds import IndexedKind
from chalicelib.tables.lists import ListEntryRow
from chalicelib.tables.publishers import ApplicationRow


def _rows(year: str, after: str | None, limit: int) -> Iterable[ApplicationRow]:
    return ApplicationRow.by_year.query(year, ApplicationRow.id > after if after else None, limit=limit)


def _entries(rows: Sequence[ApplicationRow], _: datetime) -> Iterator[list[ListEntryRow]]:
    yield from map(application_entries, rows)


def _is_unchanged(_: ApplicationRow) -> Condition:
    return ApplicationRow.id.exists()


INDEXED = IndexedKind(ApplicationRow, _rows, _entries, _is_unchanged)
