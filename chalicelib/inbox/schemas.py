"""Query and document of notifications, shared by admins and publishers."""

from typing import Literal

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.notifications.notification import NotificationKind


class NotificationQuery(ListQuery):
    """Page size, cursor and filter of notifications: `unread=true` omits those that are marked as read."""

    unread: Literal["true", "false"] = "false"


class NotificationDocument(ResponseModel):
    """A notification. `subject` holds the related IDs by name."""

    id: str
    kind: NotificationKind
    text: str
    subject: dict[str, str | None]
    read: bool
    created_at: Timestamp
