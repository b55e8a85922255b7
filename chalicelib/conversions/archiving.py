"""Archive the changes of conversions from the table's stream: each once, however often it is delivered."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PutError, PynamoDBException

from chalicelib.archive import objects, schema
from chalicelib.counters import batch_rows, stream_batch
from chalicelib.domain.conversion import complete_conversion
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.counters import StreamBatchRow

MAX_RECORDS = 1_000
STREAM = "conversions#"
"""Prefix of the keys of batches: another stream numbers its records for itself."""

_log = logging.getLogger("smartlink")


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the conversions' stream: its sequence number, its time in milliseconds, and its line if any."""

    sequence: str
    at: int
    line: Mapping[str, Any] | None = None


def archive(received: Sequence[Mapping[str, Any]], now: datetime) -> str | None:
    """Archive each change of the stream's records once; return the first record that was not archived, or None.

    As for clicks (`counters.aggregator.aggregate`), a batch has a row that is keyed by its first record and lists all
    of them. The object is staged before that row is written, and published after it.
    """
    pending = [decode_record(record) for record in received]
    while pending:
        try:
            pending = _archive_next(pending, now)
        except (PynamoDBException, BotoCoreError, ClientError) as error:
            _log.warning("archiving stopped at record %s: %r", pending[0].sequence, error)
            return pending[0].sequence
    return None


def decode_record(received: Mapping[str, Any]) -> Change:
    """Return a record of the stream's event. A removed conversion has no line, nor has what is no conversion."""
    sequence, at = stream_batch.position_of(received)
    image = received["dynamodb"].get("NewImage")
    if not image:
        return Change(sequence, at)
    row = ConversionRow()
    try:
        row.deserialize(image)
        stored = complete_conversion(row.attribute_values)
        return Change(sequence, at, schema.conversion_line(stored, sequence, at))
    except Exception:  # noqa: BLE001 - a broken record raises many kinds of errors
        _log.exception("a stream record of the conversions table is not a conversion and is not archived")
        return Change(sequence, at)


def _archive_next(pending: list[Change], now: datetime) -> list[Change]:
    """Archive or skip at least one record; return the remaining ones."""
    row = batch_rows.committed_batch(pending[0].sequence, STREAM)
    if row:
        return batch_rows.skip_batch(row, pending, now, STREAM)
    batch = pending[:MAX_RECORDS]
    staged = _stage(batch)
    if not _commit(batch, staged, now):
        return pending
    objects.publish(staged)
    return pending[len(batch) :]


def _stage(batch: Sequence[Change]) -> str | None:
    lines = [change.line for change in batch if change.line]
    key = objects.object_key(schema.CONVERSIONS, batch[0].sequence, batch[0].at)
    return objects.stage(key, lines) if lines else None


def _commit(batch: Sequence[Change], staged: str | None, now: datetime) -> bool:
    """Write the row of the batch; return False if another invocation has archived its first record."""
    row = batch_rows.batch_row([change.sequence for change in batch], now, staged, STREAM)
    try:
        row.save(StreamBatchRow.first.does_not_exist())
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True
