"""Move the messages of a dead-letter queue back to the queue in which they failed. All consumers take one twice."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.stack_resources import physical_id

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

QUEUES = {
    "clicks": "UnwrittenClicks",
    "postbacks": "Postbacks",
    "emails": "Emails",
    "learning": "Learning",
    "imports": "Imports",
    "merging": "Merging",
}
"""Queues by the name that the command takes. Each has dead letters in the queue of the same name + `DeadLetters`."""

_POLL_SECONDS = 1.0
_SHOWN_POISON = 100


def redrive(cloud: Cloud, name: str) -> Iterator[str]:
    """Move all messages, and yield lines of progress; for `poison` yield why each record was not counted.

    Raise CommandError for an unknown queue.
    """
    client: SQSClient = cloud.session.client("sqs", endpoint_url=cloud.endpoint)
    if name == "poison":
        yield from _poison(client, physical_id(cloud, "PoisonRecords"))
        return
    if name not in QUEUES:
        message = f"QUEUE must be one of {', '.join([*QUEUES, 'poison'])}."
        raise CommandError(message)
    dead, target = (physical_id(cloud, f"{QUEUES[name]}{suffix}") for suffix in ("DeadLetters", ""))
    waiting = _count(client, dead)
    if not waiting:
        yield f"There are no dead letters of {name}."
        return
    yield f"Moving {waiting} messages back to {name} …"
    moved = _copy(client, dead, target) if cloud.endpoint else _move(client, dead)
    total = 0
    for total in moved:
        yield f"{total} of {waiting} moved"
    yield f"Done: {total} messages are in {name} again."


def _count(client: "SQSClient", url: str) -> int:
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def _move(client: "SQSClient", dead: str) -> Iterator[int]:
    """Let SQS move the messages to the queues they came from, and yield their number so far."""
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    try:
        client.start_message_move_task(SourceArn=arn)
    except ClientError as error:
        message = f"SQS did not start to move the messages: {error}. If a move is running, wait until it has ended."
        raise CommandError(message) from error
    while True:
        task = client.list_message_move_tasks(SourceArn=arn, MaxResults=1)["Results"][0]
        yield task.get("ApproximateNumberOfMessagesMoved", 0)
        match task["Status"]:
            case "RUNNING":
                time.sleep(_POLL_SECONDS)
            case "COMPLETED":
                return
            case status:
                reason = task.get("FailureReason", "no reason given")
                message = f"SQS ended the move as {status}: {reason}. Run the command again."
                raise CommandError(message)


def _copy(client: "SQSClient", dead: str, target: str) -> Iterator[int]:
    """Send, then delete each message: the emulator cannot move messages. Yield their number so far."""
    moved = 0
    while messages := client.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            client.send_message(QueueUrl=target, MessageBody=message["Body"])
            client.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        moved += len(messages)
        yield moved


def _poison(client: "SQSClient", url: str) -> Iterator[str]:
    """Yield the messages and leave them in the queue. Their clicks are stored, and counted as poison."""
    shown, waiting = 0, _count(client, url)
    while shown < min(waiting, _SHOWN_POISON):
        received = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30)
        messages = received.get("Messages", [])
        if not messages:
            break
        shown += len(messages)
        yield from (message["Body"] for message in messages)
    yield f"{waiting} records in the queue. They cannot be counted; each stays there for 14 days."
