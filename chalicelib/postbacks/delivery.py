"""Delivery of a postback: claim the attempt, send at most one request, record the outcome, retry or notify."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from chalicelib import settings
from chalicelib.domain.click import complete_click
from chalicelib.domain.macros import fill
from chalicelib.domain.timestamps import expiry_time, timestamp
from chalicelib.observability.metrics import Metric, emit
from chalicelib.postbacks import failures, http_client, queue
from chalicelib.postbacks.delivery_lists import list_of
from chalicelib.postbacks.delivery_message import DeliveryMessage, decode, delivery_id, next_attempt
from chalicelib.postbacks.http_response import DeliveryOutcome, DeliveryStatus
from chalicelib.postbacks.macro_values import Values, macro_values, sample_values
from chalicelib.postbacks.retry_schedule import retry_delay
from chalicelib.postbacks.signature import signed_headers
from chalicelib.postbacks.subscription_filter import matches
from chalicelib.postbacks.target_url import parse_target
from chalicelib.tables.base import get_or_none
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.postbacks import PostbackDeliveryRow, PostbackRow

CLAIM_SECONDS = 60
"""Age at which a claim expires. A request takes at most 5 seconds, so the process of an older claim has died."""

_EARLY = timedelta(seconds=1)
_CONDITION_FAILED = "ConditionalCheckFailedException"


class DeliveryInProgress(Exception):  # noqa: N818 - an expected outcome, not a fault
    """Another process holds the claim on the delivery: the message must be received again."""


@dataclass(frozen=True, slots=True)
class DeliveryDependencies:
    """Inputs of a delivery: the time (aware), a draw in [0, 1) for the retry delay, the HTTP client, the queue."""

    now: datetime
    jitter: float
    http_get: Callable[[str, Mapping[str, str]], DeliveryOutcome]
    enqueue: Callable[[DeliveryMessage], None]


def handle_message(body: str) -> None:
    """Process one message of the queue. After any exception the message must be received again."""
    config = http_client.HttpClientConfig(loopback_allowed=settings.postbacks_to_loopback())
    dependencies = DeliveryDependencies(
        now=datetime.now(UTC),
        jitter=random.random(),  # noqa: S311 - jitter
        http_get=lambda url, headers: http_client.get(url, headers, config),
        enqueue=lambda message: queue.enqueue([message], datetime.now(UTC)),
    )
    deliver(decode(body), dependencies)


def deliver(message: DeliveryMessage, dependencies: DeliveryDependencies) -> None:
    """Send the message's one request and record its outcome; raise `DeliveryInProgress` if another process does.

    Idempotent: the delivery row is claimed before the request, and a repeated message queues the same retry and
    the same notification. Do nothing if the postback or the conversion was deleted, or if the conversion has a
    newer revision, which has a message of its own.
    """
    if message.due > dependencies.now + _EARLY:
        dependencies.enqueue(message)
        return
    postback = get_or_none(PostbackRow, message.publisher_id, message.postback_id)
    values = _values(message, postback, dependencies.now) if postback else None
    if postback is None or values is None:
        return
    url = parse_target(fill(postback.url, values)).url
    row = _claim(_new_row(message, url, dependencies.now), dependencies.now)
    if row.status == DeliveryStatus.SENDING and not _send(row, postback, dependencies):
        return
    _retry_or_notify(row, message, dependencies)


def _values(message: DeliveryMessage, postback: PostbackRow, now: datetime) -> Values | None:
    """Return the macro values; None if the conversion is gone, has changed, or no longer matches the postback."""
    if message.conversion_id is None:
        return sample_values(message.publisher_id, now)
    row = get_or_none(ConversionRow, message.conversion_id)
    if row is None or row.publisher_id != message.publisher_id:
        return None
    conversion = row.attribute_values
    if row.revision != message.revision or not matches(postback, conversion):
        return None
    click = get_or_none(ClickRow, row.click_id)
    return macro_values(conversion, complete_click(click.attribute_values) if click else None)


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
        status_shard=list_of(DeliveryStatus.SENDING, message.publisher_id),
        claimed_at=int(now.timestamp()),
        at=timestamp(now),
        postback_month=f"{message.postback_id}#{now:%Y-%m}",
        moment=f"{int(now.timestamp() * 1000):013d}#{message.attempt}#{identifier}",
        expires_at=expiry_time(now, settings.DELIVERY_RETENTION_DAYS),
    )


def _claim(row: PostbackDeliveryRow, now: datetime) -> PostbackDeliveryRow:
    """Return the delivery claimed by this process (`sending`), or the finished one.

    Raise `DeliveryInProgress` if another process holds the claim.
    """
    try:
        row.save(PostbackDeliveryRow.id.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        return _take_over(PostbackDeliveryRow.get(row.id, consistent_read=True), row.url, now)
    return row


def _take_over(row: PostbackDeliveryRow, url: str, now: datetime) -> PostbackDeliveryRow:
    """Return a finished delivery as it is; claim an unfinished one if its claim has expired."""
    if row.status != DeliveryStatus.SENDING:
        return row
    seconds = int(now.timestamp())
    claim: list[Action] = [PostbackDeliveryRow.claimed_at.set(seconds), PostbackDeliveryRow.url.set(url)]
    if seconds - row.claimed_at <= CLAIM_SECONDS or not _update_if_unchanged(row, claim):
        raise DeliveryInProgress(row.id)
    return row


def _update_if_unchanged(row: PostbackDeliveryRow, actions: list[Action]) -> bool:
    """Update the delivery; return False if another process claimed or finished it in the meantime."""
    unchanged = (PostbackDeliveryRow.claimed_at == row.claimed_at) & (PostbackDeliveryRow.status == row.status)
    try:
        row.update(actions, unchanged)
    except UpdateError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        return False
    return True


def _send(row: PostbackDeliveryRow, postback: PostbackRow, dependencies: DeliveryDependencies) -> bool:
    """Send the request and record its outcome; return False if another process took the delivery over."""
    headers = signed_headers(postback.secret, row.url, int(dependencies.now.timestamp()))
    outcome = dependencies.http_get(row.url, headers)
    is_recorded = _update_if_unchanged(row, _outcome_actions(row, outcome, dependencies))
    if is_recorded and row.status == DeliveryStatus.DEAD:
        emit({Metric.DELIVERIES_DEAD: 1})
    return is_recorded


def _outcome_actions(
    row: PostbackDeliveryRow, outcome: DeliveryOutcome, dependencies: DeliveryDependencies
) -> list[Action]:
    status = outcome.status(row.attempt)
    next_try_at = _next_try_at(row.attempt, outcome, dependencies) if status is DeliveryStatus.FAILED else None
    optional: list[tuple[Attribute[Any], Any]] = [
        (PostbackDeliveryRow.http_status, outcome.http_status),
        (PostbackDeliveryRow.error, outcome.error),
        (PostbackDeliveryRow.next_try_at, next_try_at),
    ]
    return [
        PostbackDeliveryRow.status.set(status.value),
        PostbackDeliveryRow.status_shard.set(list_of(status, row.publisher_id)),
        PostbackDeliveryRow.took_ms.set(outcome.took_ms),
        *(attribute.set(value) for attribute, value in optional if value is not None),
    ]


def _next_try_at(attempt: int, outcome: DeliveryOutcome, dependencies: DeliveryDependencies) -> str:
    delay = retry_delay(attempt, dependencies.jitter)
    assert delay is not None  # noqa: S101 - after the last attempt the status is `dead`, not `failed`
    return timestamp(dependencies.now + timedelta(milliseconds=outcome.took_ms) + delay)


def _retry_or_notify(row: PostbackDeliveryRow, message: DeliveryMessage, dependencies: DeliveryDependencies) -> None:
    """Queue the next attempt of a failed delivery, and notify the publisher of failures."""
    if row.status == DeliveryStatus.DELIVERED:
        failures.reset(row)
        return
    if row.status == DeliveryStatus.FAILED:
        assert row.next_try_at  # noqa: S101 - written together with the status
        dependencies.enqueue(next_attempt(message, datetime.fromisoformat(row.next_try_at)))
    failures.count_and_notify(row, dependencies.now)
