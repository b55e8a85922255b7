"""Queries of deliveries, newest first: the lists of each status and shard of publishers, merged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from chalicelib.admin.deliveries.schemas import DeliveriesQuery
from chalicelib.http.problems import ValidationFailed
from chalicelib.postbacks.delivery_lists import all_lists
from chalicelib.postbacks.http_response import DeliveryStatus
from chalicelib.tables.postbacks import PostbackDeliveryRow

MAX_COST = 2_000
"""Maximum cost of a page, in items read. The filter by publisher may drop most of them."""

READ_COST = 10
"""Cost of a read, beside its items."""

PAGE_SIZE = 100
"""Maximum number of items of a read."""

_CURSOR = re.compile(r"[0-9]{13}(\.[0-9a-zA-Z_]{1,64}){2}")
_NEWEST = "9" * 13


@dataclass(frozen=True, slots=True)
class _Step:
    """A delivery, or the end of a read with its cost. All higher positions of its list have been read."""

    position: str
    row: PostbackDeliveryRow | None = None
    cost: int = 0


def list_deliveries(query: DeliveriesQuery) -> tuple[list[PostbackDeliveryRow], str | None]:
    """Return a page of the matching deliveries, newest first, and the next page's cursor."""
    before, page, cost = _position(query.cursor), list[PostbackDeliveryRow](), 0
    keys = all_lists(query.status or list(DeliveryStatus), query.publisher_id)
    size = min(PAGE_SIZE, query.limit + 1)
    for step in merge(*(_steps(key, before, size) for key in keys), key=attrgetter("position"), reverse=True):
        cost += step.cost
        if step.row and (not query.publisher_id or step.row.publisher_id in query.publisher_id):
            if len(page) == query.limit:
                return page, cursor_of(page[-1].moment)
            page.append(step.row)
        if cost >= MAX_COST and step.position:
            return page, cursor_of(step.position)
    return page, None


def _position(cursor: str | None) -> str:
    if cursor is not None and not _CURSOR.fullmatch(cursor):
        raise ValidationFailed(("/cursor", "is not a cursor of this list"))
    return cursor.replace(".", "#") if cursor else _NEWEST


def cursor_of(position: str) -> str:
    """Return the cursor of the list after a delivery."""
    return position.replace("#", ".")


def _steps(key: str, before: str, size: int) -> Iterator[_Step]:
    earlier = PostbackDeliveryRow.moment < before
    results = PostbackDeliveryRow.by_status.query(key, earlier, scan_index_forward=False, page_size=size)
    for page in results.page_iter:
        rows = map(PostbackDeliveryRow.from_raw_data, page["Items"])
        yield from (_Step(row.moment, row) for row in rows)
        last = page.get("LastEvaluatedKey")
        yield _Step(last["moment"]["S"] if last else "", cost=READ_COST + page["ScannedCount"])
