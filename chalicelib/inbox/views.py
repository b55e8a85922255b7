"""Endpoints for notifications. Admins and publishers share the views; each caller sees their own."""

from collections.abc import Iterator, Sequence

from pynamodb.expressions.condition import Condition

from chalicelib.http.models import NoContent
from chalicelib.http.pagination import year_partitions
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.inbox import reading
from chalicelib.inbox.reading import Reader
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
    reader = reading.reader_of(request)
    read_through = reader.read_through if query.unread == "true" else ""

    def rows(after: str | None, reads: Reads) -> Iterator[NotificationRow]:
        found = _rows(request, _between(read_through, after), query.rows_per_query(1))
        return reads.meter((row for row in found if row.id != after), 1)

    def match(rows: Sequence[NotificationRow], _: Reads) -> list[NotificationRow | None]:
        return [row if _is_found(row, query, reader) else None for row in rows]

    found = search.find(Search(f"notifications of {request.owner}", rows, lambda row: row.id, match), query)
    return found.page([_document(row, is_read=reader.has_read(row)) for row in found.items])


def _between(read_through: str, before: str | None) -> Condition | None:
    """Return the condition on the IDs to read. With both bounds the upper one is included."""
    if before is None:
        return NotificationRow.id > read_through if read_through else None
    # An empty range must not be reversed: DynamoDB rejects it.
    return (
        NotificationRow.id.between(min(read_through, before), before) if read_through else NotificationRow.id < before
    )


def _rows(request: Request, ids: Condition | None, size: int) -> Iterator[NotificationRow]:
    """Yield the caller's notifications with these IDs, newest first; `size` are read at once."""
    for year in year_partitions(request):
        yield from NotificationRow.query(
            f"{request.owner}#{year}", ids, scan_index_forward=False, page_size=size, consistent_read=True
        )


def _is_found(row: NotificationRow, query: NotificationQuery, reader: Reader) -> bool:
    is_wanted = query.unread == "false" or not reader.has_read(row)
    return is_wanted and contains(query.needle, row.text, row.id)


def read(request: Request, notification_id: str) -> NotificationDocument:
    """Mark a notification as read.

    Users of the network share notifications: the others still see it as unread.
    """
    year = creation_year(notification_id)
    row = get_or_none(NotificationRow, f"{request.owner}#{year}", notification_id) if year else None
    if row is None:
        message = f"There is no notification {notification_id}."
        raise NotFound(message)
    if not reading.reader_of(request).has_read(row):
        reading.mark_as_read(request, row)
    return _document(row, is_read=True)


def read_all(request: Request) -> NoContent:
    """Mark all your notifications as read, in one step."""
    reading.mark_all_as_read(request)
    return NoContent()


def _document(row: NotificationRow, *, is_read: bool) -> NotificationDocument:
    return NotificationDocument(
        id=row.id, kind=row.kind, text=row.text, subject=row.subject, read=is_read, created_at=row.created_at
    )
