"""Rows of the stream batches that an earlier release counted or archived. They expire a week after the upgrade.

They are found by their first record only, as in that release: a delivery starts at the first record of such a batch,
or of the rest of one. A late delivery may be that of a mapping that was created again, which starts anywhere: each of
its records may be the first one of such a batch.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.archive import objects
from chalicelib.clicks import id_lists
from chalicelib.counters.stream_batch import AnyRecord
from chalicelib.domain.timestamps import expiry_time, milliseconds
from chalicelib.settings import STREAM_BATCH_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.counters import StreamBatchRow

_LATE = timedelta(minutes=5)
"""Age of a record from which a delivery is late: far more than a batch is collected for."""


def without_earlier(pending: Sequence[AnyRecord], now: datetime, stream: str = "") -> list[AnyRecord]:
    """Return the records that are in no batch of an earlier release, whose objects are published.

    If the delivery ends inside such a batch, the rest of the batch gets a row of its own: the next delivery starts
    there.
    """
    known: set[str] = set()
    for row in _rows(pending, now, stream):
        objects.publish(row.staged)
        sequences = id_lists.decode(row.records)
        known.update(sequences)
        _keep_rest(sequences, pending[-1].sequence, now, stream)
    return [record for record in pending if record.sequence not in known]


def _rows(pending: Sequence[AnyRecord], now: datetime, stream: str) -> list[StreamBatchRow]:
    is_late = milliseconds(now - _LATE) > pending[0].at
    names = [f"{stream}{record.sequence}" for record in pending]
    if is_late:
        return list(StreamBatchRow.batch_get(names, consistent_read=True))
    row = get_or_none(StreamBatchRow, names[0])
    return [row] if row else []


def _keep_rest(sequences: Sequence[str], last: str, now: datetime, stream: str) -> None:
    """Write a row for the records of a batch after the last one of the delivery, unless there are none."""
    rest = sequences[sequences.index(last) + 1 :] if last in sequences else []
    if rest and get_or_none(StreamBatchRow, f"{stream}{rest[0]}") is None:
        expires_at = expiry_time(now, STREAM_BATCH_RETENTION_DAYS)
        records = id_lists.encode(rest)
        StreamBatchRow(f"{stream}{rest[0]}", records=records, expires_at=expires_at).save()
