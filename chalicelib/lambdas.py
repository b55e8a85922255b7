"""The background Lambdas: trigger, batch size and one call each.

Every process registers them, except those of the redirect, so each imports its work inside the function.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib.settings import (
    ARCHIVE_BATCH_WINDOW_SECONDS,
    COUNTER_DAYS,
    STREAM_BATCH_WINDOW_SECONDS,
    optimizer_interval_minutes,
)

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue="unwritten-clicks", batch_size=10, name="write_clicks")
def write_clicks(event: SQSEvent) -> dict[str, Any]:
    """Write the clicks that DynamoDB rejected before; return those that failed again."""
    from chalicelib.clicks.backlog import write  # noqa: PLC0415

    return _process_each(event, write)


@blueprint.on_dynamodb_record(
    stream_arn="clicks",  # .chalice/resources.json sets the ARN
    batch_size=1000,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=STREAM_BATCH_WINDOW_SECONDS,
    name="count_clicks",
)
def count_clicks(event: DynamoDBEvent) -> dict[str, Any]:
    """Aggregate the clicks of the stream; return the first record that could not be counted."""
    from chalicelib.counters.aggregator import AggregationStopped, aggregate  # noqa: PLC0415

    try:
        aggregate(event.to_dict()["Records"], datetime.now(UTC))
    except AggregationStopped as stopped:
        return _failures(stopped.sequence)
    return _failures()


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="merge_counters")
def merge_counters(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Compact the counter blocks of today and yesterday each minute, and of older days in turn; roll up older days.

    The learning counters are compacted for the smartlinks in these blocks. On the older day those with too few
    blocks to compact are included, so that compaction visits every smartlink eventually.
    """
    from chalicelib.counters import detail_compaction, learning_blocks  # noqa: PLC0415
    from chalicelib.counters.cells import days_to_compact, partitions  # noqa: PLC0415
    from chalicelib.counters.compaction import compact_all, uncompacted_blocks  # noqa: PLC0415
    from chalicelib.counters.rollups import schedule  # noqa: PLC0415

    now = datetime.now(UTC)
    days = days_to_compact(now, COUNTER_DAYS)
    merged = compact_all(partitions(days), now)
    learned = learning_blocks.compact_smartlinks([*merged, *uncompacted_blocks(partitions(days[-1:]))], now)
    # All blocks of the older day are merged, so that reports on past days read chunks only.
    details = detail_compaction.compact_days(days[:-1], now) + detail_compaction.compact_days(days[-1:], now, 1)
    until = datetime.now(UTC) + timedelta(seconds=schedule.SECONDS)
    rolled_up = schedule.roll_up(schedule.Run(now, days[-1], lambda: datetime.now(UTC) < until))
    return {"merged": len(merged), "learned": learned, "details": details, "rolled_up": rolled_up}


@blueprint.on_dynamodb_record(
    stream_arn="caps",  # .chalice/resources.json sets the ARN
    batch_size=1000,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=5,
    name="watch_caps",
)
def watch_caps(event: DynamoDBEvent) -> None:
    """Notify the admins of caps that reached 80 % or 100 %."""
    from chalicelib.alerts import cap_alerts  # noqa: PLC0415

    cap_alerts.watch_caps(event.to_dict()["Records"], datetime.now(UTC))


@blueprint.schedule(Rate(5, unit=Rate.MINUTES), name="watch_fallbacks")
def watch_fallbacks(event: CloudWatchEvent) -> None:  # noqa: ARG001 - its time may be late
    """Notify the admins of smartlinks that lost more than 5 % of their clicks in the last full hour."""
    from chalicelib.alerts import fallback_alerts  # noqa: PLC0415

    fallback_alerts.watch_fallbacks(datetime.now(UTC))


@blueprint.on_dynamodb_record(
    stream_arn="conversions",  # .chalice/resources.json sets the ARN
    batch_size=100,
    starting_position="TRIM_HORIZON",
    name="announce_conversions",
)
def announce_conversions(event: DynamoDBEvent) -> dict[str, Any]:
    """Queue a message for each postback that matches a changed conversion; return the first record that failed."""
    from chalicelib.postbacks.fan_out import fan_out  # noqa: PLC0415

    records = event.to_dict()["Records"]
    failed = fan_out(records, datetime.now(UTC))
    print(f"processed {len(records)} changed conversions; first failed record: {failed or 'none'}")
    return _failures(failed) if failed else _failures()


