"""Queue of delivery attempts."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib import settings, sqs
from chalicelib.postbacks.delivery_message import DeliveryMessage, encode, queue_delay


def enqueue(messages: Sequence[DeliveryMessage], now: datetime) -> None:
    """Send the messages to the queue, each delayed until it is due or by the maximum of the queue.

    Raise botocore's errors if any message was not sent; sending all of them again does no harm.
    """
    for message in messages:
        sqs.send(settings.postbacks_queue(), encode(message), delay_seconds=queue_delay(message, now))
