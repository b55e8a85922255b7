"""Rows of the attempts on stream batches: each record is in one committed batch, however deliveries are cut."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pynamodb.exceptions import PutError

from chalicelib.archive import objects
from chalicelib.counters import batch_claims
from chalicelib.counters.batch_claims import Claim
from chalicelib.counters.stream_batch import DIGEST_BYTES, AnyRecord
from chalicelib.domain.timestamps import expiry_time
from chalicelib.settings import STREAM_BATCH_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.counters import StreamBatchRow

MAX_ATTEMPTS = 5
"""Attempts on one batch that other invocations may cancel in one delivery. Lambda delivers the records again later."""

UNDECIDED = StreamBatchRow.first.does_not_exist()
"""The condition on which an attempt commits or is cancelled."""


class Overtaken(Exception):  # noqa: N818 - named for the fact
    """Other invocations cancelled each attempt on a batch."""


def advance(process: Callable[[list[AnyRecord]], list[AnyRecord]], pending: list[AnyRecord]) -> list[AnyRecord]:
    """Return the records that remain after `process`, which is called again if its attempt was cancelled.

    Raises Overtaken after `MAX_ATTEMPTS`.
    """
    for _ in range(MAX_ATTEMPTS):
        remaining = process(pending)
        if len(remaining) < len(pending):
            return remaining
    raise Overtaken


def committed_row(
    batch_id: str, records: Sequence[AnyRecord], now: datetime, staged: str | None = None
) -> StreamBatchRow:
    """Return the row that commits the batch: the digests of its records, and its staged object if it has one.

    Write it under the condition `UNDECIDED`.
    """
    digests = b"".join(record.digest for record in records)
    expires_at = expiry_time(now, STREAM_BATCH_RETENTION_DAYS)
    return StreamBatchRow(batch_id, digests=digests, staged=staged, expires_at=expires_at)


def uncounted(attempt: Claim, records: Sequence[AnyRecord], now: datetime) -> list[AnyRecord]:
    """Return the records that are in no committed batch. Each attempt on them that is undecided is cancelled.

    If records are left out, the object of their batch was published. A batch with these records, committed under the
    condition `UNDECIDED`, has no record in common with another committed batch.
    """
    claims = batch_claims.others(attempt)
    decided = _rows(claims)
    counted: set[bytes] = set()
    digests = {record.digest for record in records}
    for claim in claims:
        row = decided.get(claim.batch_id) or _decide(claim, now)
        shared = digests & _digests(row)
        if shared:
            objects.publish(row.staged)
        counted |= shared
    return [record for record in records if record.digest not in counted]


def _rows(claims: Sequence[Claim]) -> dict[str, StreamBatchRow]:
    ids = [claim.batch_id for claim in claims]
    return {row.first: row for row in StreamBatchRow.batch_get(ids, consistent_read=True)} if ids else {}


def _decide(claim: Claim, now: datetime) -> StreamBatchRow:
    """Cancel the attempt; return its row, which is that of a committed batch if it was faster."""
    cancelled = StreamBatchRow(claim.batch_id, expires_at=expiry_time(now, STREAM_BATCH_RETENTION_DAYS))
    try:
        cancelled.save(UNDECIDED)
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return get_or_none(StreamBatchRow, claim.batch_id) or cancelled
    batch_claims.withdraw(claim)
    return cancelled


def _digests(row: StreamBatchRow) -> set[bytes]:
    stored: bytes = row.digests or b""
    return {stored[start : start + DIGEST_BYTES] for start in range(0, len(stored), DIGEST_BYTES)}
