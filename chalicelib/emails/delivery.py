"""Delivery of an e-mail: claim it, send it, record that it was sent."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from pynamodb.exceptions import DeleteError, PutError, UpdateError
from pynamodb.expressions.condition import Condition

from chalicelib import settings
from chalicelib.domain.timestamps import expiry_time, timestamp
from chalicelib.emails import ses
from chalicelib.emails.message import EmailMessage, decode
from chalicelib.emails.recipients import recipient
from chalicelib.emails.rendering import Email, render
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.tables.base import get_or_none
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.settings import network_settings

CLAIM_SECONDS = 60
"""Age at which a claim expires. A call of SES takes at most 10 seconds, so the process of an older claim has died."""

_MARKER_ID = "-"
_CONDITION_FAILED = "ConditionalCheckFailedException"
_log = logging.getLogger("smartlink")


class EmailInProgress(Exception):  # noqa: N818 - an expected outcome, not a fault
    """Another process holds the claim on the e-mail: the message must be received again."""


@dataclass(frozen=True, slots=True)
class EmailDependencies:
    """Inputs of a delivery: the time (aware), and the function that sends an e-mail to an address."""

    now: datetime
    send: Callable[[Email, str], None]


def handle_message(body: str) -> None:
    """Process one message of the queue. After any exception the message must be received again."""
    network, sender = network_settings().name, settings.email_from()
    if not sender:
        _log.error("an e-mail was dropped: EMAIL_FROM is not set any more")
        return
    dependencies = EmailDependencies(
        now=datetime.now(UTC),
        send=lambda email, address: ses.send(email, address, sender=sender, network=network),
    )
    deliver(decode(body), network, dependencies)


def deliver(message: EmailMessage, network: str, dependencies: EmailDependencies) -> None:
    """Send the message's e-mail unless it was sent. Raise `EmailInProgress` if another process is sending it.

    The claim is a row of the table. Only a process that dies between the answer of SES and the update of this row, or
    that gets no answer, leaves an e-mail that is sent twice; none is lost. Do nothing if the notification or the
    recipient is gone, or if the recipient switched the kind off in the meantime.
    """
    row = get_or_none(NotificationRow, message.owner_year, message.notification_id)
    person = recipient(message.owner, message.person)
    if row is None or person is None or not person.wants(NotificationKind(row.kind)):
        return
    claim = _claim(message, dependencies.now)
    if claim is None:
        return
    notification = Notification(NotificationKind(row.kind), row.subject, row.text)
    _send(claim, render(notification, network, settings.public_url()), person.address, dependencies)


def _send(claim: NotificationRow, email: Email, address: str, dependencies: EmailDependencies) -> None:
    """Send the e-mail and record the outcome; give the claim back if it must be tried again."""
    try:
        dependencies.send(email, address)
    except ses.EmailRefused as refusal:
        _log.error("an e-mail was refused and is not sent: %s: %s", claim.owner_year, refusal)
        _finish(claim, dependencies.now, error=str(refusal))
    except Exception:
        _give_back(claim)
        raise
    else:
        _finish(claim, dependencies.now)


def _claim(message: EmailMessage, now: datetime) -> NotificationRow | None:
    """Return the claim of this process; None if the e-mail is finished."""
    row = NotificationRow(
        f"mailed#{message.notification_id}#{message.person}",
        _MARKER_ID,
        claimed_at=int(now.timestamp()),
        created_at=timestamp(now),
        expires_at=expiry_time(now, settings.NOTIFICATION_RETENTION_DAYS),
    )
    try:
        row.save(NotificationRow.id.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        return _take_over(get_or_none(NotificationRow, row.owner_year, row.id), now)
    return row


def _take_over(row: NotificationRow | None, now: datetime) -> NotificationRow | None:
    """Return the claim if that of another process has expired; None if the e-mail is finished."""
    if row and row.finished_at:
        return None
    seconds = int(now.timestamp())
    if row is None or seconds - row.claimed_at <= CLAIM_SECONDS:
        raise EmailInProgress
    try:
        row.update([NotificationRow.claimed_at.set(seconds)], _is_held(row))
    except UpdateError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        raise EmailInProgress from error
    return row


def _finish(claim: NotificationRow, now: datetime, error: str | None = None) -> None:
    """Record that the e-mail was sent or refused."""
    refusal = [] if error is None else [NotificationRow.error.set(error)]
    claim.update([NotificationRow.finished_at.set(timestamp(now)), *refusal], NotificationRow.id.exists())


def _give_back(claim: NotificationRow) -> None:
    """Delete the claim unless another process took it over."""
    try:
        claim.delete(_is_held(claim))
    except DeleteError as error:
        _log.error("the claim on an e-mail was not given back and expires: %s: %s", claim.owner_year, error)


def _is_held(claim: NotificationRow) -> Condition:
    """Return the condition that the claim is still that of `claim`, and not finished."""
    is_same = NotificationRow.claimed_at == claim.claimed_at
    return cast(Condition, is_same & NotificationRow.finished_at.does_not_exist())
