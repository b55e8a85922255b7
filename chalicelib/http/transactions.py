"""Transactions with audit log and idempotency key, retries on conflict, and `If-Match`."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.http.audit_change import AuditChange, truncate
from chalicelib.http.idempotency import idempotency_row
from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import NotFound, PreconditionFailed, Unavailable, ValidationFailed
from chalicelib.http.request import Request
from chalicelib.tables.base import MAX_ITEM_BYTES, AnyRow, commit, connection, get_or_none, item_bytes
from chalicelib.tables.requests import AuditRow, IdempotencyKeyRow, user_year

ATTEMPTS = 20
RETRY_BUDGET_SECONDS = 15
"""After this time no new attempt starts: the last one must end before API Gateway's timeout of 29 seconds."""
_RETRYABLE_REASONS = {
    "None",
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}

Result = TypeVar("Result")


class TransactionConflict(Exception):  # noqa: N818 - a fact, not a fault
    """A row changed between the read and the transaction. Read it again and decide again."""


def get_or_404(model: type[AnyRow], kind: str, key: str) -> AnyRow:
    """Return the current row; raise `NotFound` if there is none. `kind` names the resource in the message."""
    row = get_or_none(model, key)
    if row is None:
        message = f"There is no {kind} {key}."
        raise NotFound(message)
    return row


def check_item_size(row: Model) -> None:
    """Raise `ValidationFailed` if DynamoDB would reject the row's item for its size."""
    size = item_bytes(row)
    if size > MAX_ITEM_BYTES:
        raise ValidationFailed(("", f"is too large: {size:,} bytes to store, at most {MAX_ITEM_BYTES:,} fit"))


class _MeasuredWrite(TransactWrite):
    """A transaction whose saved items are checked for their size. An update needs the check of its whole row."""

    def save(self, model: AnyRow, condition: Condition | None = None, return_values: str | None = None) -> None:
        check_item_size(model)
        super().save(model, condition, return_values)


@contextmanager
def transaction(
    request: Request, response: ResponseModel | None = None, change: AuditChange | None = None
) -> Iterator[TransactWrite]:
    """Write all items that the block adds, or none; raise `TransactionConflict` if a condition fails.

    If the request has an `Idempotency-Key`, `response` is stored in the same transaction: a repeated request
    finds it, and two concurrent requests cannot both write. `change` is added to the audit log. It takes 2 of the 100
    items of a transaction, or 4 if its subject is a pair.
    """
    write = _MeasuredWrite(connection=connection())
    if request.idempotency and response:
        _add_response(write, request, response)
    if change:
        add_change(write, request, change)
    yield write
    _commit(write)


def _add_response(write: TransactWrite, request: Request, response: ResponseModel) -> None:
    is_expired = IdempotencyKeyRow.expires_at <= int(request.now.timestamp())
    row = idempotency_row(request, response, request.endpoint.status)
    write.save(row, IdempotencyKeyRow.key.does_not_exist() | is_expired)


def _commit(write: TransactWrite) -> None:
    try:
        commit(write)
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        if codes and codes <= _RETRYABLE_REASONS:
            raise TransactionConflict from error
        raise


def add_change(write: TransactWrite, request: Request, change: AuditChange) -> None:
    """Add the change to the transaction and thereby to the audit log.

    The log lists changes by admins, and those by publishers that say so.
    """
    audience = request.endpoint.audience
    if not (audience == "admin" or (audience == "publisher" and change.also_by_publishers)):
        return
    audit_id, truncated = request.new_id("aud"), truncate(change)
    # One row for the list of all changes and one for the list of each subject, so that no list needs a filter.
    for partition in (request.year, *(f"{subject}#{request.year}" for subject in change.subjects)):
        row = AuditRow(
            partition,
            audit_id,
            at=request.timestamp,
            actor=request.key_id,
            user_id=request.actor,
            user_name=request.actor_name or request.actor,
            user_year=user_year(request.actor, request.year) if partition == request.year else None,
            action=f"{request.endpoint.method} {request.endpoint.path}",
            subject=change.subject,
            before=truncated.before,
            after=truncated.after,
        )
        write.save(row)


def retry_on_conflict(attempt: Callable[[], Result]) -> Result:
    """Return the result of `attempt`. Repeat it after a short random wait if it raises `TransactionConflict`.

    Raise `Unavailable` after `ATTEMPTS` or `RETRY_BUDGET_SECONDS`.
    """
    started = time.monotonic()
    for n in range(ATTEMPTS):
        try:
            return attempt()
        except TransactionConflict:
            if time.monotonic() - started > RETRY_BUDGET_SECONDS:
                break
            time.sleep(random.uniform(0, 0.01 * 2 ** min(n, 5)))  # noqa: S311 - jitter
    message = "Other requests are changing this resource. Retry the request."
    raise Unavailable(message)


def check_if_match(request: Request, version: int) -> None:
    """Raise `PreconditionFailed` if the edit expects a version other than the current one."""
    if request.if_match is not None and request.if_match != version:
        message = f"The current version is {version}. Fetch the resource and retry with its ETag."
        raise PreconditionFailed(message)
