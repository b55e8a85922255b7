"""Builders of users, publishers and notifications with defaults, and access to the queue of e-mails."""

from typing import Any

from chalicelib import sqs
from chalicelib.emails.message import EmailMessage, decode
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.publishers import PublisherRow
from chalicelib.tables.users import NETWORK, UserRow
from tests.builders import NOW

_TIME = "2026-11-01T00:00:00.000Z"
_DATED = {"version": 1, "created_at": _TIME, "updated_at": _TIME}


def a_user(user_id: str = "usr_1", **changes: Any) -> UserRow:
    """Store a user and return them."""
    fields = {"name": "Olga", "email": f"{user_id}@network.example", "role": "owner", **_DATED}
    row = UserRow(NETWORK, user_id, **{**fields, **changes})
    row.save()
    return row


def a_publisher(publisher_id: str = "pub_1", **changes: Any) -> PublisherRow:
    """Store a publisher and return them."""
    fields = {"name": "Ann", "email": "ann@pub.example", "status": "active", "created_year": "2026", **_DATED}
    row = PublisherRow(publisher_id, **{**fields, **changes})
    row.save()
    return row


def a_notification(owner: str = ADMIN, kind: NotificationKind = NotificationKind.CAP_REACHED) -> NotificationRow:
    """Send a notification and return its row."""
    send_once(owner, Notification(kind, {"campaign_id": "cmp_1"}, "Game A is at its cap."), once=kind.value, now=NOW)
    (row,) = (row for row in NotificationRow.scan() if row.kind == kind and row.owner_year.startswith(owner))
    return row


def make_queue() -> None:
    """Create the queue of the settings, empty."""
    sqs.client().create_queue(QueueName="emails")


def queued() -> list[EmailMessage]:
    """Return the messages in the queue in order."""
    from moto.sqs.models import sqs_backends

    return [decode(each.body) for each in sqs_backends["123456789012"]["us-east-1"].queues["emails"]._messages]
