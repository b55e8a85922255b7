"""The kinds of lists with an index, and the module that knows the rows and entries of each."""

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.lists.entries import ListKind
from chalicelib.tables.lists import ListEntryRow

_MODULES = {
    ListKind.CAMPAIGNS: "chalicelib.admin.campaigns.list_entry",
    ListKind.PUBLISHERS: "chalicelib.admin.publishers.list_entry",
    ListKind.SMARTLINKS: "chalicelib.admin.smartlinks.list_entry",
    ListKind.APPLICATIONS: "chalicelib.admin.applications.list_entry",
}
"""By name, like the views of endpoints: most of these packages are on a higher floor."""


@dataclass(frozen=True, slots=True)
class IndexedKind:
    """The rows of a kind, and the entries that they should have.

    `model` has the index `by_year`, by year of creation and ID. `entries` returns the entries of each row.
    `is_unchanged` is the condition under which the entries of a row are still right.
    """

    model: Any
    entries: Callable[[Sequence[Any], datetime], Iterable[list[ListEntryRow]]]
    is_unchanged: Callable[[Any], Condition]

    def rows(self, year: str, after: str | None, limit: int) -> Iterable[Any]:
        """Return the rows of a year after an ID in order of creation."""
        found: Iterable[Any] = self.model.by_year.query(year, self.model.id > after if after else None, limit=limit)
        return found


def indexed_kind(kind: ListKind) -> IndexedKind:
    """Return the rows and entries of a kind."""
    found: IndexedKind = importlib.import_module(_MODULES[kind]).INDEXED
    return found
