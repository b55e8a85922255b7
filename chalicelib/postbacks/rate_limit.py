"""Limit on test postbacks: ten within any minute per publisher, exact under concurrency."""

from datetime import datetime
from math import ceil

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from chalicelib.domain.timestamps import expiry_time, milliseconds
from chalicelib.http.problems import TooManyRequests
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.base import get_or_none
from chalicelib.tables.postbacks import PostbackDeliveryRow

TESTS = 10
"""Most tests within any minute."""

_MINUTE_MS = 60_000


def take_place(publisher_id: str, now: datetime) -> None:
    """Count a test of the publisher.

    Raise `TooManyRequests` if the last minute has no place left, and `TransactionConflict` if another test was counted
    at the same time: the request is then repeated.
    """
    row, at = PostbackDeliveryRow(f"tests#{publisher_id}"), milliseconds(now)
    stored = get_or_none(PostbackDeliveryRow, row.id)
    counted = stored.tested_at if stored else None
    recent = recent_tests(counted or [], at)
    unchanged = PostbackDeliveryRow.tested_at == counted if counted else PostbackDeliveryRow.tested_at.does_not_exist()
    actions: list[Action] = [
        PostbackDeliveryRow.tested_at.set([*recent, at]),
        PostbackDeliveryRow.expires_at.set(expiry_time(now, 1)),
    ]
    try:
        row.update(actions, unchanged)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        raise TransactionConflict from error


def recent_tests(counted: list[int], at: int) -> list[int]:
    """Return the tests of the minute before `at`, in milliseconds; raise `TooManyRequests` if there are ten."""
    recent = [each for each in counted if each > at - _MINUTE_MS]
    if len(recent) >= TESTS:
        seconds = ceil((sorted(recent)[-TESTS] + _MINUTE_MS - at) / 1000)
        message = f"You have sent {TESTS} tests within a minute. Try again in {seconds} s."
        raise TooManyRequests(message, seconds)
    return recent
