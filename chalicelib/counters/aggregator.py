"""The clicks' stream into counters, each record once, however often it is delivered."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import DoesNotExist, PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.clicks import id_lists, item_codec
from chalicelib.clicks.write import sqs_client
from chalicelib.counters import learning_blocks, stream_batch
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.stream_batch import StreamBatch, StreamRecord
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import send_once
from chalicelib.settings import CLICK_RETENTION_DAYS, STREAM_BATCH_RETENTION_DAYS, poison_records_queue
from chalicelib.tables.base import connection
from chalicelib.tables.clicks import ClickListRow
from chalicelib.tables.counters import StreamBatchRow as RunRow

_DAY_SECONDS = 86_400


class AggregationStopped(Exception):  # noqa: N818 - a fact that the handler reports
    """Counting stopped; `sequence` is the first record that is not counted."""

    def __init__(self, sequence: str) -> None:
        super().__init__(sequence)
        self.sequence = sequence


def record_of(received: Mapping[str, Any]) -> StreamRecord:
    """The record of the stream's event. Only what is new counts: a click that expires is no click less."""
    seen = received["dynamodb"]
    at = int(float(seen.get("ApproximateCreationDateTime", 0)) * 1000)
    if received["eventName"] != "INSERT":
        return StreamRecord(seen["SequenceNumber"], at)
    try:
        fields = item_codec.record(seen["NewImage"])
    except Exception as error:  # noqa: BLE001 - whatever it holds, the records behind it must not wait
        return StreamRecord(seen["SequenceNumber"], at, complaint=f"{type(error).__name__}: {error}")
    return StreamRecord(seen["SequenceNumber"], at, fields)


def aggregate(received: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Counts each click of the stream's records once. Raises `Uncounted` where the tables do not take the rest.

    A run of records is written in one transaction: its cells, of reports and of learning, its clicks by route, and
    a row keyed by its first record that holds all of them. Records delivered again find that row and go on
    behind it. Where a delivery ends inside a counted run (a batch cut in two), what lies beyond gets a row of
    its own, so that the next delivery finds it: every place where one can begin is either uncounted or has a row.
    """
    pending = [record_of(each) for each in received]
    while pending:
        first = pending[0].sequence
        try:
            pending = _aggregate_next(pending, now)
        except (PynamoDBException, BotoCoreError, ClientError) as error:
            print(f"counting stopped at {first}: {error!r}")
            raise AggregationStopped(first) from error


def _aggregate_next(pending: list[StreamRecord], now: datetime) -> list[StreamRecord]:
    """Counts or skips at least one record; those that are left."""
    counted = _counted(pending[0].sequence)
    if counted:
        pending, rest = stream_batch.skip_counted(counted, pending)
        if rest:
            _write_resume_marker(rest, now)
        return pending
    run = stream_batch.take_batch(pending)
    for record, complaint in run.poison:
        _quarantine(record, complaint, now)
    return pending[len(run.records) :] if _commit(run, now) else pending


def _counted(first: str) -> list[str]:
    """All records of the counted run that begins with this one; none where none does."""
    try:
        return id_lists.unpacked(RunRow.get(first, consistent_read=True).records)
    except DoesNotExist:
        return []


def _commit(run: StreamBatch, now: datetime) -> bool:
    """Writes the run; False where another invocation has counted its first record meanwhile."""
    write = TransactWrite(connection=connection())
    write.save(_row(run.sequences, now), RunRow.first.does_not_exist())
    append_blocks(write, run.sequences[0], run.counted)
    learning_blocks.add_blocks(write, run.sequences[0], run.learned, now)
    for (route_id, day), click_ids in run.lists.items():
        write.save(_list(f"{route_id}#{day}", click_ids, now))
    try:
        write._commit()  # noqa: SLF001 - its own `with` would hide the refusal
    except TransactWriteError as error:
        if any(reason and reason.code == "ConditionalCheckFailed" for reason in error.cancellation_reasons):
            return False
        raise
    return True


def _write_resume_marker(rest: Sequence[str], now: datetime) -> None:
    """Leaves word of the counted records beyond a delivery's end, where the next one begins."""
    if not _counted(rest[0]):
        _row(rest, now).save()


def _row(sequences: Sequence[str], now: datetime) -> RunRow:
    expires_at = int(now.timestamp()) + STREAM_BATCH_RETENTION_DAYS * _DAY_SECONDS
    return RunRow(sequences[0], records=id_lists.packed(sequences), expires_at=expires_at)


def _list(route_day: str, click_ids: Sequence[str], now: datetime) -> ClickListRow:
    expires_at = int(now.timestamp()) + CLICK_RETENTION_DAYS * _DAY_SECONDS
    return ClickListRow(route_day, max(click_ids), click_ids=id_lists.packed(click_ids), expires_at=expires_at)


def _quarantine(record: StreamRecord, complaint: str, now: datetime) -> None:
    """Puts a record that cannot be counted into the queue and tells the admins; done before it is counted as poison.

    A record delivered again may come into the queue twice, under the same sequence number.
    """
    body = {"sequence": record.sequence, "reason": complaint, "click": _said(record.click)}
    sqs_client().send_message(QueueUrl=poison_records_queue(), MessageBody=json.dumps(body))
    subject = {"sequence": record.sequence, "click_id": (record.click or {}).get("click_id")}
    notice = Notification(
        NotificationKind.POISON_RECORD, subject, f"A recorded click could not be counted: {complaint}"
    )
    send_once("admin", notice, once=record.sequence, now=now)


def _said(click: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: repr(value) for name, value in (click or {}).items() if value is not None}
