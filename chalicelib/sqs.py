"""The SQS client of the application's queues."""

from functools import cache
from typing import Any


def send(queue_url: str, body: str, *, delay_seconds: int = 0) -> None:
    """Send one message. Raise botocore's errors if it was not accepted; sending it again does no harm."""
    client().send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=delay_seconds)


@cache
def client() -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Return the client; one for each process."""
    # The redirect imports this only when the table rejects a click: boto3 takes half a second.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client("sqs", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3}))
