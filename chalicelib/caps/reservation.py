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

from chalicelib.caps.counter_update import WriteResult, WriteStatus, parse_counter, update
from chalicelib.caps.duplicate_filter import DuplicateMarker
from chalicelib.caps.lease_request import LeaseRequest
from chalicelib.caps.leases import LeasePool
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.click import RejectionReason
from chalicelib.dynamodb.attribute_values import number_value, string_value
from chalicelib.dynamodb.client import batch_get, call, table_name
from chalicelib.dynamodb.errors import CONDITION_FAILED, TRANSACTION_FAILED, NotApplied, RequestRejected, TableError

_ATTEMPTS = 10
_UNMET = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What one click takes of a campaign: places under its caps and the visitor's mark. `token` names the click."""

    places: Sequence[CapCounter]
    mark: DuplicateMarker | None
    token: str
    now: datetime


class _Thread(threading.local):
    """Leases are for one click after the other: a server's threads hold each their own."""

    def __init__(self) -> None:
        self.leases = LeasePool()


_thread = _Thread()


def reserve(reservation: Reservation) -> RejectionReason | None:
    """Takes all places and leaves the mark, or nothing at all and says which was refused.

    A cap is never exceeded: where a place has to be asked for, an unanswered or undecided write counts as refused. A
    mark alone that is not answered lets the visitor pass.
    """
    tries = count()

    def write(asks: Sequence[LeaseRequest]) -> WriteResult:
        # A token is for one request; a click may have to ask for less.
        return _written(reservation, asks, f"{reservation.token}-{next(tries)}")

    return _thread.leases.reserve(reservation.places, reservation.now, write)


def release_expired_lease(now: datetime) -> None:
    """Settles one of the leases that are over, if there is one. Sent once: what is not answered is written off."""
    move = _thread.leases.pop_expired(now)
    if move:
        with suppress(TableError):
            call("UpdateItem", update(move, table_name("caps")), once=True)


def check_only(reservation: Reservation) -> RejectionReason | None:
    """What `reserve` would say just now, taking nothing."""
    used = usage_by_key([place.key for place in reservation.places])
    mark = reservation.mark
    marks = batch_get("duplicates", [{"key": string_value(mark.key)}], consistent=True) if mark else ()
    if any(row["expires_at"] > reservation.now.timestamp() for row in marks):
        return RejectionReason.DUPLICATE
    asked = [place for place in reservation.places if not _thread.leases.holds(place, reservation.now)]
    return RejectionReason.CAP if any(used.get(place.key, 0) >= place.limit for place in asked) else None


def usage_by_key(keys: Sequence[str]) -> dict[str, int]:
    """How much is used up by each of the counters that exist, as of now; no keys, no read."""
    rows = batch_get("caps", [{"key": string_value(key)} for key in keys], consistent=True)
    return {row["key"]: row["used"] for row in rows}


def _written(reservation: Reservation, asks: Sequence[LeaseRequest], token: str) -> WriteResult:
    mark = reservation.mark
    try:
        if mark and asks:
            return _transact([{"Put": _duplicate_put(reservation, mark)}, *_updates(asks)], asks, token)
        if len(asks) > 1:
            return _transact(_updates(asks), asks, token)
        if mark:
            call("PutItem", _duplicate_put(reservation, mark))
        elif asks:
            return _update_one(asks[0])
    except RequestRejected as refused:
        return WriteResult(WriteStatus.DUPLICATE if refused.code == CONDITION_FAILED else WriteStatus.NOT_APPLIED)
    except NotApplied:
        return WriteResult(WriteStatus.NOT_APPLIED)
    except TableError:
        return WriteResult(WriteStatus.UNKNOWN)
    return WriteResult(WriteStatus.APPLIED)


def _update_one(ask: LeaseRequest) -> WriteResult:
    try:
        # A repeated increment would count a click twice; an unanswered one is taken as refused.
        done = call("UpdateItem", {**update(ask.update, table_name("caps")), "ReturnValues": "ALL_NEW"}, once=True)
    except RequestRejected as refused:
        if refused.code != CONDITION_FAILED:
            raise
        return WriteResult(WriteStatus.LIMIT_REACHED, {ask.counter.key: parse_counter(refused.item)})
    return WriteResult(WriteStatus.APPLIED, {ask.counter.key: parse_counter(done["Attributes"])})


def _updates(asks: Sequence[LeaseRequest]) -> list[dict[str, Any]]:
    return [{"Update": update(ask.update, table_name("caps"))} for ask in asks]


def _transact(writes: Sequence[Mapping[str, Any]], asks: Sequence[LeaseRequest], token: str) -> WriteResult:
    for n in range(_ATTEMPTS):
        try:
            call("TransactWriteItems", {"TransactItems": writes, "ClientRequestToken": token})
        except RequestRejected as refused:
            if refused.code != TRANSACTION_FAILED:
                raise
            unmet = [reason if reason.get("Code") == _UNMET else None for reason in refused.reasons]
            if any(unmet):
                return _unmet(unmet, asks)
            time.sleep(random.uniform(0, 0.005 * 2 ** min(n, 5)))  # noqa: S311 - jitter between contenders
        else:
            return WriteResult(WriteStatus.APPLIED)
    return WriteResult(WriteStatus.NOT_APPLIED)


def _unmet(reasons: Sequence[Mapping[str, Any] | None], asks: Sequence[LeaseRequest]) -> WriteResult:
    """What a transaction was refused for: its reasons, in its order, None for what was not refused."""
    if len(reasons) > len(asks) and reasons[0]:
        return WriteResult(WriteStatus.DUPLICATE)
    refused = zip(asks, reasons[-len(asks) :], strict=True)
    return WriteResult(
        WriteStatus.LIMIT_REACHED,
        {ask.counter.key: parse_counter(reason.get("Item")) for ask, reason in refused if reason},
    )


def _duplicate_put(reservation: Reservation, mark: DuplicateMarker) -> dict[str, Any]:
    return {
        "TableName": table_name("duplicates"),
        "Item": {
            "key": string_value(mark.key),
            "click_id": string_value(reservation.token),
            "expires_at": number_value(mark.expires_at),
        },
        # The table's own expiry may come days late: an old mark is overwritten.
        # Nor is a mark that this very click left, in an attempt that was not answered, a duplicate.
        "ConditionExpression": "attribute_not_exists(#key) OR expires_at <= :now OR click_id = :click",
        "ExpressionAttributeNames": {"#key": "key"},
        "ExpressionAttributeValues": {
            ":now": number_value(int(reservation.now.timestamp())),
            ":click": string_value(reservation.token),
        },
    }


def forget() -> None:
    """Forgets leases and which counters were seen full, for tests that begin with empty tables."""
    _thread.leases = LeasePool()
