"""Pagination of lists with cursors."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from chalicelib.http.models import ListQuery
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.tables.base import FIRST_YEAR

PAGE_BYTES = 4_000_000
"""Maximum size of the rows of a page. The response of a Lambda is limited to 6 MB."""


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
    cursor = None
    if len(page) < len(rows):
        partition, last = page[-1]
        cursor = _encode_cursor(listing.name, partition, listing.position(last))
    return [row for _, row in page], cursor


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
    return max(1, sum(total <= PAGE_BYTES for total in accumulate(sizes)))


def _encode_cursor(name: str, partition: str, position: str) -> str:
    text = json.dumps([name, partition, position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode_cursor(cursor: str | None, listing: PagedQuery) -> tuple[str | None, str | None]:
    if cursor is None:
        return None, None
    try:
        name, partition, position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError):
        name = partition = position = None
    if name != listing.name or partition not in listing.partitions or not isinstance(position, str):
        raise ValidationFailed(("/cursor", "is not a cursor of this list"))
    return partition, position
