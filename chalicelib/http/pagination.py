"""Pagination of lists with cursors."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from chalicelib.http.models import ListQuery, Page, ResponseModel, is_unicode
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.tables.base import FIRST_YEAR

PAGE_BYTES = 990_000
"""Maximum size of the items of a page: an answer is smaller than 1 MB, with its cursor."""


@dataclass(frozen=True, slots=True)
class PagedQuery:
    """A list: its partitions in order, a query of one partition after a position, and the position of a row.

    `name` identifies the list: a cursor is valid for its own list only. `size` estimates the bytes of a row
    in the response; it is needed if a page of large rows could exceed `PAGE_BYTES`.
    """

    name: str
    partitions: Sequence[str]
    query: Callable[[str, str | None, int], Iterable[Any]]
    position: Callable[[Any], str]
    size: Callable[[Any], int] = lambda _: 0


def year_partitions(request: Request, *, newest_first: bool = True) -> list[str]:
    """Return the partitions of a list that is partitioned by year."""
    all_years = [str(year) for year in range(FIRST_YEAR, request.now.year + 1)]
    return all_years[::-1] if newest_first else all_years


def fetch_page(listing: PagedQuery, query: ListQuery) -> tuple[list[Any], str | None]:
    """Return the rows of a page and the cursor of the next page, None on the last page.

    Large rows make a page shorter than the limit.
    """
    rows = _read_rows(listing, query)
    page = rows[: page_length(listing.size(row) for _, row in rows[: query.limit])]
    return [row for _, row in page], _cursor_after(listing, rows, len(page))


def fetch_documents(
    listing: PagedQuery, query: ListQuery, documents: Callable[[list[Any]], Iterable[ResponseModel]]
) -> Page[Any]:
    """Return a page of the documents of the rows, up to the maximum size of their JSON."""
    rows = _read_rows(listing, query)
    built = list(documents([row for _, row in rows[: query.limit]]))
    length = page_length(len(each.model_dump_json().encode()) for each in built)
    cursor = _cursor_after(listing, rows, length)
    return Page(items=built[:length], next_cursor=cursor)


def _cursor_after(listing: PagedQuery, rows: Sequence[tuple[str, Any]], length: int) -> str | None:
    """Return the cursor of the page after the first `length` rows, None if there are no more."""
    if length >= len(rows):
        return None
    partition, last = rows[length - 1]
    return _encode_cursor(listing.name, partition, listing.position(last))


def _read_rows(listing: PagedQuery, query: ListQuery) -> list[tuple[str, Any]]:
    """Return the rows after the cursor with their partitions: one more than the limit if there are more."""
    first, position = _decode_cursor(query.cursor, listing)
    rows: list[tuple[str, Any]] = []
    for partition in listing.partitions[listing.partitions.index(first) :] if first else listing.partitions:
        missing = query.limit + 1 - len(rows)
        after = position if partition == first else None
        rows += [(partition, row) for row in listing.query(partition, after, missing)]
        if len(rows) > query.limit:
            break
    return rows


def page_length(sizes: Iterable[int]) -> int:
    """Return the number of rows of these sizes, in bytes, that fit into a page: at least one, whatever its size."""
    with_commas = (size + 1 for size in sizes)
    return max(1, sum(total <= PAGE_BYTES for total in accumulate(with_commas)))


def _encode_cursor(name: str, partition: str, position: str) -> str:
    return _encode([name, partition, position])


def _encode(content: list[Any]) -> str:
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, Any, Any]:
    """Return the three values of a cursor; raise `ValidationFailed` if it does not have three."""
    try:
        first, second, third = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError) as error:
        raise foreign_cursor() from error
    return first, second, third


def _is_position(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether a value can be a position: DynamoDB rejects empty keys and invalid Unicode."""
    return isinstance(value, str) and value != "" and is_unicode(value)


def foreign_cursor() -> ValidationFailed:
    """Return the error of a cursor that no page of this list has."""
    return ValidationFailed(("/cursor", "is not a cursor of this list"))


def _decode_cursor(cursor: str | None, listing: PagedQuery) -> tuple[str | None, str | None]:
    if cursor is None:
        return None, None
    name, partition, position = _decode(cursor)
    if name != listing.name or partition not in listing.partitions or not _is_position(position):
        raise foreign_cursor()
    return partition, position


@dataclass(frozen=True, slots=True)
class Cursors:
    """Cursors of a search. Each has a position and the total; it is valid for one list under the same conditions."""

    name: str
    conditions: Mapping[str, Any] = field(default_factory=dict)

    def encode(self, position: str, total: int | None) -> str:
        """Return the cursor of the page after a position."""
        return _encode([self._digest(), position, total])

    def decode(self, cursor: str | None) -> tuple[str | None, int | None]:
        """Return position and total of a cursor, None without one; raise `ValidationFailed` for a foreign cursor."""
        if cursor is None:
            return None, None
        digest, position, total = _decode(cursor)
        if digest != self._digest() or not _is_position(position) or not isinstance(total, int | None):
            raise foreign_cursor()
        return position, total

    def _digest(self) -> str:
        text = json.dumps([self.name, self.conditions], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
