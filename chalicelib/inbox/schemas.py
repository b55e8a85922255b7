"""Query and document of notifications, shared by admins and publishers."""

from typing import Any

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.lists.query_schemas import SearchQuery, YesOrNo
from chalicelib.notifications.notification import NotificationKind


class NotificationQuery(SearchQuery):
    """Search among the notifications: `q` is a part of the text or ID. `unread=true` omits those marked as read."""

    unread: YesOrNo = "false"

    @property
    def conditions(self) -> dict[str, Any]:
        """Return the parameters that select and order the notifications, without `unread=false`: it selects all."""
        found = super().conditions
        return {name: value for name, value in found.items() if (name, value) != ("unread", "false")}


class NotificationDocument(ResponseModel):
    """A notification. `subject` holds the related IDs by name. `read` says whether the caller has read it."""

    id: str
    kind: NotificationKind
    text: str
    subject: dict[str, str | None]
    read: bool
    created_at: Timestamp
