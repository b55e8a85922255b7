"""Failures of a postback in a row, counted over all its deliveries, and the notifications about them."""

from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.domain.timestamps import expiry_time
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import send_once
from chalicelib.postbacks.http_response import DeliveryStatus
from chalicelib.postbacks.target_url import parse_target
from chalicelib.settings import DELIVERY_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.postbacks import PostbackDeliveryRow

NOTIFIED_AT = 3
"""Number of failed attempts in a row at which the publisher is notified."""


def add_reset(write: TransactWrite, postback_id: str) -> None:
    """End the failures in a row of a postback that is edited or deleted, in the same transaction."""
    write.delete(_row(postback_id))


def reset(delivery: PostbackDeliveryRow) -> None:
    """End the failures in a row: the delivery succeeded."""
    # A read costs a fifth of a write, and most postbacks do not fail.
    if _failed(delivery.postback_id):
        _row(delivery.postback_id).delete()


def count_and_notify(delivery: PostbackDeliveryRow, now: datetime) -> None:
    """Count a failed attempt; notify the publisher if it is the third in a row or a later one, or final.

    Each of the two kinds is sent at most once per postback and UTC day: a server that is down for a day makes
    thousands of deliveries fail. A repeated call sends nothing again.
    """
    is_failing = _count(delivery, now) >= NOTIFIED_AT
    if delivery.status == DeliveryStatus.DEAD:
        _send(NotificationKind.DELIVERY_DEAD, delivery, now)
    if delivery.status == DeliveryStatus.REFUSED or is_failing:
        _send(NotificationKind.POSTBACK_FAILING, delivery, now)


def _count(delivery: PostbackDeliveryRow, now: datetime) -> int:
    """Add the attempt to the failures in a row, and return their number, at most `NOTIFIED_AT`."""
    if len(_failed(delivery.postback_id)) >= NOTIFIED_AT:
        return NOTIFIED_AT
    row, expiry = _row(delivery.postback_id), expiry_time(now, DELIVERY_RETENTION_DAYS)
    # A set: an attempt that is counted twice counts once.
    row.update([PostbackDeliveryRow.failed.add({delivery.id}), PostbackDeliveryRow.expires_at.set(expiry)])
    return min(len(row.failed), NOTIFIED_AT)


def _failed(postback_id: str) -> set[str]:
    """Return the IDs of the first failed attempts since the last success or edit."""
    row = get_or_none(PostbackDeliveryRow, _row(postback_id).id)
    return (row.failed if row else None) or set()


def _row(postback_id: str) -> PostbackDeliveryRow:
    return PostbackDeliveryRow(f"failing#{postback_id}")


def _send(kind: NotificationKind, delivery: PostbackDeliveryRow, now: datetime) -> None:
    subject = {
        "postback_id": delivery.postback_id,
        "delivery_id": delivery.id,
        "conversion_id": delivery.conversion_id,
    }
    once = f"{delivery.postback_id}#{delivery.at[:10]}"
    send_once(delivery.publisher_id, Notification(kind, subject, _text(kind, delivery)), once=once, now=now)


def _text(kind: NotificationKind, delivery: PostbackDeliveryRow) -> str:
    host = parse_target(delivery.url).authority
    if kind is NotificationKind.DELIVERY_DEAD or delivery.status == DeliveryStatus.REFUSED:
        attempts = "1 attempt" if delivery.attempt == 1 else f"{delivery.attempt} attempts"
        return f"Delivery to {host} failed after {attempts}: {delivery.error}"
    return f"The last {NOTIFIED_AT} attempts or more to deliver to {host} failed: {delivery.error}"
