"""Lambdas of the tracking side: they do not import `app.py`."""

from typing import Any

from chalice.app import Blueprint, SQSEvent

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue="unwritten-clicks", batch_size=10, name="write_clicks")
def write_clicks(event: SQSEvent) -> dict[str, Any]:
    """Writes the clicks that DynamoDB refused; answers with those that it refused again, to be sent again later."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - the redirect registers this and needs none of it
    from pynamodb.exceptions import PynamoDBException  # noqa: PLC0415

    from chalicelib.tracking.store import write_set_aside  # noqa: PLC0415

    failed = []
    for message in event.to_dict()["Records"]:
        try:
            write_set_aside(message["body"])
        except (PynamoDBException, BotoCoreError, ValueError) as error:
            print(f"click of message {message['messageId']} not written: {error}")
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}
