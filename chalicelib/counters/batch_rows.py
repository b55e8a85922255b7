"""Rows of the stream batches that were counted or archived: each batch once, wherever a delivery starts."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.archive import objects
from chalicelib.clicks import id_lists
from chalicelib.counters import stream_batch
from chalicelib.counters.stream_batch import AnyRecord
from chalicelib.domain.timestamps import expiry_time
from chalicelib.settings import STREAM_BATCH_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.counters import StreamBatchRow


def batch_row(sequences: Sequence[str], now: datetime, staged: str | None = None, stream: str = "") -> StreamBatchRow:
    """Return the row of a batch: its records, and its staged object if it has one.

    `stream` is a prefix of the key, since each stream numbers its records for itself; that of clicks has none.
    """
    expires_at = expiry_time(now, STREAM_BATCH_RETENTION_DAYS)
    records = id_lists.encode(sequences)
    return StreamBatchRow(f"{stream}{sequences[0]}", records=records, staged=staged, expires_at=expires_at)


def committed_batch(first: str, stream: str = "") -> StreamBatchRow | None:
    """Return the row of the committed batch that starts with this record, or None."""
    return get_or_none(StreamBatchRow, f"{stream}{first}")


def skip_batch(row: StreamBatchRow, pending: Sequence[AnyRecord], now: datetime, stream: str = "") -> list[AnyRecord]:
    """Publish the object of a committed batch, and return the records after the batch.

    If the delivery ends inside the batch (Lambda split it in two), the rest of the batch gets a row of its own: the
    next delivery starts there.
    """
    objects.publish(row.staged)
    remaining, rest = stream_batch.skip_counted(id_lists.decode(row.records), pending)
    if rest and committed_batch(rest[0], stream) is None:
        batch_row(rest, now, stream=stream).save()
    return remaining
