"""A queued message becomes at most one call, one delivery in the table, and what follows from it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from chalicelib import settings
from chalicelib.domain.macros import fill
from chalicelib.domain.timestamps import timestamp
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import send_once
from chalicelib.postbacks import http_client, queue
from chalicelib.postbacks.delivery_message import DeliveryMessage, decode, delivery_id, next_attempt
from chalicelib.postbacks.http_response import DeliveryOutcome, DeliveryStatus
from chalicelib.postbacks.macro_values import Values, macro_values, sample_values
from chalicelib.postbacks.retry_schedule import wait
from chalicelib.postbacks.signature import headers
from chalicelib.postbacks.subscription_filter import matches
from chalicelib.postbacks.target_url import target
from chalicelib.tables.base import get_or_none
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.postbacks import PostbackDeliveryRow, PostbackRow

CLAIM_SECONDS = 60
"""A claim older than this was left behind by a process that died: a call takes 5 seconds."""

_EARLY = timedelta(seconds=1)
_CONDITION_FAILED = "ConditionalCheckFailedException"


class DeliveryInProgress(Exception):  # noqa: N818 - a fact, not a fault
    """Somebody else is at this very delivery: the message must come again."""


@dataclass(frozen=True, slots=True)
class DeliveryDependencies:
    """What a delivery needs from outside: the time (aware), a draw in [0, 1) for the wait, the network, the queue."""

    now: datetime
    jitter: float
    call: Callable[[str, Mapping[str, str]], DeliveryOutcome]
    send: Callable[[DeliveryMessage], None]


def handle_message(body: str) -> None:
    """Carries out one message of the queue; whatever it raises, the message is to come again."""
    way = http_client.HttpClientConfig(loopback_allowed=settings.postbacks_to_loopback())
    world = DeliveryDependencies(
        now=datetime.now(UTC),
        jitter=random.random(),  # noqa: S311 - jitter
        call=lambda url, fields: http_client.get(url, fields, way),
        send=lambda message: queue.send([message], datetime.now(UTC)),
    )
    deliver(decode(body), world)


def deliver(message: DeliveryMessage, world: DeliveryDependencies) -> None:
    """Makes the message's one call and records it; raises `Busy` while somebody else does.

    Any number of times is as good as once: the delivery's row is claimed before the call, and what
    follows from its result is sent again for a message that comes again. What was deleted, or has changed
    since (that change has a message of its own), is not told.
    """
    if message.due > world.now + _EARLY:
        world.send(message)
        return
    postback = get_or_none(PostbackRow, message.publisher_id, message.postback_id)
    values = _values(message, postback, world.now) if postback else None
    if postback is None or values is None:
        return
    row = _claimed(_new_row(message, target(fill(postback.url, values)).url, world.now), world.now)
    if row.status == DeliveryStatus.SENDING and not _call(row, postback, world):
        return
    _retry_or_notify(row, message, world)


def _values(message: DeliveryMessage, postback: PostbackRow, now: datetime) -> Values | None:
    """What the postback's macros stand for; None where there is nothing to tell (any more)."""
    if message.conversion_id is None:
        return sample_values(message.publisher_id, now)
    conversion = get_or_none(ConversionRow, message.conversion_id)
    if conversion is None or conversion.publisher_id != message.publisher_id:
        return None
    known = conversion.attribute_values
    if conversion.revision != message.revision or not matches(postback, known):
        return None
    click = get_or_none(ClickRow, conversion.click_id)
    return macro_values(known, click.attribute_values if click else None)


def _new_row(message: DeliveryMessage, url: str, now: datetime) -> PostbackDeliveryRow:
    identifier = delivery_id(message)
    return PostbackDeliveryRow(
        identifier,
        postback_id=message.postback_id,
        publisher_id=message.publisher_id,
        conversion_id=message.conversion_id,
        revision=message.revision,
        series=message.series,
        attempt=message.attempt,
        url=url,
        status=DeliveryStatus.SENDING.value,
        claimed_at=int(now.timestamp()),
        at=timestamp(now),
        postback_month=f"{message.postback_id}#{now:%Y-%m}",
        moment=f"{int(now.timestamp() * 1000):013d}#{message.attempt}#{identifier}",
        expires_at=int((now + timedelta(days=settings.DELIVERY_RETENTION_DAYS)).timestamp()),
    )


