"""Reads applications in order: of all years, of some statuses, of some smartlinks or publishers."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.access.application_entries import application_list
from chalicelib.tables.lists import ListEntryRow
from chalicelib.tables.publishers import ApplicationRow


@dataclass(frozen=True, slots=True)
class Range:
    """The applications after an ID, in order of creation or from the newest, and how many are read at once."""

    after: str | None
    is_descending: bool
    size: int

    def condition(self, attribute: UnicodeAttribute) -> Condition | None:
        """Return the condition of an ID in the range."""
        if self.after is None:
            return None
        return attribute < self.after if self.is_descending else attribute > self.after

    def options(self, queries: int = 1) -> dict[str, Any]:
        """Return the options of one query; `queries` is the number of queries that are merged."""
        return {"scan_index_forward": not self.is_descending, "page_size": max(1, self.size // queries)}


def of_years(years: Sequence[str], span: Range) -> Iterator[ApplicationRow]:
    """Yield the applications of these years, which run in the direction of the range."""
    for year in years:
        yield from ApplicationRow.by_year.query(year, span.condition(ApplicationRow.id), **span.options())


def of_statuses(statuses: Collection[str], years: Sequence[str], span: Range) -> Iterator[ApplicationRow]:
    """Yield the applications of these statuses and years, which run in the direction of the range."""
    options = span.options(len(statuses))
    for year in years:
        queries = (
            ApplicationRow.by_status.query(f"{status}#{year}", span.condition(ApplicationRow.id), **options)
            for status in statuses
        )
        yield from merge(*queries, key=attrgetter("id"), reverse=span.is_descending)


def of_owners(owner_ids: Collection[str], span: Range) -> Iterator[ApplicationRow]:
    """Yield the applications of these smartlinks, or of these publishers."""
    options = span.options(len(owner_ids))
    queries = (
        ListEntryRow.query(application_list(owner), span.condition(ListEntryRow.id), consistent_read=True, **options)
        for owner in owner_ids
    )
    ids = (entry.id for entry in merge(*queries, key=attrgetter("id"), reverse=span.is_descending))
    while batch := list(islice(ids, span.size)):
        rows = {row.id: row for row in ApplicationRow.batch_get(batch, consistent_read=True)}
        yield from (rows[key] for key in batch if key in rows)
