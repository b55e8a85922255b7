import boto3
import pytest

from chalicelib import sqs

pytestmark = pytest.mark.usefixtures("tables")


def test_message_is_sent_as_it_is() -> None:
    queue = boto3.client("sqs").create_queue(QueueName="things")["QueueUrl"]
    sqs.send(queue, "körper")
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert message["Body"] == "körper"


def test_delayed_message_is_not_there_yet() -> None:
    queue = boto3.client("sqs").create_queue(QueueName="things")["QueueUrl"]
    sqs.send(queue, "later", delay_seconds=900)
    assert "Messages" not in boto3.client("sqs").receive_message(QueueUrl=queue)


def test_client_does_not_wait_long() -> None:
    config = sqs.client().meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (2, 5, 3)
