"""The queue of tries to tell publishers something."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from botocore.config import Config

from chalicelib import settings
from chalicelib.postbacks.message import Message, delay, written

_AT_ONCE = 10


def send(messages: Sequence[Message], now: datetime) -> None:
    """Puts the messages into the queue, each held back until it is due or as long as the queue can.

    Raises `RuntimeError` or botocore's errors where not all are in; sending them again does no harm.
    """
    for start in range(0, len(messages), _AT_ONCE):
        entries = [
            {"Id": str(n), "MessageBody": written(each), "DelaySeconds": delay(each, now)}
            for n, each in enumerate(messages[start : start + _AT_ONCE])
        ]
        answer = _sqs().send_message_batch(QueueUrl=settings.postbacks_queue(), Entries=entries)
        if failed := answer.get("Failed"):
            message = f"the queue did not take {len(failed)} messages: {failed[0].get('Code')}"
            raise RuntimeError(message)


@cache
def _sqs() -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    import boto3  # noqa: PLC0415 - only where something is sent

    return boto3.client("sqs", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3}))
