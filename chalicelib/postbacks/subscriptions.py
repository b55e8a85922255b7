"""Storage of publishers' postbacks and their deliveries: list, create, edit, delete, test and replay."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.http.pagination import PagedQuery, fetch_page
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.postbacks import failures, rate_limit
from chalicelib.postbacks.delivery_message import DeliveryMessage
from chalicelib.postbacks.queue import enqueue
from chalicelib.postbacks.subscription_filter import matches
from chalicelib.settings import DELIVERY_RETENTION_DAYS
from chalicelib.tables.base import get_or_none, item_bytes
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.postbacks import DeliveriesByPostbackIndex, PostbackDeliveryRow, PostbackRow

MAX_POSTBACKS = 20
"""Maximum number of postbacks of a publisher."""

_MIN_READ_SIZE = 200
"""Minimum number of deliveries per read: with a status filter, most of them may be dropped."""


def list_postbacks(request: Request, query: ListQuery) -> tuple[list[PostbackRow], str | None]:
    """Return a page of the caller's postbacks, newest first, and the next page's cursor."""

    def rows(_: str, after: str | None, limit: int) -> Iterable[PostbackRow]:
        older = PostbackRow.id < after if after else None
        return PostbackRow.query(request.owner, older, scan_index_forward=False, limit=limit, consistent_read=True)

    return fetch_page(PagedQuery(f"postbacks of {request.owner}", ["all"], rows, lambda row: row.id), query)


def get_postback_or_404(request: Request, postback_id: str) -> PostbackRow:
    """Return the caller's postback; raise `NotFound` if the caller has none with this ID."""
    row = get_or_none(PostbackRow, request.owner, postback_id)
    if row is None:
        message = f"There is no postback {postback_id}."
        raise NotFound(message)
    return row


def create(request: Request, row: PostbackRow, response: ResponseModel) -> None:
    """Write a new postback; raise `Conflict` if the publisher has the maximum number."""
    # Every creation increments the version of this row, so that two at once cannot both take the last place.
    key = f"{row.publisher_id}#made"
    counter = get_or_none(PostbackRow, key, key)
    _check_limit(row.publisher_id)
    unchanged = PostbackRow.version == counter.version if counter else PostbackRow.id.does_not_exist()
    version = counter.version + 1 if counter else 1
    with transaction(request, response) as write:
        write.save(row, PostbackRow.id.does_not_exist())
        write.update(PostbackRow(key, key), [PostbackRow.version.set(version)], unchanged)


def _check_limit(publisher_id: str) -> None:
    if sum(1 for _ in PostbackRow.query(publisher_id, consistent_read=True)) >= MAX_POSTBACKS:
        message = f"You have reached the maximum of {MAX_POSTBACKS} postbacks. Delete one first."
        raise Conflict(message)


def save(request: Request, row: PostbackRow) -> None:
    """Write an edited postback if the stored version is the one before it."""
    with transaction(request) as write:
        write.save(row, PostbackRow.version == row.version - 1)
        failures.add_reset(write, row.id)


def delete(request: Request, row: PostbackRow) -> None:
    """Delete the postback. Its queued deliveries are dropped when they are due."""
    with transaction(request) as write:
        write.delete(row, PostbackRow.version == row.version)
        failures.add_reset(write, row.id)


def list_deliveries(
    request: Request, postback: PostbackRow, status: str | None, query: ListQuery
) -> tuple[list[PostbackDeliveryRow], str | None]:
    """Return a page of the postback's deliveries, newest first, and the next page's cursor.

    `status` selects the deliveries of one status; None selects all.
    """
    has_status = PostbackDeliveryRow.status == status if status else None

    def rows(month: str, after: str | None, limit: int) -> Iterable[PostbackDeliveryRow]:
        older = DeliveriesByPostbackIndex.moment < after if after else None
        return PostbackDeliveryRow.by_postback.query(
            month, older, has_status, scan_index_forward=False, limit=limit, page_size=max(limit, _MIN_READ_SIZE)
        )

    name = f"deliveries of {postback.id} {status or ''}"
    oldest_stored = request.now - timedelta(days=DELIVERY_RETENTION_DAYS)
    first = max(oldest_stored, datetime.fromisoformat(postback.created_at))
    months = [f"{postback.id}#{month}" for month in _months(request.now, first)]
    return fetch_page(PagedQuery(name, months, rows, lambda row: row.moment, lambda row: 2 * item_bytes(row)), query)


def _months(last: datetime, first: datetime) -> Iterator[str]:
    """Yield the months from the last back to the first, as `2026-11`."""
    for month in range(last.year * 12 + last.month - 1, first.year * 12 + first.month - 2, -1):
        yield f"{month // 12:04d}-{month % 12 + 1:02d}"


def queue_test(request: Request, postback: PostbackRow) -> str:
    """Queue a request with sample values; return its series. Raise `TooManyRequests` after ten within a minute."""
    rate_limit.take_place(request.owner, request.now)
    series = _series(request, "tst")
    enqueue([DeliveryMessage(request.owner, postback.id, None, None, series, 1, request.now)], request.now)
    return series


def queue_replay(request: Request, delivery_id: str) -> str:
    """Queue a delivery again with the current conversion data; return the series of its attempts.

    Raise `NotFound` if the caller does not have the delivery or its postback. Raise `Conflict` if the postback's
    filter does not match the conversion.
    """
    row = get_or_none(PostbackDeliveryRow, delivery_id)
    if row is None or row.publisher_id != request.owner:
        error = f"There is no delivery {delivery_id}."
        raise NotFound(error)
    postback = get_postback_or_404(request, row.postback_id)
    revision = _current_revision(postback, row.conversion_id) if row.conversion_id else None
    series = _series(request, "rpl")
    message = DeliveryMessage(request.owner, postback.id, row.conversion_id, revision, series, 1, request.now)
    enqueue([message], request.now)
    return series


def _current_revision(postback: PostbackRow, conversion_id: str) -> int:
    conversion = get_or_none(ConversionRow, conversion_id)
    if conversion is None or not matches(postback, conversion.attribute_values):
        message = "The postback filter no longer matches this conversion."
        raise Conflict(message)
    return conversion.revision


def _series(request: Request, prefix: str) -> str:
    """Return a new series, or the same one for a repeated idempotency key, so that nothing is sent twice."""
    key = request.idempotency
    return f"{prefix}_{key.key}" if key else request.new_id(prefix)
