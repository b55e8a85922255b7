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
from chalicelib.notifications.notification import Notice, NotificationKind
from chalicelib.notifications.send import notify
from chalicelib.postbacks import http_client, queue
from chalicelib.postbacks.delivery_message import Message, delivery_id, following, parsed
from chalicelib.postbacks.http_response import DeliveryStatus, Outcome
from chalicelib.postbacks.macro_values import Values, macro_values, sample_values
from chalicelib.postbacks.retry_schedule import wait
from chalicelib.postbacks.signature import headers
from chalicelib.postbacks.subscription_filter import wants
from chalicelib.postbacks.target_url import target
from chalicelib.tables.base import existing
from chalicelib.tables.clicks import Click
from chalicelib.tables.conversions import Conversion
from chalicelib.tables.postbacks import Postback, PostbackDelivery

CLAIM_SECONDS = 60
"""A claim older than this was left behind by a process that died: a call takes 5 seconds."""

_EARLY = timedelta(seconds=1)
_CONDITION_FAILED = "ConditionalCheckFailedException"


class Busy(Exception):  # noqa: N818 - a fact, not a fault
    """Somebody else is at this very delivery: the message must come again."""


@dataclass(frozen=True, slots=True)
class World:
    """What a delivery needs from outside: the time (aware), a draw in [0, 1) for the wait, the network, the queue."""

    now: datetime
    jitter: float
    call: Callable[[str, Mapping[str, str]], Outcome]
    send: Callable[[Message], None]


def deliver_now(body: str) -> None:
    """Carries out one message of the queue; whatever it raises, the message is to come again."""
    way = http_client.Way(loopback_allowed=settings.postbacks_to_loopback())
    world = World(
        now=datetime.now(UTC),
        jitter=random.random(),  # noqa: S311 - jitter
        call=lambda url, fields: http_client.get(url, fields, way),
        send=lambda message: queue.send([message], datetime.now(UTC)),
    )
    deliver(parsed(body), world)


def deliver(message: Message, world: World) -> None:
    """Makes the message's one call and records it; raises `Busy` while somebody else does.

    Any number of times is as good as once: the delivery's row is claimed before the call, and what
    follows from its result is sent again for a message that comes again. What was deleted, or has changed
    since (that change has a message of its own), is not told.
    """
    if message.due > world.now + _EARLY:
        world.send(message)
        return
    postback = existing(Postback, message.publisher_id, message.postback_id)
    values = _values(message, postback, world.now) if postback else None
    if postback is None or values is None:
        return
    row = _claimed(_new_row(message, target(fill(postback.url, values)).url, world.now), world.now)
    if row.status == DeliveryStatus.SENDING and not _call(row, postback, world):
        return
    _follow(row, message, world)


def _values(message: Message, postback: Postback, now: datetime) -> Values | None:
    """What the postback's macros stand for; None where there is nothing to tell (any more)."""
    if message.conversion_id is None:
        return sample_values(message.publisher_id, now)
    conversion = existing(Conversion, message.conversion_id)
    if conversion is None or conversion.publisher_id != message.publisher_id:
        return None
    known = conversion.attribute_values
    if conversion.revision != message.revision or not wants(postback, known):
        return None
    click = existing(Click, conversion.click_id)
    return macro_values(known, click.attribute_values if click else None)


def _new_row(message: Message, url: str, now: datetime) -> PostbackDelivery:
    identifier = delivery_id(message)
    return PostbackDelivery(
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
        expires_at=int((now + timedelta(days=settings.DELIVERY_DAYS)).timestamp()),
    )


def _claimed(row: PostbackDelivery, now: datetime) -> PostbackDelivery:
    """The delivery as ours to make (`sending`), or as it was made before; `Busy` while somebody makes it."""
    try:
        row.save(PostbackDelivery.id.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        return _taken_over(PostbackDelivery.get(row.id, consistent_read=True), row.url, now)
    return row


def _taken_over(row: PostbackDelivery, url: str, now: datetime) -> PostbackDelivery:
    if row.status != DeliveryStatus.SENDING:
        return row
    seconds = int(now.timestamp())
    claim: list[Action] = [PostbackDelivery.claimed_at.set(seconds), PostbackDelivery.url.set(url)]
    if seconds - row.claimed_at <= CLAIM_SECONDS or not _updated(row, claim):
        raise Busy(row.id)
    return row


def _updated(row: PostbackDelivery, actions: list[Action]) -> bool:
    """Changes the delivery as long as nobody else has claimed or finished it; whether that was so."""
    unchanged = (PostbackDelivery.claimed_at == row.claimed_at) & (PostbackDelivery.status == row.status)
    try:
        row.update(actions, unchanged)
    except UpdateError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        return False
    return True


def _call(row: PostbackDelivery, postback: Postback, world: World) -> bool:
    """Makes the call and records how it ended; False where somebody else took the delivery over meanwhile."""
    outcome = world.call(row.url, headers(postback.secret, row.url, int(world.now.timestamp())))
    return _updated(row, _result(row.attempt, outcome, world))


def _result(attempt: int, outcome: Outcome, world: World) -> list[Action]:
    status = outcome.status(attempt)
    known: list[tuple[Attribute[Any], Any]] = [
        (PostbackDelivery.http_status, outcome.http_status),
        (PostbackDelivery.error, outcome.error),
        (PostbackDelivery.next_try_at, _next_try(attempt, outcome, world) if status is DeliveryStatus.FAILED else None),
    ]
    return [
        PostbackDelivery.status.set(status.value),
        PostbackDelivery.took_ms.set(outcome.took_ms),
        *(attribute.set(value) for attribute, value in known if value is not None),
    ]


def _next_try(attempt: int, outcome: Outcome, world: World) -> str:
    waited = wait(attempt, world.jitter)
    assert waited is not None  # noqa: S101 - a try that failed for good is dead, not failed
    return timestamp(world.now + timedelta(milliseconds=outcome.took_ms) + waited)


def _follow(row: PostbackDelivery, message: Message, world: World) -> None:
    """Queues the next try of a failed one, and tells the publisher of a series given up, once a day and postback."""
    if row.status == DeliveryStatus.FAILED:
        assert row.next_try_at  # noqa: S101 - written together with the status
        world.send(following(message, datetime.fromisoformat(row.next_try_at)))
    elif row.status in (DeliveryStatus.DEAD, DeliveryStatus.REFUSED):
        notify(row.publisher_id, _notice(row), once=f"{row.postback_id}#{row.at[:10]}", now=world.now)


def _notice(row: PostbackDelivery) -> Notice:
    text = f"A postback to {target(row.url).authority} could not be delivered and was given up: {row.error}"
    subject = {"postback_id": row.postback_id, "delivery_id": row.id, "conversion_id": row.conversion_id}
    return Notice(NotificationKind.POSTBACK_FAILING, subject, text)
