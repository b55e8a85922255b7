"""Lists read page by page, with cursors."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any

from chalicelib.http.models import ListQuery
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.tables.base import FIRST_YEAR

PAGE_BYTES = 4_000_000
"""Of the 6 MB that a Lambda may answer with."""


@dataclass(frozen=True, slots=True)
class PagedQuery:
    """A list: its partitions in order, how to query one from after a position, and a row's position.

    `name` tells this list from others, so that a cursor is good for its own list only. `size` is about how
    many bytes a row takes in the answer, where rows may be so large that a page of them would not fit.
    """

    name: str
    partitions: Sequence[str]
    query: Callable[[str, str | None, int], Iterable[Any]]
    position: Callable[[Any], str]
    size: Callable[[Any], int] = lambda _: 0


def year_partitions(request: Request, *, newest_first: bool = True) -> list[str]:
    """The partitions of a list that is cut by year."""
    all_years = [str(year) for year in range(FIRST_YEAR, request.now.year + 1)]
    return all_years[::-1] if newest_first else all_years


def fetch_page(listing: PagedQuery, query: ListQuery) -> tuple[list[Any], str | None]:
    """The rows of one page (fewer than the limit, where they are large) and the next one's cursor, None on the last."""
    partition, after = _decode_cursor(query.cursor, listing)
    rows: list[tuple[str, Any]] = []
    for each in listing.partitions[listing.partitions.index(partition) :] if partition else listing.partitions:
        wanted = query.limit + 1 - len(rows)
        rows += [(each, row) for row in listing.query(each, after if each == partition else None, wanted)]
        if len(rows) > query.limit:
            break
    shown = rows[: _fitting(listing, rows, query.limit)]
    cursor = None
    if len(shown) < len(rows):
        last_partition, last = shown[-1]
        cursor = _encode_cursor(listing.name, last_partition, listing.position(last))
    return [row for _, row in shown], cursor


def _fitting(listing: PagedQuery, rows: Iterable[tuple[str, Any]], limit: int) -> int:
    """How many of the first rows make a page: at least one, whatever its size."""
    totals = accumulate(listing.size(row) for _, row in islice(rows, limit))
    return max(1, sum(total <= PAGE_BYTES for total in totals))


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
