"""Clicks into their table, and the places and marks that they take before."""

import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PutError, PynamoDBException, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.settings import CLICK_DAYS, unwritten_clicks_queue
from chalicelib.smartlink import Refusal
from chalicelib.tables import Cap, Click, Duplicate, connection
from chalicelib.tracking.caps import Place
from chalicelib.tracking.duplicates import Mark

_ATTEMPTS = 10
_CONDITION_FAILED = "ConditionalCheckFailed"
_REMEMBERED_FULL = 10_000


@dataclass(frozen=True, slots=True)
class Reservation:
    """What one click takes of a campaign: places under its caps and the visitor's mark. `token` names the click."""

    places: Sequence[Place]
    mark: Mark | None
    token: str
    now: datetime


_full: set[tuple[str, int]] = set()
"""Counters seen full, with the limit they were full at: a window never empties again, so no need to ask twice."""


def reserve(reservation: Reservation) -> Refusal | None:
    """Takes all places and leaves the mark, or nothing at all and says which was refused.

    A cap is never exceeded: where there is one, an unanswered or undecided write counts as refused. A mark
    alone that is not answered lets the visitor pass.
    """
    if any(_seen_full(place) for place in reservation.places):
        return Refusal.CAP
    wanted = len(reservation.places) + (reservation.mark is not None)
    if wanted == 0:
        return None
    try:
        refusal = _reserve_together(reservation) if wanted > 1 else _reserve_one(reservation)
    except (PynamoDBException, BotoCoreError):
        return Refusal.CAP if reservation.places else None
    if refusal is Refusal.CAP and len(reservation.places) == 1:
        _remember_full(reservation.places[0])
    return refusal


def peek(reservation: Reservation) -> Refusal | None:
    """What `reserve` would say just now, taking nothing."""
    used = used_of([place.key for place in reservation.places])
    mark = reservation.mark
    marks = Duplicate.batch_get([mark.key], consistent_read=True) if mark else ()
    if any(row.expires_at > reservation.now.timestamp() for row in marks):
        return Refusal.DUPLICATE
    return Refusal.CAP if any(used.get(p.key, 0) >= p.limit for p in reservation.places) else None


def used_of(keys: Sequence[str]) -> dict[str, int]:
    """How much is used up by each of the counters that exist, as of now; no keys, no read."""
    return {row.key: row.used for row in Cap.batch_get(keys, consistent_read=True)} if keys else {}


def add_used(write: TransactWrite, key: str, amount: int, expires_at: datetime | None) -> None:
    """Adds to the transaction that a counter moves by `amount` (below 0: is given back), whatever its limit."""
    write.update(Cap(key), _moving(amount, expires_at))


def _reserve_one(reservation: Reservation) -> Refusal | None:
    try:
        if reservation.mark:
            _row(reservation).save(_unmarked(reservation))
        else:
            place = reservation.places[0]
            Cap(place.key).update(_taking(place), _has_room(place))
    except (PutError, UpdateError) as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return Refusal.DUPLICATE if reservation.mark else Refusal.CAP
    return None


def _reserve_together(reservation: Reservation) -> Refusal | None:
    for n in range(_ATTEMPTS):
        try:
            _commit(reservation)
        except TransactWriteError as error:
            codes = [reason.code if reason else None for reason in error.cancellation_reasons]
            if not codes:
                raise
            if _CONDITION_FAILED in codes:
                # PynamoDB sends puts before updates: the mark, where there is one, comes first.
                marked = reservation.mark and codes[0] == _CONDITION_FAILED
                return Refusal.DUPLICATE if marked else Refusal.CAP
            time.sleep(random.uniform(0, 0.005 * 2 ** min(n, 5)))  # noqa: S311 - jitter between contenders
        else:
            return None
    return Refusal.CAP


def _commit(reservation: Reservation) -> None:
    with TransactWrite(connection=connection(), client_request_token=reservation.token) as write:
        if reservation.mark:
            write.save(_row(reservation), _unmarked(reservation))
        for place in reservation.places:
            write.update(Cap(place.key), _taking(place), _has_room(place))


def _row(reservation: Reservation) -> Duplicate:
    mark = reservation.mark
    assert mark  # noqa: S101 - asked only where there is one
    return Duplicate(mark.key, click_id=reservation.token, expires_at=mark.expires_at)


def _unmarked(reservation: Reservation) -> Condition:
    # The table's own expiry may come days late: an old mark is overwritten.
    unmarked: Condition = Duplicate.key.does_not_exist() | (Duplicate.expires_at <= int(reservation.now.timestamp()))
    return unmarked


def _taking(place: Place) -> list[Any]:
    return _moving(1, place.expires_at)


def _moving(amount: int, expires_at: datetime | None) -> list[Any]:
    expiry = [Cap.expires_at.set(expires_at)] if expires_at else []
    return [Cap.used.add(amount), *expiry]


def _has_room(place: Place) -> Condition:
    room: Condition = Cap.used.does_not_exist() | (Cap.used < place.limit)
    return room


def _seen_full(place: Place) -> bool:
    return (place.key, place.limit) in _full


def _remember_full(place: Place) -> None:
    if len(_full) >= _REMEMBERED_FULL:
        _full.clear()
    _full.add((place.key, place.limit))


def forget() -> None:
    """Forgets which counters were seen full, for tests that begin with empty tables."""
    _full.clear()


def write_click(record: Mapping[str, Any]) -> None:
    """Writes the click; one that the table refuses goes to the queue, one that this refuses too to the log.

    Never raises: the visitor is on the way.
    """
    row = Click(**record, expires_at=record["at"] // 1000 + CLICK_DAYS * 86_400)
    try:
        row.save()
    except (PynamoDBException, BotoCoreError):
        _set_aside(row)


def write_set_aside(body: str) -> None:
    """Writes a click that was set aside: the queue's message is the item itself."""
    row = Click()
    row.deserialize(json.loads(body))
    row.save()


def _set_aside(row: Click) -> None:
    item = json.dumps(row.serialize(), separators=(",", ":"))
    try:
        _send(item)
    except (BotoCoreError, ClientError, KeyError):
        # The last resort that can still be replayed by hand; the alarm `click-lost` watches for the word.
        print(f"CLICK_NOT_WRITTEN {item}", file=sys.stderr, flush=True)


def _send(item: str) -> None:
    queues().send_message(QueueUrl=unwritten_clicks_queue(), MessageBody=item)


@cache
def queues() -> Any:  # noqa: ANN401 - boto3's clients have no type of their own
    """The client of the queues for what cannot be written or counted just now."""
    import boto3  # noqa: PLC0415 - needed only when the table is sick

    return boto3.client("sqs")
