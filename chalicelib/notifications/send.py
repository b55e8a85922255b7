"""Notifications in their table: each fact told once, and to the SNS topic too where there is one."""

import hashlib
import json
import logging
import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import settings
from chalicelib.domain import ids
from chalicelib.notifications.notification import Notification
from chalicelib.tables.base import connection
from chalicelib.tables.notifications import NotificationRow

ADMIN = "admin"
"""The owner of what the network's admins are told; every other owner is a publisher's ID."""

_DAYS = 400
_DAY_SECONDS = 86_400
_GUARD_ID = "-"
_log = logging.getLogger("smartlink")


def send_once(owner: str, notice: Notification, *, once: str, now: datetime) -> bool:
    """Tells the owner, at the aware time `now`, of the one fact of the notice's kind that `once` names.

    True where it was told now; False, and nothing changes, where it had been told before. Raises what
    the table raises. Needs `PutItem` and `GetItem` on the table, and `Publish` on the topic, if any.
    """
    guard = _deduplication_row(owner, notice, once, now)
    if _exists(guard):
        return False
    write = TransactWrite(connection=connection())
    write.save(guard, NotificationRow.id.does_not_exist())
    add_to_transaction(write, owner, notice, now)
    try:
        write._commit()  # noqa: SLF001 - its `with` spans only additions, and these are none of the caller's
    except TransactWriteError:
        if _exists(guard):
            return False
        raise
    publish_to_topic(owner, notice, now)
    return True


def add_to_transaction(write: TransactWrite, owner: str, notice: Notification, now: datetime) -> None:
    """Adds the notification, one item, to a transaction that cannot come about twice; `publish` it after that."""
    row = NotificationRow(
        _year(owner, now),
        f"ntf_{ids.time_ordered_id(now, os.urandom(10))}",
        kind=notice.kind.value,
        subject=dict(notice.subject),
        text=notice.text,
        created_at=_timestamp(now),
        expires_at=_expiry(now),
    )
    write.save(row)


def publish_to_topic(owner: str, notice: Notification, now: datetime) -> None:
    """Sends the notification to the topic that settings name, if any; a failure is logged and no more.

    The message is JSON with `owner`, `kind`, `subject`, `text` and `created_at`; `owner` and `kind` are
    attributes as well, for subscriptions to choose by.
    """
    topic = settings.notifications_topic()
    if not topic:
        return
    document = {"owner": owner, "kind": notice.kind.value, "subject": dict(notice.subject), "text": notice.text}
    named = {name: {"DataType": "String", "StringValue": document[name]} for name in ("owner", "kind")}
    message = json.dumps({**document, "created_at": _timestamp(now)})
    try:
        _sns().publish(TopicArn=topic, Message=message, MessageAttributes=named)
    except (BotoCoreError, ClientError):
        _log.exception("the topic did not take a notification of %s", notice.kind.value)


@cache
def _sns() -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    import boto3  # noqa: PLC0415 - only where there is a topic

    # A caller waits for this: a topic that does not answer at once is left out.
    return boto3.client("sns", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}))


def _deduplication_row(owner: str, notice: Notification, once: str, now: datetime) -> NotificationRow:
    digest = hashlib.sha256(f"{owner}\n{notice.kind.value}\n{once}".encode()).hexdigest()
    return NotificationRow(f"once#{digest}", _GUARD_ID, created_at=_timestamp(now), expires_at=_expiry(now))


def _exists(guard: NotificationRow) -> bool:
    try:
        NotificationRow.get(guard.owner_year, guard.id, consistent_read=True)
    except DoesNotExist:
        return False
    return True


def _year(owner: str, now: datetime) -> str:
    return f"{owner}#{now.astimezone(UTC).year}"


def _timestamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _expiry(now: datetime) -> int:
    return int(now.timestamp()) + _DAYS * _DAY_SECONDS