def _claimed(row: PostbackDeliveryRow, now: datetime) -> PostbackDeliveryRow:
    """The delivery as ours to make (`sending`), or as it was made before; `Busy` while somebody makes it."""
    try:
        row.save(PostbackDeliveryRow.id.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        return _taken_over(PostbackDeliveryRow.get(row.id, consistent_read=True), row.url, now)
    return row


def _taken_over(row: PostbackDeliveryRow, url: str, now: datetime) -> PostbackDeliveryRow:
    if row.status != DeliveryStatus.SENDING:
        return row
    seconds = int(now.timestamp())
    claim: list[Action] = [PostbackDeliveryRow.claimed_at.set(seconds), PostbackDeliveryRow.url.set(url)]
    if seconds - row.claimed_at <= CLAIM_SECONDS or not _updated(row, claim):
        raise DeliveryInProgress(row.id)
    return row


def _updated(row: PostbackDeliveryRow, actions: list[Action]) -> bool:
    """Changes the delivery as long as nobody else has claimed or finished it; whether that was so."""
    unchanged = (PostbackDeliveryRow.claimed_at == row.claimed_at) & (PostbackDeliveryRow.status == row.status)
    try:
        row.update(actions, unchanged)
    except UpdateError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        return False
    return True


def _call(row: PostbackDeliveryRow, postback: PostbackRow, world: DeliveryDependencies) -> bool:
    """Makes the call and records how it ended; False where somebody else took the delivery over meanwhile."""
    outcome = world.call(row.url, headers(postback.secret, row.url, int(world.now.timestamp())))
    return _updated(row, _result(row.attempt, outcome, world))


def _result(attempt: int, outcome: DeliveryOutcome, world: DeliveryDependencies) -> list[Action]:
    status = outcome.status(attempt)
    known: list[tuple[Attribute[Any], Any]] = [
        (PostbackDeliveryRow.http_status, outcome.http_status),
        (PostbackDeliveryRow.error, outcome.error),
        (
            PostbackDeliveryRow.next_try_at,
            _next_try(attempt, outcome, world) if status is DeliveryStatus.FAILED else None,
        ),
    ]
    return [
        PostbackDeliveryRow.status.set(status.value),
        PostbackDeliveryRow.took_ms.set(outcome.took_ms),
        *(attribute.set(value) for attribute, value in known if value is not None),
    ]


def _next_try(attempt: int, outcome: DeliveryOutcome, world: DeliveryDependencies) -> str:
    waited = wait(attempt, world.jitter)
    assert waited is not None  # noqa: S101 - a try that failed for good is dead, not failed
    return timestamp(world.now + timedelta(milliseconds=outcome.took_ms) + waited)


def _retry_or_notify(row: PostbackDeliveryRow, message: DeliveryMessage, world: DeliveryDependencies) -> None:
    """Queues the next try of a failed one, and tells the publisher of a series given up, once a day and postback."""
    if row.status == DeliveryStatus.FAILED:
        assert row.next_try_at  # noqa: S101 - written together with the status
        world.send(next_attempt(message, datetime.fromisoformat(row.next_try_at)))
    elif row.status in (DeliveryStatus.DEAD, DeliveryStatus.REFUSED):
        send_once(row.publisher_id, _notice(row), once=f"{row.postback_id}#{row.at[:10]}", now=world.now)


def _notice(row: PostbackDeliveryRow) -> Notification:
    text = f"A postback to {target(row.url).authority} could not be delivered and was given up: {row.error}"
    subject = {"postback_id": row.postback_id, "delivery_id": row.id, "conversion_id": row.conversion_id}
    return Notification(NotificationKind.POSTBACK_FAILING, subject, text)
