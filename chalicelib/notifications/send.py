"""Send notifications: write each to its table once, and publish it to the SNS topic if there is one."""

import hashlib
import json
import logging
import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import settings
from chalicelib.domain import ids
from chalicelib.domain.timestamps import expiry_time, timestamp
from chalicelib.notifications.notification import Notification
from chalicelib.settings import NOTIFICATION_RETENTION_DAYS
from chalicelib.tables.base import commit, connection, get_or_none
from chalicelib.tables.notifications import NotificationRow

ADMIN = "admin"
"""Owner of the notifications of the admins; every other owner is a publisher's ID."""

_DEDUPLICATION_ID = "-"
_log = logging.getLogger("smartlink")


def send_once(owner: str, notification: Notification, *, once: str, now: datetime) -> bool:
    """Send a notification and return True, or return False if one of this kind and `once` was sent before.

    `once` is the deduplication key for this owner and kind, `now` an aware time. Raises the errors of the table. Needs
    `PutItem` and `GetItem` on the table, and `Publish` on the topic if there is one.
    """
    marker = _deduplication_row(owner, notification, once, now)
    if _exists(marker):
        return False
    write = TransactWrite(connection=connection())
    write.save(marker, NotificationRow.id.does_not_exist())
    add_to_transaction(write, owner, notification, now)
    try:
        commit(write)
    except TransactWriteError:
        if _exists(marker):
            return False
        raise
    publish_to_topic(owner, notification, now)
    return True


def add_to_transaction(write: TransactWrite, owner: str, notification: Notification, now: datetime) -> None:
    """Add the notification, one item, to a transaction that is applied at most once; then call `publish_to_topic`."""
    row = NotificationRow(
        _owner_year(owner, now),
        f"ntf_{ids.time_ordered_id(now, os.urandom(10))}",
        kind=notification.kind.value,
        subject=dict(notification.subject),
        text=notification.text,
        created_at=timestamp(now),
        expires_at=expiry_time(now, NOTIFICATION_RETENTION_DAYS),
    )
    write.save(row)


def publish_to_topic(owner: str, notification: Notification, now: datetime) -> None:
    """Publish the notification to the configured SNS topic, if any. An error is only logged.

    The message is JSON with `owner`, `kind`, `subject`, `text` and `created_at`; `owner` and `kind` are also message
    attributes, so that subscriptions can filter by them.
    """
    topic = settings.notifications_topic()
    if not topic:
        return
    document = {
        "owner": owner,
        "kind": notification.kind.value,
        "subject": dict(notification.subject),
        "text": notification.text,
    }
    attributes = {name: {"DataType": "String", "StringValue": document[name]} for name in ("owner", "kind")}
    message = json.dumps({**document, "created_at": timestamp(now)})
    try:
        _sns().publish(TopicArn=topic, Message=message, MessageAttributes=attributes)
    except (BotoCoreError, ClientError):
        _log.exception("SNS rejected a notification of kind %s", notification.kind.value)


@cache
def _sns() -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    import boto3  # noqa: PLC0415 - only if there is a topic

    # The caller waits for this, so a slow topic is skipped.
    return boto3.client("sns", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}))


def _deduplication_row(owner: str, notification: Notification, once: str, now: datetime) -> NotificationRow:
    digest = hashlib.sha256(f"{owner}\n{notification.kind.value}\n{once}".encode()).hexdigest()
    return NotificationRow(
        f"once#{digest}",
        _DEDUPLICATION_ID,
        created_at=timestamp(now),
        expires_at=expiry_time(now, NOTIFICATION_RETENTION_DAYS),
    )


def _exists(row: NotificationRow) -> bool:
    return get_or_none(NotificationRow, row.owner_year, row.id) is not None


def _owner_year(owner: str, now: datetime) -> str:
    return f"{owner}#{now.astimezone(UTC).year}"
