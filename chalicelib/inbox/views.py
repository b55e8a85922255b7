"""Endpoints for notifications. Admins and publishers share the views; each caller sees their own."""

from collections.abc import Iterable

from chalicelib.http.models import Page
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.inbox.schemas import NotificationDocument, NotificationQuery
from chalicelib.notifications.notification import creation_year
from chalicelib.tables.base import get_or_none
from chalicelib.tables.notifications import NotificationRow

_UNREAD_PAGE_SIZE = 200
"""Rows read per request to DynamoDB when only unread ones are returned."""


def find(request: Request, query: NotificationQuery) -> Page[NotificationDocument]:
    """List notifications, newest first."""
    only_unread = query.unread == "true"
    condition = NotificationRow.read_at.does_not_exist() if only_unread else None

    def rows(year: str, after: str | None, limit: int) -> Iterable[NotificationRow]:
        return NotificationRow.query(
            f"{request.owner}#{year}",
            NotificationRow.id < after if after else None,
            filter_condition=condition,
            scan_index_forward=False,
            limit=limit,
            page_size=_UNREAD_PAGE_SIZE if only_unread else limit,
            consistent_read=True,
        )

    name = f"notifications of {request.owner}, {'unread' if only_unread else 'all'}"
    notifications, cursor = fetch_page(PagedQuery(name, year_partitions(request), rows, lambda row: row.id), query)
    return Page(items=[_document(row) for row in notifications], next_cursor=cursor)


def read(request: Request, notification_id: str) -> NotificationDocument:
    """Mark a notification as read.

    Admins share notifications: it is read for all of them.
    """
    year = creation_year(notification_id)
    row = get_or_none(NotificationRow, f"{request.owner}#{year}", notification_id) if year else None
    if row is None:
        message = f"There is no notification {notification_id}."
        raise NotFound(message)
    if row.read_at is None:
        row.update([NotificationRow.read_at.set(request.timestamp)], NotificationRow.id.exists())
    return _document(row)


def _document(row: NotificationRow) -> NotificationDocument:
    return NotificationDocument(
        id=row.id,
        kind=row.kind,
        text=row.text,
        subject=row.subject,
        read=row.read_at is not None,
        created_at=row.created_at,
    )
