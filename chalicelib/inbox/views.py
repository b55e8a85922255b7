"""Endpoints for notifications. Admins and publishers share them: each sees their own."""

from collections.abc import Iterable

from chalicelib.http.models import Page
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.inbox.schemas import NotificationDocument, NotificationQuery
from chalicelib.notifications.notification import year_of
from chalicelib.tables.base import get_or_none
from chalicelib.tables.notifications import NotificationRow

_READ_TOGETHER = 200
"""Rows that a query looks through at a time where it wants only the unread ones."""


def find(request: Request, query: NotificationQuery) -> Page[NotificationDocument]:
    """List notifications, newest first."""
    unread = NotificationRow.read_at.does_not_exist() if query.unread == "true" else None

    def rows(year: str, after: str | None, limit: int) -> Iterable[NotificationRow]:
        return NotificationRow.query(
            f"{request.owner}#{year}",
            NotificationRow.id < after if after else None,
            filter_condition=unread,
            scan_index_forward=False,
            limit=limit,
            page_size=_READ_TOGETHER if query.unread == "true" else limit,
            consistent_read=True,
        )

    name = f"notifications of {request.owner}, {'unread' if query.unread == 'true' else 'all'}"
    found, cursor = fetch_page(PagedQuery(name, year_partitions(request), rows, lambda row: row.id), query)
    return Page(items=[_document(row) for row in found], next_cursor=cursor)


def read(request: Request, notification_id: str) -> NotificationDocument:
    """Mark a notification as read. Admins share theirs: it is read for all of them."""
    year = year_of(notification_id)
    row = get_or_none(NotificationRow, f"{request.owner}#{year}", notification_id) if year else None
    if row is None:
        message = f"there is no notification {notification_id}"
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
