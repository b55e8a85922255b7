"""The queue of tries to tell publishers something."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from botocore.config import Config

from chalicelib import settings
from chalicelib.postbacks.delivery_message import DeliveryMessage, delay, encode


def send(messages: Sequence[DeliveryMessage], now: datetime) -> None:
    """Puts the messages into the queue, each held back until it is due or as long as the queue can.

    Raises botocore's errors where not all are in; sending them again does no harm.
    """
    for each in messages:
        _sqs().send_message(
            QueueUrl=settings.postbacks_queue(), MessageBody=encode(each), DelaySeconds=delay(each, now)
        )


@cache
def _sqs() -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    import boto3  # noqa: PLC0415 - only where something is sent

    return boto3.client("sqs", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3}))
