"""Clicks into their table, and the places and marks that they take before."""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from chalicelib.caps.counter_update import Answer, Said, counter, update
from chalicelib.caps.duplicate_filter import Mark
from chalicelib.caps.lease_request import LeaseRequest
from chalicelib.caps.leases import LeasePool
from chalicelib.caps.windows import Place
from chalicelib.domain.click import Refusal
from chalicelib.dynamodb.attribute_values import number, text
from chalicelib.dynamodb.client import batch_get, call, named
from chalicelib.dynamodb.errors import CONDITION_FAILED, TRANSACTION_FAILED, Refused, TableError, Undone

_ATTEMPTS = 10
_UNMET = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What one click takes of a campaign: places under its caps and the visitor's mark. `token` names the click."""

    places: Sequence[Place]
    mark: Mark | None
    token: str
    now: datetime


class _Thread(threading.local):
    """Leases are for one click after the other: a server's threads hold each their own."""

    def __init__(self) -> None:
        self.leases = LeasePool()


_thread = _Thread()


def reserve(reservation: Reservation) -> Refusal | None:
    """Takes all places and leaves the mark, or nothing at all and says which was refused.

    A cap is never exceeded: where a place has to be asked for, an unanswered or undecided write counts as refused. A
    mark alone that is not answered lets the visitor pass.
    """
    tries = count()

    def write(asks: Sequence[LeaseRequest]) -> Answer:
        # A token is for one request; a click may have to ask for less.
        return _written(reservation, asks, f"{reservation.token}-{next(tries)}")

    return _thread.leases.reserve(reservation.places, reservation.now, write)


def settle(now: datetime) -> None:
    """Settles one of the leases that are over, if there is one. Sent once: what is not answered is written off."""
    move = _thread.leases.overdue(now)
    if move:
        with suppress(TableError):
            call("UpdateItem", update(move, named("caps")), once=True)


def peek(reservation: Reservation) -> Refusal | None:
    """What `reserve` would say just now, taking nothing."""
    used = used_of([place.key for place in reservation.places])
    mark = reservation.mark
    marks = batch_get("duplicates", [{"key": text(mark.key)}], consistent=True) if mark else ()
    if any(row["expires_at"] > reservation.now.timestamp() for row in marks):
        return Refusal.DUPLICATE
    asked = [place for place in reservation.places if not _thread.leases.holds(place, reservation.now)]
    return Refusal.CAP if any(used.get(place.key, 0) >= place.limit for place in asked) else None


def used_of(keys: Sequence[str]) -> dict[str, int]:
    """How much is used up by each of the counters that exist, as of now; no keys, no read."""
    rows = batch_get("caps", [{"key": text(key)} for key in keys], consistent=True)
    return {row["key"]: row["used"] for row in rows}


def _written(reservation: Reservation, asks: Sequence[LeaseRequest], token: str) -> Answer:
    mark = reservation.mark
    try:
        if mark and asks:
            return _together([{"Put": _marking(reservation, mark)}, *_updates(asks)], asks, token)
        if len(asks) > 1:
            return _together(_updates(asks), asks, token)
        if mark:
            call("PutItem", _marking(reservation, mark))
        elif asks:
            return _asked_alone(asks[0])
    except Refused as refused:
        return Answer(Said.DUPLICATE if refused.code == CONDITION_FAILED else Said.UNDONE)
    except Undone:
        return Answer(Said.UNDONE)
    except TableError:
        return Answer(Said.UNKNOWN)
    return Answer(Said.DONE)


def _asked_alone(ask: LeaseRequest) -> Answer:
    try:
        # A repeated increment would count a click twice; an unanswered one is taken as refused.
        done = call("UpdateItem", {**update(ask.move, named("caps")), "ReturnValues": "ALL_NEW"}, once=True)
    except Refused as refused:
        if refused.code != CONDITION_FAILED:
            raise
        return Answer(Said.NO_ROOM, {ask.place.key: counter(refused.item)})
    return Answer(Said.DONE, {ask.place.key: counter(done["Attributes"])})


def _updates(asks: Sequence[LeaseRequest]) -> list[dict[str, Any]]:
    return [{"Update": update(ask.move, named("caps"))} for ask in asks]


def _together(writes: Sequence[Mapping[str, Any]], asks: Sequence[LeaseRequest], token: str) -> Answer:
    for n in range(_ATTEMPTS):
        try:
            call("TransactWriteItems", {"TransactItems": writes, "ClientRequestToken": token})
        except Refused as refused:
            if refused.code != TRANSACTION_FAILED:
                raise
            unmet = [reason if reason.get("Code") == _UNMET else None for reason in refused.reasons]
            if any(unmet):
                return _unmet(unmet, asks)
            time.sleep(random.uniform(0, 0.005 * 2 ** min(n, 5)))  # noqa: S311 - jitter between contenders
        else:
            return Answer(Said.DONE)
    return Answer(Said.UNDONE)


def _unmet(reasons: Sequence[Mapping[str, Any] | None], asks: Sequence[LeaseRequest]) -> Answer:
    """What a transaction was refused for: its reasons, in its order, None for what was not refused."""
    if len(reasons) > len(asks) and reasons[0]:
        return Answer(Said.DUPLICATE)
    refused = zip(asks, reasons[-len(asks) :], strict=True)
    return Answer(Said.NO_ROOM, {ask.place.key: counter(reason.get("Item")) for ask, reason in refused if reason})


def _marking(reservation: Reservation, mark: Mark) -> dict[str, Any]:
    return {
        "TableName": named("duplicates"),
        "Item": {
            "key": text(mark.key),
            "click_id": text(reservation.token),
            "expires_at": number(mark.expires_at),
        },
        # The table's own expiry may come days late: an old mark is overwritten.
        # Nor is a mark that this very click left, in an attempt that was not answered, a duplicate.
        "ConditionExpression": "attribute_not_exists(#key) OR expires_at <= :now OR click_id = :click",
        "ExpressionAttributeNames": {"#key": "key"},
        "ExpressionAttributeValues": {
            ":now": number(int(reservation.now.timestamp())),
            ":click": text(reservation.token),
        },
    }


def forget() -> None:
    """Forgets leases and which counters were seen full, for tests that begin with empty tables."""
    _thread.leases = LeasePool()
