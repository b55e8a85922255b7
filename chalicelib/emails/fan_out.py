"""Fan-out of new notifications, read from the table's stream: one message for each recipient's e-mail."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib import settings, sqs
from chalicelib.emails.message import EmailMessage, encode
from chalicelib.emails.recipients import Recipient, recipients
from chalicelib.notifications.notification import NotificationKind
from chalicelib.notifications.send import ADMIN

_KINDS = {kind.value for kind in NotificationKind}
_log = logging.getLogger("smartlink")


def queue_emails(records: Sequence[Mapping[str, Any]]) -> str | None:
    """Queue a message for each e-mail of the new notifications. Do nothing unless e-mails are configured.

    Return the sequence number of the first record that failed, or None. Processing a record twice queues its messages
    twice; the sender sends each e-mail once. Rows that are no notification are ignored.
    """
    if not settings.email_from():
        return None
    staff: list[Recipient] = []
    for record in records:
        try:
            for message in _messages(record, staff):
                sqs.send(settings.emails_queue(), encode(message))
        except Exception:  # noqa: BLE001 - after any error the stream continues from this record
            _log.exception("the e-mails of a notification were not queued")
            return str(record["dynamodb"]["SequenceNumber"])
    return None


def _messages(record: Mapping[str, Any], staff: list[Recipient]) -> Iterator[EmailMessage]:
    """Yield a message for each recipient. `staff` caches the users of the network."""
    image = record.get("dynamodb", {}).get("NewImage", {})
    kind = _kind(image)
    if record.get("eventName") != "INSERT" or kind is None:
        return
    message = EmailMessage(image["owner_year"]["S"], image["id"]["S"], "")
    for each in _recipients(message.owner, staff):
        if each.wants(kind):
            yield EmailMessage(message.owner_year, message.notification_id, each.id)


def _kind(image: Mapping[str, Any]) -> NotificationKind | None:
    """Return the kind of a notification; None for another row, or for a kind that only a newer release knows."""
    name = image.get("kind", {}).get("S", "")
    return NotificationKind(name) if name in _KINDS else None


def _recipients(owner: str, staff: list[Recipient]) -> Sequence[Recipient]:
    if owner != ADMIN:
        return recipients(owner)
    if not staff:
        staff.extend(recipients(ADMIN))
    return staff
