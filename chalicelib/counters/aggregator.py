"""Aggregate the stream of clicks into counters: each record once, however often it is delivered."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import sqs
from chalicelib.archive import objects, schema
from chalicelib.clicks import id_lists, item_codec
from chalicelib.counters import batch_rows, detail_blocks, learning_blocks, stream_batch
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.stream_batch import StreamBatch, StreamRecord
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.settings import poison_records_queue
from chalicelib.tables.base import commit, connection
from chalicelib.tables.clicks import ClickListRow
from chalicelib.tables.counters import StreamBatchRow


class AggregationStopped(Exception):  # noqa: N818 - named for the fact
    """Aggregation stopped; `sequence` is the first record that was not counted."""

    def __init__(self, sequence: str) -> None:
        super().__init__(sequence)
        self.sequence = sequence


def decode_record(received: Mapping[str, Any]) -> StreamRecord:
    """Return a record of the stream's event. Only an insert has a click: an expired click stays counted.

    A click that was put back from the archive is counted already.
    """
    sequence, at = stream_batch.position_of(received)
    if received["eventName"] != "INSERT" or item_codec.RESTORED in received["dynamodb"]["NewImage"]:
        return StreamRecord(sequence, at)
    try:
        click = item_codec.decode(received["dynamodb"]["NewImage"])
    except Exception as error:  # noqa: BLE001 - an invalid record must not block the following ones
        return StreamRecord(sequence, at, complaint=f"{type(error).__name__}: {error}")
    return StreamRecord(sequence, at, click)


def aggregate(received: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Count and archive each click of the stream's records once. Raises AggregationStopped if AWS rejects the rest.

    A batch of records is written in one transaction: its report, detail and learning cells, its click IDs by route, and
    a row that is keyed by its first record and lists all of them. If records are delivered again, that row is found and
    they are skipped. If a delivery ends inside a counted batch (Lambda split it in two), the rest of the batch gets a
    row of its own. So each record with which a delivery can start is either uncounted or has a row.

    The batch's object is staged before the transaction, which stores its name, and published after it. A record is
    skipped only after the object of its batch was published.
    """
    pending = [decode_record(record) for record in received]
    while pending:
        first = pending[0].sequence
        try:
            pending = _aggregate_next(pending, now)
        except (PynamoDBException, BotoCoreError, ClientError) as error:
            print(f"aggregation stopped at record {first}: {error!r}")
            raise AggregationStopped(first) from error


def _aggregate_next(pending: list[StreamRecord], now: datetime) -> list[StreamRecord]:
    """Count or skip at least one record; return the remaining ones."""
    row = batch_rows.committed_batch(pending[0].sequence)
    if row:
        return batch_rows.skip_batch(row, pending, now)
    batch = stream_batch.take_batch(pending)
    for record, complaint in batch.poison:
        _quarantine(record, complaint, now)
    staged = _stage(batch)
    if not _commit(batch, staged, now):
        return pending
    objects.publish(staged)
    return pending[len(batch.records) :]


def _stage(batch: StreamBatch) -> str | None:
    """Stage the object of the batch; a batch without a counted click has none."""
    if not batch.clicks:
        return None
    first = batch.records[0]
    return objects.stage(
        objects.object_key(schema.CLICKS, first.sequence, first.at), map(schema.click_line, batch.clicks)
    )


def _commit(batch: StreamBatch, staged: str | None, now: datetime) -> bool:
    """Write the batch and the name of its object; return False if another invocation has counted its first record."""
    write, first = TransactWrite(connection=connection()), batch.sequences[0]
    write.save(batch_rows.batch_row(batch.sequences, now, staged), StreamBatchRow.first.does_not_exist())
    append_blocks(write, first, batch.counted, now, batch.newest)
    detail_blocks.add_blocks(write, detail_blocks.batch_order(batch.records[0].at, first), batch.details)
    learning_blocks.add_blocks(write, first, batch.learned, now)
    for (route_id, day), click_ids in batch.lists.items():
        expires_at = batch.list_expiry[route_id, day]
        write.save(_click_list_row(f"{route_id}#{day}", click_ids, expires_at))
    try:
        commit(write)
    except TransactWriteError as error:
        if any(reason and reason.code == "ConditionalCheckFailed" for reason in error.cancellation_reasons):
            return False
        raise
    return True


def _click_list_row(route_day: str, click_ids: Sequence[str], expires_at: int) -> ClickListRow:
    return ClickListRow(route_day, max(click_ids), click_ids=id_lists.encode(click_ids), expires_at=expires_at)


def _quarantine(record: StreamRecord, complaint: str, now: datetime) -> None:
    """Send a record that cannot be counted to the queue and notify the admins, before it is counted as poison.

    A record that is delivered again may be in the queue twice, with the same sequence number.
    """
    body = {"sequence": record.sequence, "reason": complaint, "click": _known_fields(record.click)}
    sqs.send(poison_records_queue(), json.dumps(body))
    subject = {"sequence": record.sequence, "click_id": (record.click or {}).get("click_id")}
    text = f"A recorded click could not be counted: {complaint}"
    send_once(ADMIN, Notification(NotificationKind.POISON_RECORD, subject, text), once=record.sequence, now=now)


def _known_fields(click: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: repr(value) for name, value in (click or {}).items() if value is not None}
