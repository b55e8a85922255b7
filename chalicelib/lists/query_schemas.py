"""Query of a list that can be searched, and its page."""

from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from chalicelib.http.models import ListItem, ListQuery, Page, QueryModel
from chalicelib.http.references import MAX_ID
from chalicelib.lists.reads import MAX_ITEMS
from chalicelib.lists.texts import searchable


class Sort(StrEnum):
    """Order of a list. A minus sign means descending."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED = "created_at"
    NEWEST = "-created_at"
    UPDATED = "updated_at"
    LAST_UPDATED = "-updated_at"


Value = TypeVar("Value")
AnyOf = Annotated[list[Value], Field(max_length=50)]
"""The values of a filter that may be repeated: it means any of them."""

AnyId = Annotated[str, Field(max_length=MAX_ID)]
"""An ID by which a list is read: a key of DynamoDB is limited in length."""

YesOrNo = Literal["true", "false"]
_PAGE_FIELDS = {"limit", "cursor", "count"}


class SearchQuery(QueryModel, ListQuery):
    """Search in a list: `q` is a part of the name or ID in any letter case. `count=true` adds the total."""

    q: Annotated[str, Field(max_length=200)] | None = None
    count: YesOrNo = "false"

    @property
    def needle(self) -> str | None:
        """Return `q` in its searchable form, None without a search."""
        return None if self.q is None else searchable(self.q)

    @property
    def conditions(self) -> dict[str, Any]:
        """Return the parameters that select and order the items: a cursor is valid for these only."""
        values = self.model_dump(mode="json", exclude=_PAGE_FIELDS, exclude_none=True)
        return {name: sorted(value) if isinstance(value, list) else value for name, value in values.items()}

    @property
    def is_narrowed(self) -> bool:
        """Return whether the query may leave out items, so that a page may need more reads than it has items."""
        return self.count == "true" or bool(self.conditions.keys() - {"sort"})

    def rows_per_query(self, reads_per_row: int) -> int:
        """Return the number of rows to read by one query: a page and one more, or all that a request may read."""
        return MAX_ITEMS // reads_per_row if self.is_narrowed else self.limit + 1


class SortedQuery(SearchQuery):
    """A search in a list with names: newest first unless `sort` says otherwise."""

    sort: Sort = Sort.NEWEST


class SearchPage(Page[ListItem], Generic[ListItem]):
    """One page of a search. A page may have fewer items than the limit, or none, and still have a next one.

    `total` is the number of items on all pages, with `count=true` and if it was found by reading at most 2,000 items;
    otherwise it is null.
    """

    total: int | None = None
