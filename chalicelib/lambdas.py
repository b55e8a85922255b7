"""The background Lambdas: trigger, batch size and one call each.

Every process registers them, except those of the redirect, so each imports its work inside the function.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, EventSourceHandler, Rate, SQSEvent

from chalicelib.settings import ARCHIVE_BATCH_WINDOW_SECONDS, STREAM_BATCH_WINDOW_SECONDS, optimizer_interval_minutes

blueprint = Blueprint(__name__)
_log = logging.getLogger("smartlink")


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
    from chalicelib.observability.metrics import Metric, emit, seconds_waited  # noqa: PLC0415

    records, now = event.to_dict()["Records"], datetime.now(UTC)
    emit({Metric.COUNTING_DELAY: seconds_waited(records, now)})
    try:
        aggregate(records, now)
    except AggregationStopped as stopped:
        emit({Metric.STREAM_RECORDS_COUNTED: stopped.counted})
        return _failures(stopped.sequence)
    emit({Metric.STREAM_RECORDS_COUNTED: len(records)})
    return _failures()


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="merge_counters")
def merge_counters(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Compact the counter blocks of today and yesterday each minute, and of older days in turn; roll up older days.

    Partitions for which there is no time are queued.
    """
    from chalicelib.counters.merging import SECONDS, merge_days, time_limit  # noqa: PLC0415
    from chalicelib.counters.rollups import schedule  # noqa: PLC0415

    now = datetime.now(UTC)
    merged, days = merge_days(now, time_limit(SECONDS))
    rolled_up = schedule.roll_up(schedule.Run(now, days[-1], time_limit(schedule.SECONDS)))
    return {**merged, "rolled_up": rolled_up}


@blueprint.on_sqs_message(queue="merging", batch_size=1, name="merge_partitions", maximum_concurrency=20)
def merge_partitions(event: SQSEvent) -> dict[str, Any]:
    """Compact the partitions of a message; return the messages to be received again."""
    from chalicelib.counters.merging import process_message  # noqa: PLC0415

    return _process_each(event, lambda body: process_message(body, datetime.now(UTC)))


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
    _log.info("processed %d changed conversions; first failed record: %s", len(records), failed or "none")
    return _failures(failed)


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

    return _failures(archive(event.to_dict()["Records"], datetime.now(UTC)))


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

    return _failures(fan_out.queue_emails(event.to_dict()["Records"]))


@blueprint.on_sqs_message(queue="emails", batch_size=3, name="send_emails", maximum_concurrency=2)
def send_emails(event: SQSEvent) -> dict[str, Any]:
    """Send e-mails; return the messages to be received again."""
    from chalicelib.emails.delivery import handle_message  # noqa: PLC0415

    return _process_each(event, handle_message)


@blueprint.schedule(Rate(optimizer_interval_minutes(), unit=Rate.MINUTES), name="learn")
def learn(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Queue all active smartlinks in rotation `optimized`, several per message."""
    from chalicelib.optimizer.scheduler import enqueue_pools  # noqa: PLC0415

    pools = enqueue_pools(datetime.now(UTC))
    _log.info("%d smartlinks queued for optimization", pools)
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
    _log.info("%d conversions approved", approved)
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


@blueprint.on_dynamodb_record(
    stream_arn="domains",  # .chalice/resources.json sets the ARN, and a schedule of one minute
    batch_size=10,
    starting_position="TRIM_HORIZON",
    name="manage_domains",
)
def manage_domains(event: DynamoDBEvent) -> dict[str, int]:  # noqa: ARG001 - what is due is in the table
    """Take the next steps of tracking domains: at once after they were added or deleted, and each minute."""
    from chalicelib.tracking_domains import job  # noqa: PLC0415

    return {"domains": job.manage_due(job.cloud(), lambda: datetime.now(UTC))}


def _process_each(event: SQSEvent, process: Callable[[str], object]) -> dict[str, Any]:
    """Process each message separately, so that one failure does not delay the others."""
    failed = []
    for message in event.to_dict()["Records"]:
        try:
            process(message["body"])
        except Exception as error:  # noqa: BLE001 - an invalid message must not block the others
            _log.warning("message %s failed and will be received again: %r", message["messageId"], error)
            failed.append(message["messageId"])
    return _failures(*failed)


def _failures(*items: str | None) -> dict[str, Any]:
    """Return the response that makes Lambda send only these messages or records again, without None."""
    return {"batchItemFailures": [{"itemIdentifier": item} for item in items if item]}


def log_by_call(event: Any, process: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - an event of Chalice and its answer
    """Process the event; log lines get the function and the request ID."""
    from chalicelib.observability import logs  # noqa: PLC0415

    logs.begin_call(event.context)
    return process(event)


# Lambda calls the functions of this module without the application, whose middleware they would get otherwise.
for _handler in [each for each in vars().values() if isinstance(each, EventSourceHandler)]:
    _handler.middleware_handlers = [log_by_call]
