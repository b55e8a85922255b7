"""The queue of pools to learn of, in moto."""

from typing import Any

from chalicelib.optimizer.job_message import JobMessage, read
from chalicelib.optimizer.scheduler import _sqs


def make_queue() -> None:
    """The queue of the settings, empty."""
    _sqs().create_queue(QueueName="learning")


def queued() -> list[JobMessage]:
    """The messages in the queue, in their order."""
    return [read(each.body) for each in _messages()]


def _messages() -> list[Any]:
    from moto.sqs.models import sqs_backends

    return list(sqs_backends["123456789012"]["us-east-1"].queues["learning"]._messages)
