"""The documents of notifications, which admins and publishers get alike."""

from typing import Literal

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.notifications.notification import NotificationKind


class NotificationQuery(ListQuery):
    """Which notifications: all, or with `unread=true` those that nobody has read yet."""

    unread: Literal["true", "false"] = "false"


class NotificationDocument(ResponseModel):
    """One thing told: `subject` holds the IDs it is about, by name."""

    id: str
    kind: NotificationKind
    text: str
    subject: dict[str, str | None]
    read: bool
    created_at: Timestamp
