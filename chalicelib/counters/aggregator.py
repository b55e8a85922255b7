"""Aggregate the stream of clicks into counters: each record once, however often it is delivered."""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import sqs
from chalicelib.archive import objects, schema
from chalicelib.clicks import id_lists, item_codec
from chalicelib.counters import batch_claims, batch_rows, detail_blocks, learning_blocks, stream_batch
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.earlier_batches import without_earlier
from chalicelib.counters.stream_batch import StreamBatch, StreamRecord
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.observability.metrics import Metric, emit
from chalicelib.settings import poison_records_queue
from chalicelib.tables.base import commit, connection
from chalicelib.tables.clicks import ClickListRow

_log = logging.getLogger("smartlink")


class AggregationStopped(Exception):  # noqa: N818 - named for the fact
    """Aggregation stopped; `sequence` is the first record that was not counted, `counted` the number before it."""

    def __init__(self, sequence: str, counted: int) -> None:
        super().__init__(sequence)
        self.sequence, self.counted = sequence, counted


def decode_record(received: Mapping[str, Any]) -> StreamRecord:
    """Return a record of the stream's event. Only an insert has a click: an expired click stays counted.

    A click that was put back from the archive is counted already.
    """
    position = stream_batch.position_of(received)
    if received["eventName"] != "INSERT" or item_codec.RESTORED in received["dynamodb"].get("NewImage", ()):
        return StreamRecord(*position)
    try:
        click = item_codec.decode(received["dynamodb"]["NewImage"])
    except Exception as error:  # noqa: BLE001 - an invalid record must not block the following ones
        return StreamRecord(*position, complaint=f"{type(error).__name__}: {error}")
    return StreamRecord(*position, click)


def aggregate(received: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Count and archive each click of the stream's records once. Raises AggregationStopped if AWS rejects the rest.

    An attempt on a batch of records is announced by a claim. Then the records that another batch has counted are left
    out, wherever that batch begins and ends, and other attempts on the records are cancelled. One transaction writes
    the rest: its report, detail and learning cells, its click IDs by route, and the row of the attempt.

    The batch's object is staged before the transaction, which stores its name, and published after it. A record is
    skipped only after the object of its batch was published.
    """
    pending = [decode_record(record) for record in received]
    while pending:
        first = pending[0].sequence
        try:
            pending = batch_rows.advance(lambda records: _aggregate_next(records, now), pending)
        except (PynamoDBException, BotoCoreError, ClientError, batch_rows.Overtaken) as error:
            _log.warning("aggregation stopped at record %s: %r", first, error)
            raise AggregationStopped(first, len(received) - len(pending)) from error


def _aggregate_next(pending: list[StreamRecord], now: datetime) -> list[StreamRecord]:
    """Count or skip at least one record; return the remaining ones, all of them if the attempt was cancelled."""
    remaining = without_earlier(pending, now)
    if len(remaining) < len(pending):
        return remaining
    batch = stream_batch.take_batch(pending)
    after = pending[len(batch.records) :]
    claim = batch_claims.claim(batch.records, now)
    uncounted = batch_rows.uncounted(claim, batch.records, now)
    if not uncounted:
        return after
    batch = batch if len(uncounted) == len(batch.records) else stream_batch.take_batch(uncounted)
    return after if _count(batch, claim.batch_id, now) else pending


def _count(batch: StreamBatch, batch_id: str, now: datetime) -> bool:
    """Count and archive the batch; return False if another invocation has cancelled this attempt."""
    for record, complaint in batch.poison:
        _quarantine(record, complaint, now)
    staged = _stage(batch)
    if not _commit(batch, batch_id, staged, now):
        return False
    objects.publish(staged)
    return True


def _stage(batch: StreamBatch) -> str | None:
    """Stage the object of the batch; a batch without a counted click has none."""
    if not batch.clicks:
        return None
    first = batch.records[0]
    key = objects.object_key(schema.CLICKS, first.sequence, first.at, first.digest)
    return objects.stage(key, map(schema.click_line, batch.clicks))


def _commit(batch: StreamBatch, batch_id: str, staged: str | None, now: datetime) -> bool:
    """Write the batch and the name of its object; return False if another invocation has cancelled this attempt."""
    write, first = TransactWrite(connection=connection()), batch.records[0]
    write.save(batch_rows.committed_row(batch_id, batch.records, now, staged), batch_rows.UNDECIDED)
    append_blocks(write, batch_id, batch.counted, now, batch.newest)
    detail_blocks.add_blocks(write, detail_blocks.batch_order(first.at, first.sequence, first.digest), batch.details)
    learning_blocks.add_blocks(write, batch_id, batch.learned, now)
    for (route_id, day), click_ids in batch.lists.items():
        partition = id_lists.partition_of(route_id, day, click_ids)
        write.save(_click_list_row(partition, click_ids, batch.list_expiry[route_id, day]))
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
    emit({Metric.POISON_RECORDS: 1})
    subject = {"sequence": record.sequence, "click_id": (record.click or {}).get("click_id")}
    text = f"A recorded click could not be counted: {complaint}"
    # Records of two shards may have the same sequence number.
    once = f"{record.sequence}-{record.digest.hex()}"
    send_once(ADMIN, Notification(NotificationKind.POISON_RECORD, subject, text), once=once, now=now)


def _known_fields(click: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: repr(value) for name, value in (click or {}).items() if value is not None}
