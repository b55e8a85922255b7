"""Reading lists page by page, and writing what belongs together in one transaction, once."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.http.audit_change import AuditChange, truncate
from chalicelib.http.idempotency import idempotency_row
from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import NotFound, PreconditionFailed, Unavailable
from chalicelib.http.request import Request
from chalicelib.tables.base import AnyRow, connection, get_or_none
from chalicelib.tables.requests import AuditRow, IdempotencyKeyRow

ATTEMPTS = 20
RETRY_BUDGET_SECONDS = 15
"""Time for one more attempt must be left before API Gateway gives the call up after 29 seconds."""
_RETRYABLE_REASONS = {
    "None",
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}

Result = TypeVar("Result")


class TransactionConflict(Exception):  # noqa: N818 - a fact, not a fault
    """Something that was read changed before the transaction: read again, decide again."""


def get_or_404(model: type[AnyRow], kind: str, key: str) -> AnyRow:
    """The row as of now; `NotFound` says that there is no such kind of thing."""
    row = get_or_none(model, key)
    if row is None:
        message = f"there is no {kind} {key}"
        raise NotFound(message)
    return row


@contextmanager
def transaction(
    request: Request, answer: ResponseModel | None = None, change: AuditChange | None = None
) -> Iterator[TransactWrite]:
    """Writes all that the block adds, or nothing; raises `Changed` where a condition no longer holds.

    `answer` goes in with a request that carries an `Idempotency-Key`, so that a repeated request
    finds it, and two at once cannot both write. `change` goes into the audit log, where an admin made
    it: 2 of a transaction's 100 items, or 4 where its subject is a pair.
    """
    write = TransactWrite(connection=connection())
    if request.idempotency and answer:
        expired = IdempotencyKeyRow.expires_at <= int(request.now.timestamp())
        write.save(
            idempotency_row(request, answer, request.endpoint.status), IdempotencyKeyRow.key.does_not_exist() | expired
        )
    if change:
        add_change(write, request, change)
    yield write
    try:
        write._commit()  # noqa: SLF001 - its own `with` would hide our mapping of the refusal
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        if codes and codes <= _RETRYABLE_REASONS:
            raise TransactionConflict from error
        raise


def add_change(write: TransactWrite, request: Request, change: AuditChange) -> None:
    """Adds the change to a transaction, for the audit log; a publisher's own changes are not logged."""
    if request.endpoint.audience != "admin":
        return
    audit_id, fitting = request.new_id("aud"), truncate(change)
    # One row for the list of all changes, and one for that of each subject: no list is read through for another.
    for partition in (request.year, *(f"{subject}#{request.year}" for subject in change.subjects)):
        row = AuditRow(
            partition,
            audit_id,
            at=request.timestamp,
            actor=request.actor,
            action=f"{request.endpoint.method} {request.endpoint.path}",
            subject=change.subject,
            before=fitting.before,
            after=fitting.after,
        )
        write.save(row)


def retry_on_conflict(attempt: Callable[[], Result]) -> Result:
    """The attempt's result, made anew (after a short random wait) as long as others change what it read."""
    began = time.monotonic()
    for n in range(ATTEMPTS):
        try:
            return attempt()
        except TransactionConflict:
            if time.monotonic() - began > RETRY_BUDGET_SECONDS:
                break
            time.sleep(random.uniform(0, 0.01 * 2 ** min(n, 5)))  # noqa: S311 - jitter
    message = "too many changes at once; send the request again"
    raise Unavailable(message)


def check_if_match(request: Request, version: int) -> None:
    """Raises `Stale` where the edit expects another version than the present one."""
    if request.if_match is not None and request.if_match != version:
        message = f"the present version is {version}; read it again and repeat the edit"
        raise PreconditionFailed(message)
