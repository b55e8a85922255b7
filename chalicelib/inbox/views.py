"""Endpoints for notifications. Admins and publishers share the views; each caller sees their own."""

from collections.abc import Iterator, Sequence

from chalicelib.http.pagination import year_partitions
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.inbox.schemas import NotificationDocument, NotificationQuery
from chalicelib.lists import search
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search
from chalicelib.lists.texts import contains
from chalicelib.notifications.notification import creation_year
from chalicelib.tables.base import get_or_none
from chalicelib.tables.notifications import NotificationRow


def find(request: Request, query: NotificationQuery) -> SearchPage[NotificationDocument]:
    """List notifications, newest first."""

    def rows(after: str | None, reads: Reads) -> Iterator[NotificationRow]:
        return reads.meter(_rows(request, after, query.rows_per_query(1)), 1)

    def match(rows: Sequence[NotificationRow], _: Reads) -> list[NotificationRow | None]:
        return [row if _is_found(row, query) else None for row in rows]

    found = search.find(Search(f"notifications of {request.owner}", rows, lambda row: row.id, match), query)
    return found.page([_document(row) for row in found.items])


def _rows(request: Request, after: str | None, size: int) -> Iterator[NotificationRow]:
    """Yield the caller's notifications after an ID, newest first; `size` are read at once."""
    older = NotificationRow.id < after if after else None
    for year in year_partitions(request):
        yield from NotificationRow.query(
            f"{request.owner}#{year}", older, scan_index_forward=False, page_size=size, consistent_read=True
        )


def _is_found(row: NotificationRow, query: NotificationQuery) -> bool:
    is_wanted = query.unread == "false" or row.read_at is None
    return is_wanted and contains(query.needle, row.text, row.id)


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
