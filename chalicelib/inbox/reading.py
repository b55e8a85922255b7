"""What each reader has read. Every user of the network is a reader of the shared notifications, every publisher one."""

from dataclasses import dataclass

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from chalicelib.domain.timestamps import expiry_time
from chalicelib.http.pagination import year_partitions
from chalicelib.http.request import Request
from chalicelib.lists.counting import Counted, count_rows
from chalicelib.notifications.send import ADMIN
from chalicelib.settings import NOTIFICATION_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.notifications import NotificationRow

_ROW_ID = "-"


@dataclass(frozen=True, slots=True)
class Reader:
    """A user or publisher. All notifications up to the ID `read_through` are read."""

    id: str
    read_through: str

    def has_read(self, row: NotificationRow) -> bool:
        """Return whether the notification is read: by this reader, or for all."""
        return row.id <= self.read_through or row.read_at is not None or self.id in (row.read_by or ())


def reader_of(request: Request) -> Reader:
    """Return the caller as a reader: the user, or the publisher."""
    reader_id = _reader_id(request)
    row = get_or_none(NotificationRow, f"reader#{reader_id}", _ROW_ID)
    return Reader(reader_id, (row.read_through if row else None) or "")


def mark_as_read(request: Request, row: NotificationRow) -> None:
    """Mark one notification as read by the caller. A notification that expired in the meantime stays deleted."""
    action: Action
    if request.owner == ADMIN:
        action = NotificationRow.read_by.add({_reader_id(request)})
    else:
        action = NotificationRow.read_at.set(request.timestamp)
    row.update([action], NotificationRow.id.exists())


def mark_all_as_read(request: Request) -> None:
    """Mark all notifications that exist now as read by the caller, in one write."""
    newest = _newest(request)
    if newest is None:
        return
    row = NotificationRow(f"reader#{_reader_id(request)}", _ROW_ID)
    is_later = NotificationRow.read_through.does_not_exist() | (NotificationRow.read_through < newest)
    actions: list[Action] = [
        NotificationRow.read_through.set(newest),
        NotificationRow.created_at.set(request.timestamp),
        # As long as the newest notification that it covers.
        NotificationRow.expires_at.set(expiry_time(request.now, NOTIFICATION_RETENTION_DAYS)),
    ]
    try:
        row.update(actions, is_later)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def unread_count(request: Request) -> int | None:
    """Return the number of the caller's unread notifications, None if more than 2,000 would have to be read."""
    reader = reader_of(request)
    partitions = [f"{request.owner}#{year}" for year in year_partitions(request)]
    after = NotificationRow.id > reader.read_through if reader.read_through else None
    is_unread = NotificationRow.read_at.does_not_exist() & ~NotificationRow.read_by.contains(reader.id)
    return count_rows(Counted(NotificationRow, partitions, after, is_unread))


def _reader_id(request: Request) -> str:
    return request.actor if request.owner == ADMIN else request.owner


def _newest(request: Request) -> str | None:
    """Return the ID of the caller's newest notification, None if there are none."""
    for year in year_partitions(request):
        newest = NotificationRow.query(
            f"{request.owner}#{year}", scan_index_forward=False, limit=1, consistent_read=True
        )
        for row in newest:
            return str(row.id)
    return None
