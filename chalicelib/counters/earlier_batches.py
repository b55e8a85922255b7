"""Rows of the stream batches that an earlier release counted or archived. They expire a week after the upgrade.

They are found by their first record only, as in that release: a delivery starts at the first record of such a batch,
or of the rest of one.
"""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.archive import objects
from chalicelib.clicks import id_lists
from chalicelib.counters.stream_batch import AnyRecord
from chalicelib.domain.timestamps import expiry_time
from chalicelib.settings import STREAM_BATCH_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.counters import StreamBatchRow


def without_earlier(pending: Sequence[AnyRecord], now: datetime, stream: str = "") -> list[AnyRecord]:
    """Return the records after the batch of an earlier release that starts with the first one, or all of them.

    The object of that batch is published. If the delivery ends inside the batch, the rest of the batch gets a row of
    its own: the next delivery starts there.
    """
    row = get_or_none(StreamBatchRow, f"{stream}{pending[0].sequence}")
    if row is None:
        return list(pending)
    objects.publish(row.staged)
    sequences = id_lists.decode(row.records)
    known = set(sequences)
    remaining = [record for record in pending if record.sequence not in known]
    rest = [] if remaining else sequences[len(pending) :]
    if rest and get_or_none(StreamBatchRow, f"{stream}{rest[0]}") is None:
        _rest_row(rest, now, stream).save()
    return remaining


def _rest_row(rest: Sequence[str], now: datetime, stream: str) -> StreamBatchRow:
    expires_at = expiry_time(now, STREAM_BATCH_RETENTION_DAYS)
    return StreamBatchRow(f"{stream}{rest[0]}", records=id_lists.encode(rest), expires_at=expires_at)
