"""Reservation of a click: capacity under the caps of a campaign and the duplicate marker, in one write."""

import random
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from chalicelib.caps.counter_update import WriteResult, WriteStatus, parse_counter, update_request
from chalicelib.caps.duplicate_filter import DuplicateMarker
from chalicelib.caps.lease_request import LeaseRequest
from chalicelib.caps.leases import LeasePool
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.click import RejectionReason
from chalicelib.dynamodb.attribute_values import number_value, string_value
from chalicelib.dynamodb.client import batch_get, call, pause, table_name
from chalicelib.dynamodb.errors import CONDITION_FAILED, TRANSACTION_FAILED, NotApplied, RequestRejected, TableError

_ATTEMPTS = 10
_CONDITION_FAILED_REASON = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Reservation:
    """The cap counters and the duplicate marker of one click on one campaign. `token` is unique to the click."""

    counters: Sequence[CapCounter]
    marker: DuplicateMarker | None
    token: str
    now: datetime


class _ThreadState(threading.local):
    """Each thread of a server has its own leases, because a pool serves one click at a time."""

    def __init__(self) -> None:
        self.leases = LeasePool()


_thread = _ThreadState()


def reserve(reservation: Reservation) -> RejectionReason | None:
    """Reserve all counters and put the marker, or change nothing and return the reason of the rejection.

    A cap is never exceeded: a write to a counter with an unknown outcome counts as rejected. A write of the marker
    alone with an unknown outcome lets the visitor pass.
    """
    if reservation.marker is None and _thread.leases.take(reservation.counters, reservation.now):
        return None
    attempts = count()

    def write(requests: Sequence[LeaseRequest]) -> WriteResult:
        # DynamoDB accepts a token for one request only; a retry may ask for less.
        return _write(reservation, requests, f"{reservation.token}-{next(attempts)}")

    return _thread.leases.reserve(reservation.counters, reservation.now, write)


def release_expired_lease(now: datetime) -> None:
    """Release one expired lease, if any. The update is sent once; without a response the lease is written off."""
    update = _thread.leases.pop_expired(now)
    if update:
        with suppress(TableError):
            call("UpdateItem", update_request(update, table_name("caps")), at_most_once=True)


def check_only(reservation: Reservation) -> RejectionReason | None:
    """Return what `reserve` would return now, without reserving anything."""
    used = usage_by_key([counter.key for counter in reservation.counters])
    marker = reservation.marker
    rows = batch_get("duplicates", [{"key": string_value(marker.key)}], consistent=True) if marker else ()
    if any(row["expires_at"] > reservation.now.timestamp() for row in rows):
        return RejectionReason.DUPLICATE
    unleased = [counter for counter in reservation.counters if not _thread.leases.can_serve(counter, reservation.now)]
    return RejectionReason.CAP if any(used.get(counter.key, 0) >= counter.limit for counter in unleased) else None


def usage_by_key(keys: Sequence[str]) -> dict[str, int]:
    """Return the current usage of each existing counter, read consistently; without keys nothing is read."""
    rows = batch_get("caps", [{"key": string_value(key)} for key in keys], consistent=True)
    return {row["key"]: row["used"] for row in rows}


def _write(reservation: Reservation, requests: Sequence[LeaseRequest], token: str) -> WriteResult:
    """Write the marker, the requests or both with the cheapest operation: a transaction only for more than one item."""
    marker = reservation.marker
    try:
        if marker and requests:
            return _transact([{"Put": _put_marker(reservation, marker)}, *_updates(requests)], requests, token)
        if len(requests) > 1:
            return _transact(_updates(requests), requests, token)
        if not marker:
            return _update_one(requests[0])
        call("PutItem", _put_marker(reservation, marker))
    except RequestRejected as rejected:
        return WriteResult(WriteStatus.DUPLICATE if rejected.code == CONDITION_FAILED else WriteStatus.NOT_APPLIED)
    except NotApplied:
        return WriteResult(WriteStatus.NOT_APPLIED)
    except TableError:
        return WriteResult(WriteStatus.UNKNOWN)
    return WriteResult(WriteStatus.APPLIED)


def _update_one(request: LeaseRequest) -> WriteResult:
    update = {**update_request(request.update, table_name("caps")), "ReturnValues": "ALL_NEW"}
    try:
        # A repeated increment would count a click twice, so an unknown outcome counts as rejected.
        response = call("UpdateItem", update, at_most_once=True)
    except RequestRejected as rejected:
        if rejected.code != CONDITION_FAILED:
            raise
        return WriteResult(WriteStatus.LIMIT_REACHED, {request.counter.key: parse_counter(rejected.item)})
    return WriteResult(WriteStatus.APPLIED, {request.counter.key: parse_counter(response["Attributes"])})


def _updates(requests: Sequence[LeaseRequest]) -> list[dict[str, Any]]:
    return [{"Update": update_request(request.update, table_name("caps"))} for request in requests]


def _transact(writes: Sequence[Mapping[str, Any]], requests: Sequence[LeaseRequest], token: str) -> WriteResult:
    for n in range(_ATTEMPTS):
        try:
            call("TransactWriteItems", {"TransactItems": writes, "ClientRequestToken": token})
        except RequestRejected as rejected:
            if rejected.code != TRANSACTION_FAILED:
                raise
            failed = [reason if reason.get("Code") == _CONDITION_FAILED_REASON else None for reason in rejected.reasons]
            if any(failed):
                return _failed_conditions(failed, requests)
            if not pause(random.uniform(0, 0.005 * 2 ** min(n, 5))):  # noqa: S311 - jitter between contenders
                break
        else:
            return WriteResult(WriteStatus.APPLIED)
    return WriteResult(WriteStatus.NOT_APPLIED)


def _failed_conditions(reasons: Sequence[Mapping[str, Any] | None], requests: Sequence[LeaseRequest]) -> WriteResult:
    """Return the result of a transaction from its failed conditions, in its order; None for those that held."""
    if len(reasons) > len(requests) and reasons[0]:
        return WriteResult(WriteStatus.DUPLICATE)
    failed = zip(requests, reasons[-len(requests) :], strict=True)
    return WriteResult(
        WriteStatus.LIMIT_REACHED,
        {request.counter.key: parse_counter(reason.get("Item")) for request, reason in failed if reason},
    )


def _put_marker(reservation: Reservation, marker: DuplicateMarker) -> dict[str, Any]:
    return {
        "TableName": table_name("duplicates"),
        "Item": {
            "key": string_value(marker.key),
            "click_id": string_value(reservation.token),
            "expires_at": number_value(marker.expires_at),
        },
        # TTL may delete an expired marker days late, so it is overwritten.
        # A marker that this click itself put, in an attempt with an unknown outcome, is no duplicate.
        "ConditionExpression": "attribute_not_exists(#key) OR expires_at <= :now OR click_id = :click",
        "ExpressionAttributeNames": {"#key": "key"},
        "ExpressionAttributeValues": {
            ":now": number_value(int(reservation.now.timestamp())),
            ":click": string_value(reservation.token),
        },
    }


def clear_leases() -> None:
    """Drop all leases and exhausted counters, for tests that start with empty tables."""
    _thread.leases = LeasePool()
