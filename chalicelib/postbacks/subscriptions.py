"""Publishers' postbacks and their deliveries, as the publisher keeps and reads them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.http.pagination import PagedQuery, fetch_page
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.postbacks.delivery_message import DeliveryMessage
from chalicelib.postbacks.queue import send
from chalicelib.postbacks.subscription_filter import matches
from chalicelib.settings import DELIVERY_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.postbacks import DeliveriesByPostbackIndex, PostbackDeliveryRow, PostbackRow

MAX_POSTBACKS = 20
"""How many postbacks a publisher may have."""

_READ_AT_ONCE = 200


def postbacks(request: Request, query: ListQuery) -> tuple[list[PostbackRow], str | None]:
    """A page of the caller's postbacks, newest first, and the next page's cursor."""

    def rows(_: str, after: str | None, limit: int) -> Iterable[PostbackRow]:
        older = PostbackRow.id < after if after else None
        return PostbackRow.query(request.owner, older, scan_index_forward=False, limit=limit, consistent_read=True)

    return fetch_page(PagedQuery(f"postbacks of {request.owner}", ["all"], rows, lambda row: row.id), query)


def postback(request: Request, postback_id: str) -> PostbackRow:
    """The caller's postback as of now; `NotFound` where they have none of this ID."""
    row = get_or_none(PostbackRow, request.owner, postback_id)
    if row is None:
        message = f"there is no postback {postback_id}"
        raise NotFound(message)
    return row


def create(request: Request, row: PostbackRow, answer: ResponseModel) -> None:
    """Writes a new postback; `Conflict` where the publisher has as many as they may."""
    # Every creation moves this row on, so that two at once cannot both see the last free place.
    key = f"{row.publisher_id}#made"
    made = get_or_none(PostbackRow, key, key)
    if sum(1 for _ in PostbackRow.query(row.publisher_id, consistent_read=True)) >= MAX_POSTBACKS:
        message = f"you have {MAX_POSTBACKS} postbacks, which is the most; delete one first"
        raise Conflict(message)
    unchanged = PostbackRow.version == made.version if made else PostbackRow.id.does_not_exist()
    with transaction(request, answer) as write:
        write.save(row, PostbackRow.id.does_not_exist())
        write.update(PostbackRow(key, key), [PostbackRow.version.set(made.version + 1 if made else 1)], unchanged)


def save(request: Request, row: PostbackRow) -> None:
    """Writes an edit over the version before."""
    with transaction(request) as write:
        write.save(row, PostbackRow.version == row.version - 1)


def delete(request: Request, row: PostbackRow) -> None:
    """Deletes the postback; what is still queued for it is not told any more."""
    with transaction(request) as write:
        write.delete(row, PostbackRow.version == row.version)


def deliveries(
    request: Request, of: PostbackRow, status: str | None, query: ListQuery
) -> tuple[list[PostbackDeliveryRow], str | None]:
    """A page of the postback's deliveries (of one status, or all), newest first, and the next page's cursor."""
    wanted = PostbackDeliveryRow.status == status if status else None

    def rows(month: str, after: str | None, limit: int) -> Iterable[PostbackDeliveryRow]:
        older = DeliveriesByPostbackIndex.moment < after if after else None
        return PostbackDeliveryRow.by_postback.query(
            month, older, wanted, scan_index_forward=False, limit=limit, page_size=max(limit, _READ_AT_ONCE)
        )

    name = f"deliveries of {of.id} {status or ''}"
    kept_since = request.now - timedelta(days=DELIVERY_RETENTION_DAYS)
    first = max(kept_since, datetime.fromisoformat(of.created_at))
    months = [f"{of.id}#{month}" for month in _months(request.now, first)]
    return fetch_page(PagedQuery(name, months, rows, lambda row: row.moment), query)


def _months(last: datetime, first: datetime) -> Iterator[str]:
    """The months from the last back to the first, as `2026-11`."""
    for month in range(last.year * 12 + last.month - 1, first.year * 12 + first.month - 2, -1):
        yield f"{month // 12:04d}-{month % 12 + 1:02d}"


def test(request: Request, of: PostbackRow) -> str:
    """Queues a call with made-up values; its series."""
    series = _series(request, "tst")
    send([DeliveryMessage(request.owner, of.id, None, None, series, 1, request.now)], request.now)
    return series


def replay(request: Request, delivery_id: str) -> str:
    """Queues what a delivery told once more, as it stands by now; the series of these tries.

    `NotFound` where the caller has no such delivery, or no longer its postback; `Conflict` where the
    postback does not tell of its conversion (any more).
    """
    row = get_or_none(PostbackDeliveryRow, delivery_id)
    if row is None or row.publisher_id != request.owner:
        message = f"there is no delivery {delivery_id}"
        raise NotFound(message)
    of = postback(request, row.postback_id)
    revision = _revision(of, row.conversion_id) if row.conversion_id else None
    series = _series(request, "rpl")
    send([DeliveryMessage(request.owner, of.id, row.conversion_id, revision, series, 1, request.now)], request.now)
    return series


def _revision(of: PostbackRow, conversion_id: str) -> int:
    conversion = get_or_none(ConversionRow, conversion_id)
    known: dict[str, Any] = conversion.attribute_values if conversion else {}
    if conversion is None or not matches(of, known):
        message = "the postback does not tell of this conversion as it stands by now"
        raise Conflict(message)
    return conversion.revision


def _series(request: Request, prefix: str) -> str:
    """A new series; the same one for a repeated request, so that its tries are the same too."""
    asked = request.idempotency
    return f"{prefix}_{asked.key}" if asked else request.new_id(prefix)
