"""A page of a list as JSON: as many documents as fit."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

from chalicelib.http.models import Page, ResponseModel

MAX_BYTES = 999_000
"""Maximum size of the documents of a page with their separators. A page has at most 1 MB."""

Document = TypeVar("Document", bound=ResponseModel)


def fitting_page(items: Sequence[Document], cursors: Sequence[str], cursor: str | None) -> Page[Document]:
    """Return the page with the first of these documents that fit: at least one, whatever its size.

    `cursors` has the cursor after each document, `cursor` is the one after everything that was read.
    """
    sizes = accumulate(len(item.model_dump_json().encode()) + 1 for item in items)
    length = max(1, sum(size <= MAX_BYTES for size in sizes))
    if length >= len(items):
        return Page(items=list(items), next_cursor=cursor)
    return Page(items=list(items[:length]), next_cursor=cursors[length - 1])
