"""The admin's calls about notifications."""

from chalicelib.contract.notifications import store
from chalicelib.contract.notifications.schema import NotificationDocument, NotificationQuery
from chalicelib.contract.request import Request
from chalicelib.contract.schema import Page


def find(request: Request, query: NotificationQuery) -> Page[NotificationDocument]:
    """List what the admins are told, newest first."""
    return store.notifications(request, query)


def read(request: Request, notification_id: str) -> NotificationDocument:
    """Mark a notification as read, for all admins."""
    return store.read(request, notification_id)
