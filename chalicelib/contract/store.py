"""Reading lists page by page, and writing what belongs together in one transaction, once."""

import base64
import binascii
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.contract.request import Request
from chalicelib.contract.schema import Document, ListQuery
from chalicelib.errors import Invalid, NotFound, Stale, Unavailable
from chalicelib.tables import Idempotency, connection

FIRST_YEAR = 2026
ATTEMPTS = 20
PATIENCE_SECONDS = 15
"""Time for one more attempt must be left before API Gateway gives the call up after 29 seconds."""
_DAY_SECONDS = 86_400
_PASSING = {"None", "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}

Row = TypeVar("Row", bound=Model)
Result = TypeVar("Result")


class Changed(Exception):  # noqa: N818 - a fact, not a fault
    """Something that was read changed before the transaction: read again, decide again."""


def existing(model: type[Row], hash_key: str, range_key: str | None = None) -> Row | None:
    """The row as of now; None where there is none."""
    try:
        return model.get(hash_key, range_key, consistent_read=True)
    except DoesNotExist:
        return None


def found(model: type[Row], kind: str, key: str) -> Row:
    """The row as of now; `NotFound` says that there is no such kind of thing."""
    row = existing(model, key)
    if row is None:
        message = f"there is no {kind} {key}"
        raise NotFound(message)
    return row


@contextmanager
def transaction(request: Request, answer: Document | None = None) -> Iterator[TransactWrite]:
    """Writes all that the block adds, or nothing; raises `Changed` where a condition no longer holds.

    `answer` goes in with a request that carries an `Idempotency-Key`, so that a repeated request
    finds it, and two at once cannot both write.
    """
    write = TransactWrite(connection=connection())
    if request.idempotency and answer:
        expired = Idempotency.expires_at <= int(request.now.timestamp())
        write.save(remembered(request, answer, request.call.status), Idempotency.key.does_not_exist() | expired)
    yield write
    try:
        write._commit()  # noqa: SLF001 - its own `with` would hide our mapping of the refusal
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        if codes and codes <= _PASSING:
            raise Changed from error
        raise


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

    `name` tells this list from others, so that a cursor is good for its own list only.
    """

    name: str
    partitions: Sequence[str]
    query: Callable[[str, str | None, int], Iterable[Any]]
    position: Callable[[Any], str]


def years(request: Request, *, newest_first: bool = True) -> list[str]:
    """The partitions of a list that is cut by year."""
    all_years = [str(year) for year in range(FIRST_YEAR, request.now.year + 1)]
    return all_years[::-1] if newest_first else all_years


def page(listing: Listing, query: ListQuery) -> tuple[list[Any], str | None]:
    """The rows of one page and the cursor of the next, None on the last."""
    partition, after = _opened(query.cursor, listing)
    rows: list[tuple[str, Any]] = []
    for each in listing.partitions[listing.partitions.index(partition) :] if partition else listing.partitions:
        wanted = query.limit + 1 - len(rows)
        rows += [(each, row) for row in listing.query(each, after if each == partition else None, wanted)]
        if len(rows) > query.limit:
            last_partition, last = rows[query.limit - 1]
            cursor = _closed(listing.name, last_partition, listing.position(last))
            return [row for _, row in rows[: query.limit]], cursor
    return [row for _, row in rows], None


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
