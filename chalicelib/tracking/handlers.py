"""Lambdas of the tracking side: they do not import `app.py`."""

from typing import Any

from chalice.app import Blueprint, SQSEvent

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue="unwritten-clicks", batch_size=10, name="write_clicks")
def write_clicks(event: SQSEvent) -> dict[str, Any]:
    """Writes the clicks that DynamoDB refused; answers with those that it refused again, to be sent again later."""
    from chalicelib.tracking.store import write_set_aside  # noqa: PLC0415 - the redirect only registers this

    failed = []
    for message in event.to_dict()["Records"]:
        try:
            write_set_aside(message["body"])
        except Exception as error:  # noqa: BLE001 - whatever it holds, the others must not wait for it
            print(f"click of message {message['messageId']} not written: {error!r}")
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}
