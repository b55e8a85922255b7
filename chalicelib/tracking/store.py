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

from chalicelib.dynamodb.errors import CONDITION_FAILED, TRANSACTION_FAILED, Refused, TableError
from chalicelib.dynamodb.items import Item, number, text
from chalicelib.dynamodb.store import batch_get, call, named
from chalicelib.settings import CLICK_DAYS, unwritten_clicks_queue
from chalicelib.smartlink import Refusal
from chalicelib.tracking.caps import Place
from chalicelib.tracking.clicks import item
from chalicelib.tracking.duplicates import Mark

_ATTEMPTS = 10
_UNMET = "ConditionalCheckFailed"
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
    except TableError:
        return Refusal.CAP if reservation.places else None
    if refusal is Refusal.CAP and len(reservation.places) == 1:
        _remember_full(reservation.places[0])
    return refusal


def peek(reservation: Reservation) -> Refusal | None:
    """What `reserve` would say just now, taking nothing."""
    used = used_of([place.key for place in reservation.places])
    mark = reservation.mark
    marks = batch_get("duplicates", [{"key": text(mark.key)}], consistent=True) if mark else ()
    if any(row["expires_at"] > reservation.now.timestamp() for row in marks):
        return Refusal.DUPLICATE
    return Refusal.CAP if any(used.get(p.key, 0) >= p.limit for p in reservation.places) else None


def used_of(keys: Sequence[str]) -> dict[str, int]:
    """How much is used up by each of the counters that exist, as of now; no keys, no read."""
    rows = batch_get("caps", [{"key": text(key)} for key in keys], consistent=True)
    return {row["key"]: row["used"] for row in rows}


def _reserve_one(reservation: Reservation) -> Refusal | None:
    try:
        if reservation.mark:
            call("PutItem", _marking(reservation, reservation.mark))
        else:
            # A repeated increment would count a click twice; an unanswered one is taken as refused.
            call("UpdateItem", _taking(reservation.places[0]), once=True)
    except Refused as refused:
        if refused.code != CONDITION_FAILED:
            raise
        return Refusal.DUPLICATE if reservation.mark else Refusal.CAP
    return None


def _reserve_together(reservation: Reservation) -> Refusal | None:
    for n in range(_ATTEMPTS):
        try:
            call("TransactWriteItems", _taking_all(reservation))
        except Refused as refused:
            if refused.code != TRANSACTION_FAILED:
                raise
            codes = [reason.get("Code") for reason in refused.reasons]
            if _UNMET in codes:
                marked = reservation.mark and codes[0] == _UNMET
                return Refusal.DUPLICATE if marked else Refusal.CAP
            time.sleep(random.uniform(0, 0.005 * 2 ** min(n, 5)))  # noqa: S311 - jitter between contenders
        else:
            return None
    return Refusal.CAP


def _taking_all(reservation: Reservation) -> dict[str, Any]:
    marks = [{"Put": _marking(reservation, reservation.mark)}] if reservation.mark else []
    places = [{"Update": _taking(place)} for place in reservation.places]
    return {"TransactItems": [*marks, *places], "ClientRequestToken": reservation.token}


def _marking(reservation: Reservation, mark: Mark) -> dict[str, Any]:
    return {
        "TableName": named("duplicates"),
        "Item": {
            "key": text(mark.key),
            "click_id": text(reservation.token),
            "expires_at": number(mark.expires_at),
        },
        # The table's own expiry may come days late: an old mark is overwritten.
        "ConditionExpression": "attribute_not_exists(#key) OR expires_at <= :now",
        "ExpressionAttributeNames": {"#key": "key"},
        "ExpressionAttributeValues": {":now": number(int(reservation.now.timestamp()))},
    }


def _taking(place: Place) -> dict[str, Any]:
    expiry = " SET expires_at = :expiry" if place.expires_at else ""
    values = {":one": number(1), ":limit": number(place.limit)}
    if place.expires_at:
        values[":expiry"] = number(int(place.expires_at.timestamp()))
    return {
        "TableName": named("caps"),
        "Key": {"key": text(place.key)},
        "UpdateExpression": f"ADD used :one{expiry}",
        "ConditionExpression": "attribute_not_exists(used) OR used < :limit",
        "ExpressionAttributeValues": values,
    }


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
    stored = item(record, record["at"] // 1000 + CLICK_DAYS * 86_400)
    try:
        _write(stored)
    except Exception as error:  # noqa: BLE001 - whatever it is, the click must not be lost
        print(f"click {record['click_id']} waits to be written: {error!r}", file=sys.stderr)
        _set_aside(stored)


def _write(stored: Item) -> None:
    # Whole and under its own ID: to write it twice is to write it once.
    call("PutItem", {"TableName": named("clicks"), "Item": stored})


def _set_aside(stored: Item) -> None:
    body = json.dumps(stored, separators=(",", ":"))
    try:
        queues().send_message(QueueUrl=unwritten_clicks_queue(), MessageBody=body)
    except Exception:  # noqa: BLE001 - see above
        # The last resort that can still be replayed by hand; the alarm `click-lost` watches for the word.
        print(f"CLICK_NOT_WRITTEN {body}", file=sys.stderr, flush=True)


@cache
def queues() -> Any:  # noqa: ANN401 - boto3's clients have no type of their own
    """The client of the queues for what cannot be written or counted just now."""
    import boto3  # noqa: PLC0415 - needed only when the table is sick

    return boto3.client("sqs")
