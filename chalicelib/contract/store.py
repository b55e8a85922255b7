"""Reading lists page by page, and writing what belongs together in one transaction, once."""

import base64
import binascii
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.contract.change import Change, kept
from chalicelib.contract.request import Request
from chalicelib.contract.schema import Document, ListQuery
from chalicelib.errors import Invalid, NotFound, Stale, Unavailable
from chalicelib.tables.base import FIRST_YEAR, Row, connection, existing
from chalicelib.tables.requests import Audit, Idempotency

ATTEMPTS = 20
PATIENCE_SECONDS = 15
"""Time for one more attempt must be left before API Gateway gives the call up after 29 seconds."""
PAGE_BYTES = 4_000_000
"""Of the 6 MB that a Lambda may answer with."""
_DAY_SECONDS = 86_400
_PASSING = {"None", "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}

Result = TypeVar("Result")


class Changed(Exception):  # noqa: N818 - a fact, not a fault
    """Something that was read changed before the transaction: read again, decide again."""


def found(model: type[Row], kind: str, key: str) -> Row:
    """The row as of now; `NotFound` says that there is no such kind of thing."""
    row = existing(model, key)
    if row is None:
        message = f"there is no {kind} {key}"
        raise NotFound(message)
    return row


@contextmanager
def transaction(
    request: Request, answer: Document | None = None, change: Change | None = None
) -> Iterator[TransactWrite]:
    """Writes all that the block adds, or nothing; raises `Changed` where a condition no longer holds.

    `answer` goes in with a request that carries an `Idempotency-Key`, so that a repeated request
    finds it, and two at once cannot both write. `change` goes into the audit log, where an admin made
    it: 2 of a transaction's 100 items, or 4 where its subject is a pair.
    """
    write = TransactWrite(connection=connection())
    if request.idempotency and answer:
        expired = Idempotency.expires_at <= int(request.now.timestamp())
        write.save(remembered(request, answer, request.call.status), Idempotency.key.does_not_exist() | expired)
    if change:
        add_change(write, request, change)
    yield write
    try:
        write._commit()  # noqa: SLF001 - its own `with` would hide our mapping of the refusal
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        if codes and codes <= _PASSING:
            raise Changed from error
        raise


def add_change(write: TransactWrite, request: Request, change: Change) -> None:
    """Adds the change to a transaction, for the audit log; a publisher's own changes are not logged."""
    if request.call.side != "admin":
        return
    audit_id, fitting = request.new_id("aud"), kept(change)
    # One row for the list of all changes, and one for that of each subject: no list is read through for another.
    for partition in (request.year, *(f"{subject}#{request.year}" for subject in change.subjects)):
        row = Audit(
            partition,
            audit_id,
            at=request.timestamp,
            actor=request.actor,
            action=f"{request.call.method} {request.call.path}",
            subject=change.subject,
            before=fitting.before,
            after=fitting.after,
        )
        write.save(row)


def remembered(request: Request, answer: Document, status: int) -> Idempotency:
    """The row that lets a repeated POST find its answer; what is shown once is not kept."""
    assert request.idempotency  # noqa: S101 - callers ask only for requests that carry a key
    shown_once = dict.fromkeys(answer.SHOWN_ONCE)
    return Idempotency(
        key=request.idempotency.key,
        request_digest=request.idempotency.digest,
        status=status,
        answer=answer.model_copy(update=shown_once).model_dump_json(),
        expires_at=int(request.now.timestamp()) + _DAY_SECONDS,
    )


def settled(attempt: Callable[[], Result]) -> Result:
    """The attempt's result, made anew (after a short random wait) as long as others change what it read."""
    began = time.monotonic()
    for n in range(ATTEMPTS):
        try:
            return attempt()
        except Changed:
            if time.monotonic() - began > PATIENCE_SECONDS:
                break
            time.sleep(random.uniform(0, 0.01 * 2 ** min(n, 5)))  # noqa: S311 - jitter
    message = "too many changes at once; send the request again"
    raise Unavailable(message)


def checked_version(request: Request, version: int) -> None:
    """Raises `Stale` where the edit expects another version than the present one."""
    if request.if_match is not None and request.if_match != version:
        message = f"the present version is {version}; read it again and repeat the edit"
        raise Stale(message)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its partitions in order, how to query one from after a position, and a row's position.

    `name` tells this list from others, so that a cursor is good for its own list only. `size` is about how
    many bytes a row takes in the answer, where rows may be so large that a page of them would not fit.
    """

    name: str
    partitions: Sequence[str]
    query: Callable[[str, str | None, int], Iterable[Any]]
    position: Callable[[Any], str]
    size: Callable[[Any], int] = lambda _: 0


def years(request: Request, *, newest_first: bool = True) -> list[str]:
    """The partitions of a list that is cut by year."""
    all_years = [str(year) for year in range(FIRST_YEAR, request.now.year + 1)]
    return all_years[::-1] if newest_first else all_years


def page(listing: Listing, query: ListQuery) -> tuple[list[Any], str | None]:
    """The rows of one page (fewer than the limit, where they are large) and the next one's cursor, None on the last."""
    partition, after = _opened(query.cursor, listing)
    rows: list[tuple[str, Any]] = []
    for each in listing.partitions[listing.partitions.index(partition) :] if partition else listing.partitions:
        wanted = query.limit + 1 - len(rows)
        rows += [(each, row) for row in listing.query(each, after if each == partition else None, wanted)]
        if len(rows) > query.limit:
            break
    shown = rows[: _fitting(listing, rows, query.limit)]
    cursor = None
    if len(shown) < len(rows):
        last_partition, last = shown[-1]
        cursor = _closed(listing.name, last_partition, listing.position(last))
    return [row for _, row in shown], cursor


def _fitting(listing: Listing, rows: Iterable[tuple[str, Any]], limit: int) -> int:
    """How many of the first rows make a page: at least one, whatever its size."""
    totals = accumulate(listing.size(row) for _, row in islice(rows, limit))
    return max(1, sum(total <= PAGE_BYTES for total in totals))


def _closed(name: str, partition: str, position: str) -> str:
    text = json.dumps([name, partition, position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _opened(cursor: str | None, listing: Listing) -> tuple[str | None, str | None]:
    if cursor is None:
        return None, None
    try:
        name, partition, position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError):
        name = partition = position = None
    if name != listing.name or partition not in listing.partitions or not isinstance(position, str):
        raise Invalid(("/cursor", "is not a cursor of this list"))
    return partition, position
