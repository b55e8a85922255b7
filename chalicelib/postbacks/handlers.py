"""Lambdas of the postbacks that go out: they do not import `app.py`."""

from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, DynamoDBEvent, SQSEvent

blueprint = Blueprint(__name__)


@blueprint.on_dynamodb_record(
    stream_arn="conversions", batch_size=100, starting_position="TRIM_HORIZON", name="announce_conversions"
)
def announce_conversions(event: DynamoDBEvent) -> dict[str, Any]:
    """Queues a message for each postback that wants to hear of a changed conversion.

    Answers with the first record that it could not do; the stream comes again from there.
    """
    from chalicelib.postbacks.announcing.store import announce  # noqa: PLC0415 - the redirect only registers this

    records = event.to_dict()["Records"]
    undone = announce(records, datetime.now(UTC))
    print(f"{len(records)} changed conversions announced, up to {undone or 'the last'}")
    return {"batchItemFailures": [{"itemIdentifier": undone}] if undone else []}


@blueprint.on_sqs_message(queue="postbacks", batch_size=1, name="deliver_postbacks")
def deliver_postbacks(event: SQSEvent) -> dict[str, Any]:
    """Makes the calls to publishers; answers with the messages that are to come again."""
    from chalicelib.postbacks.delivering.store import deliver_now  # noqa: PLC0415 - the redirect only registers this

    failed = []
    for message in event.to_dict()["Records"]:
        try:
            deliver_now(message["body"])
            print(f"postback of message {message['messageId']} done")
        except Exception as error:  # noqa: BLE001 - whatever it holds, the others must not wait for it
            print(f"postback of message {message['messageId']} not delivered: {error!r}")
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}
