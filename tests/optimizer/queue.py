"""The optimizer's queue, in moto."""

from typing import Any

from chalicelib import sqs
from chalicelib.optimizer.job_message import JobMessage, decode


def create_queue() -> None:
    """Create the queue of the settings, empty."""
    sqs.client().create_queue(QueueName="learning")


def queued_messages() -> list[JobMessage]:
    """Return the messages in the queue, in order."""
    return [decode(message.body) for message in _messages()]


def _messages() -> list[Any]:
    from moto.sqs.models import sqs_backends

    return list(sqs_backends["123456789012"]["us-east-1"].queues["learning"]._messages)
