"""Archive the changes of conversions from the table's stream: each once, however often it is delivered."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PutError, PynamoDBException

from chalicelib.archive import objects, schema
from chalicelib.counters import batch_claims, batch_rows, stream_batch
from chalicelib.counters.earlier_batches import without_earlier
from chalicelib.domain.conversion import complete_conversion
from chalicelib.tables.conversions import ConversionRow

MAX_RECORDS = 1_000
STREAM = "conversions#"
"""Prefix of the claims on batches, which are those of another stream without it."""

_log = logging.getLogger("smartlink")


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the conversions' stream: its position, and its line if it has one."""

    sequence: str
    at: int
    digest: bytes
    line: Mapping[str, Any] | None = None


def archive(received: Sequence[Mapping[str, Any]], now: datetime) -> str | None:
    """Archive each change of the stream's records once; return the first record that was not archived, or None.

    As for clicks (`counters.aggregator.aggregate`), an attempt on a batch is announced by a claim, and committed by a
    row with all records. The object is staged before that row is written, and published after it.
    """
    pending = [decode_record(record) for record in received]
    while pending:
        try:
            pending = batch_rows.advance(lambda records: _archive_next(records, now), pending)
        except (PynamoDBException, BotoCoreError, ClientError, batch_rows.Overtaken) as error:
            _log.warning("archiving stopped at record %s: %r", pending[0].sequence, error)
            return pending[0].sequence
    return None


def decode_record(received: Mapping[str, Any]) -> Change:
    """Return a record of the stream's event. A removed conversion has no line, nor has what is no conversion."""
    position = stream_batch.position_of(received)
    sequence, at, _ = position
    image = received["dynamodb"].get("NewImage")
    if not image:
        return Change(*position)
    row = ConversionRow()
    try:
        row.deserialize(image)
        stored = complete_conversion(row.attribute_values)
        return Change(*position, schema.conversion_line(stored, sequence, at))
    except Exception:  # noqa: BLE001 - a broken record raises many kinds of errors
        _log.exception("a stream record of the conversions table is not a conversion and is not archived")
        return Change(*position)


def _archive_next(pending: list[Change], now: datetime) -> list[Change]:
    """Archive or skip at least one record; return the remaining ones, all of them if the attempt was cancelled."""
    remaining = without_earlier(pending, now, STREAM)
    if len(remaining) < len(pending):
        return remaining
    batch = list(stream_batch.within_an_hour(pending[:MAX_RECORDS]))
    claim = batch_claims.claim(batch, now, STREAM)
    new = batch_rows.uncounted(claim, batch, now)
    if new and not _archive(new, claim.batch_id, now):
        return pending
    return pending[len(batch) :]


def _archive(batch: Sequence[Change], batch_id: str, now: datetime) -> bool:
    """Archive the batch; return False if another invocation has cancelled this attempt."""
    staged = _stage(batch)
    if not _commit(batch, batch_id, staged, now):
        return False
    objects.publish(staged)
    return True


def _stage(batch: Sequence[Change]) -> str | None:
    lines = [change.line for change in batch if change.line]
    first = batch[0]
    key = objects.object_key(schema.CONVERSIONS, first.sequence, first.at, first.digest)
    return objects.stage(key, lines) if lines else None


def _commit(batch: Sequence[Change], batch_id: str, staged: str | None, now: datetime) -> bool:
    """Write the row of the batch; return False if another invocation has cancelled this attempt."""
    try:
        batch_rows.committed_row(batch_id, batch, now, staged).save(batch_rows.UNDECIDED)
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True
