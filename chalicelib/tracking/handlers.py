"""Lambdas of the tracking side: they do not import `app.py`."""

from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib.settings import CLICK_DAYS, COUNTING_SECONDS

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue="unwritten-clicks", batch_size=10, name="write_clicks")
def write_clicks(event: SQSEvent) -> dict[str, Any]:
    """Writes the clicks that DynamoDB refused; answers with those that it refused again, to be sent again later."""
    from chalicelib.tracking.unwritten.store import write  # noqa: PLC0415 - the redirect only registers this

    failed = []
    for message in event.to_dict()["Records"]:
        try:
            write(message["body"])
        except Exception as error:  # noqa: BLE001 - whatever it holds, the others must not wait for it
            print(f"click of message {message['messageId']} not written: {error!r}")
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}


@blueprint.on_dynamodb_record(
    stream_arn="clicks",  # the template says which
    batch_size=1000,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=COUNTING_SECONDS,
    name="count_clicks",
)
def count_clicks(event: DynamoDBEvent) -> dict[str, Any]:
    """Counts the clicks of the stream; answers with the first record that could not be counted, to go on there."""
    from chalicelib.tracking.runs.store import Uncounted, count  # noqa: PLC0415 - the redirect only registers this

    try:
        count(event.to_dict()["Records"], datetime.now(UTC))
    except Uncounted as stopped:
        return {"batchItemFailures": [{"itemIdentifier": stopped.sequence}]}
    return {"batchItemFailures": []}


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="merge_counters")
def merge_counters(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Merges the counters' blocks into chunks: of today and yesterday each minute, of older days one after another.

    What is learned is merged for the smartlinks that occur in these blocks, and, of the older day, in those that
    are too few: so every smartlink that had a click has its turn, however few there were.
    """
    from chalicelib.tracking.counters.cells import merge_days, partitions  # noqa: PLC0415
    from chalicelib.tracking.learning import store as learning  # noqa: PLC0415
    from chalicelib.tracking.merging.store import few_left, merge_all  # noqa: PLC0415

    now = datetime.now(UTC)
    days = merge_days(now, CLICK_DAYS)
    merged = merge_all(partitions(days), now)
    learned = learning.merge([*merged, *few_left(partitions(days[-1:]))], now)
    return {"merged": len(merged), "learned": learned}


@blueprint.on_dynamodb_record(
    stream_arn="caps",  # the template says which
    batch_size=1000,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=5,
    name="watch_caps",
)
def watch_caps(event: DynamoDBEvent) -> None:
    """Tells the admins of caps at 80 % and at 100 %."""
    from chalicelib.tracking.watching import store  # noqa: PLC0415 - the redirect only registers this

    store.watch_caps(event.to_dict()["Records"], datetime.now(UTC))


@blueprint.schedule(Rate(5, unit=Rate.MINUTES), name="watch_fallbacks")
def watch_fallbacks(event: CloudWatchEvent) -> None:  # noqa: ARG001 - its time may be late
    """Tells the admins of smartlinks that lost more than 5 % of their clicks in the last whole hour."""
    from chalicelib.tracking.watching import store  # noqa: PLC0415 - the redirect only registers this

    store.watch_fallbacks(datetime.now(UTC))