@blueprint.on_dynamodb_record(
    stream_arn="conversions",  # .chalice/resources.json sets the ARN
    batch_size=1000,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=ARCHIVE_BATCH_WINDOW_SECONDS,
    name="archive_conversions",
)
def archive_conversions(event: DynamoDBEvent) -> dict[str, Any]:
    """Archive the changed conversions; return the first record that failed."""
    from chalicelib.conversions.archiving import archive  # noqa: PLC0415

    failed = archive(event.to_dict()["Records"], datetime.now(UTC))
    return _failures(failed) if failed else _failures()


@blueprint.on_sqs_message(queue="postbacks", batch_size=1, name="deliver_postbacks")
def deliver_postbacks(event: SQSEvent) -> dict[str, Any]:
    """Send postbacks to publishers; return the messages to be received again."""
    from chalicelib.postbacks.delivery import handle_message  # noqa: PLC0415

    return _process_each(event, handle_message)


@blueprint.on_dynamodb_record(
    stream_arn="notifications",  # .chalice/resources.json sets the ARN
    batch_size=10,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=5,
    name="queue_emails",
)
def queue_emails(event: DynamoDBEvent) -> dict[str, Any]:
    """Queue a message for each e-mail of the new notifications; return the first record that failed."""
    from chalicelib.emails import fan_out  # noqa: PLC0415

    failed = fan_out.queue_emails(event.to_dict()["Records"])
    return _failures(failed) if failed else _failures()


@blueprint.on_sqs_message(queue="emails", batch_size=10, name="send_emails", maximum_concurrency=2)
def send_emails(event: SQSEvent) -> dict[str, Any]:
    """Send e-mails; return the messages to be received again."""
    from chalicelib.emails.delivery import handle_message  # noqa: PLC0415

    return _process_each(event, handle_message)


@blueprint.schedule(Rate(optimizer_interval_minutes(), unit=Rate.MINUTES), name="learn")
def learn(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Queue all active smartlinks in rotation `optimized`, several per message."""
    from chalicelib.optimizer.scheduler import enqueue_pools  # noqa: PLC0415

    pools = enqueue_pools(datetime.now(UTC))
    print(f"{pools} smartlinks queued for optimization")
    return {"pools": pools}


@blueprint.on_sqs_message(queue="learning", batch_size=1, name="learn_pools")
def learn_pools(event: SQSEvent) -> dict[str, Any]:
    """Optimize the smartlinks of a message; return the messages to be received again."""
    from chalicelib.optimizer import job_message  # noqa: PLC0415
    from chalicelib.optimizer.job import optimize_pools  # noqa: PLC0415

    return _process_each(event, lambda body: optimize_pools(job_message.decode(body), lambda: datetime.now(UTC)))


@blueprint.on_sqs_message(queue="imports", batch_size=1, name="import_conversions", maximum_concurrency=5)
def import_conversions(event: SQSEvent) -> dict[str, Any]:
    """Record a part of an import of conversions; return the messages to be received again."""
    from chalicelib.conversions.imports.job import process_message  # noqa: PLC0415

    return _process_each(event, lambda body: process_message(body, lambda: datetime.now(UTC)))


@blueprint.schedule(Rate(5, unit=Rate.MINUTES), name="approve_conversions")
def approve_conversions(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Approve the pending conversions whose time has come, and add conversions of earlier releases to the lists."""
    from chalicelib.conversions.past_conversions import index_past_conversions  # noqa: PLC0415
    from chalicelib.conversions.scheduled_approval import approve_due  # noqa: PLC0415

    approved = approve_due(lambda: datetime.now(UTC))
    print(f"{approved} conversions approved")
    index_past_conversions(lambda: datetime.now(UTC))
    return {"approved": approved}


@blueprint.schedule(Rate(5, unit=Rate.MINUTES), name="index_lists")
def index_lists(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Complete the index of each list, or renew the entries of some of its rows."""
    from chalicelib.lists import index_job  # noqa: PLC0415

    return index_job.index_lists(datetime.now(UTC), index_job.run_until())


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="finish_tasks")
def finish_tasks(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Finish what follows from changes of smartlinks for their publishers: links, decisions, notifications."""
    from chalicelib.access.task_runner import finish_due  # noqa: PLC0415

    return {"tasks": finish_due(lambda: datetime.now(UTC))}


def _process_each(event: SQSEvent, process: Callable[[str], object]) -> dict[str, Any]:
    """Process each message separately, so that one failure does not delay the others."""
    failed = []
    for message in event.to_dict()["Records"]:
        try:
            process(message["body"])
        except Exception as error:  # noqa: BLE001 - an invalid message must not block the others
            print(f"message {message['messageId']} failed and will be received again: {error!r}")
            failed.append(message["messageId"])
    return _failures(*failed)


def _failures(*items: str) -> dict[str, Any]:
    """Return the response that makes Lambda send only these messages or records again."""
    return {"batchItemFailures": [{"itemIdentifier": item} for item in items]}
