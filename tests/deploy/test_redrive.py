import json
from collections.abc import Iterator
from typing import Any, cast
from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy import redrive
from deploy.errors import CommandError
from deploy.paths import ROOT
from tests.conftest import emulated_aws
from tests.deploy.aws import fake_cloud, moto_cloud


class _Sqs:
    """SQS with a move that takes two polls, of which the second ends as `status`."""

    def __init__(self, status: str) -> None:
        self.started: list[str] = []
        self.tasks = iter(
            [
                {"Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 4},
                {"Status": status, "ApproximateNumberOfMessagesMoved": 12, "FailureReason": "AccessDenied"},
            ]
        )

    def get_queue_attributes(self, **_: object) -> dict[str, Any]:
        return {"Attributes": {"ApproximateNumberOfMessages": "12", "QueueArn": "arn:dead"}}

    def start_message_move_task(self, **arguments: str) -> None:
        self.started.append(arguments["SourceArn"])

    def list_message_move_tasks(self, **_: object) -> dict[str, Any]:
        return {"Results": [next(self.tasks)]}


@pytest.fixture(autouse=True)
def queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Provide queues in moto whose names are those of the template."""
    emulated_aws().start(reset=False)
    client = boto3.client("sqs")
    names = ("Postbacks", "PostbacksDeadLetters", "PoisonRecords")
    urls = {name: client.create_queue(QueueName=name)["QueueUrl"] for name in names}
    monkeypatch.setattr(redrive, "physical_id", lambda _, name: urls[name])
    monkeypatch.setattr(redrive, "_POLL_SECONDS", 0)
    yield client
    for url in urls.values():
        client.delete_queue(QueueUrl=url)
    emulated_aws().stop(remove_data=False)


def _sent(client: Any, name: str, *bodies: str) -> None:
    for body in bodies:
        client.send_message(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=body)


def test_dead_letters_are_in_their_queue_again_and_nowhere_else(queues: Any) -> None:
    _sent(queues, "PostbacksDeadLetters", *(f"message {n}" for n in range(12)))
    lines = list(redrive.redrive(moto_cloud("http://127.0.0.1:1"), "postbacks"))
    assert (lines[0], lines[-1]) == (
        "Moving 12 messages back to postbacks …",
        "Done: 12 messages are in postbacks again.",
    )
    assert list(redrive.redrive(moto_cloud("http://127.0.0.1:1"), "postbacks")) == [
        "There are no dead letters of postbacks."
    ]
    url = queues.get_queue_url(QueueName="Postbacks")["QueueUrl"]
    bodies: set[str] = set()
    while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        bodies |= {message["Body"] for message in messages}
    assert bodies == {f"message {n}" for n in range(12)}


def test_aws_moves_the_messages_itself_and_its_progress_is_shown() -> None:
    sqs = _Sqs("COMPLETED")
    assert list(redrive.redrive(fake_cloud(sqs), "postbacks"))[1:] == [
        "4 of 12 moved",
        "12 of 12 moved",
        "Done: 12 messages are in postbacks again.",
    ]
    assert sqs.started == ["arn:dead"]


def test_failed_move_says_why() -> None:
    with pytest.raises(CommandError, match="SQS ended the move as FAILED: AccessDenied"):
        list(redrive.redrive(fake_cloud(_Sqs("FAILED")), "postbacks"))


def test_move_that_does_not_start_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ClientError({"Error": {"Code": "UnsupportedOperation", "Message": "running"}}, "StartMessageMoveTask")
    sqs = _Sqs("COMPLETED")
    monkeypatch.setattr(sqs, "start_message_move_task", Mock(side_effect=error))
    with pytest.raises(CommandError, match="If a move is running, wait until it has ended"):
        list(redrive.redrive(fake_cloud(sqs), "postbacks"))


def test_unknown_queue_is_refused() -> None:
    with pytest.raises(
        CommandError, match="QUEUE must be one of clicks, postbacks, emails, learning, imports, merging, poison"
    ):
        list(redrive.redrive(moto_cloud("http://127.0.0.1:1"), "mail"))


def test_every_queue_with_dead_letters_can_be_moved_back() -> None:
    resources = json.loads((ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    dead = {name.removesuffix("DeadLetters") for name in resources if name.endswith("DeadLetters")}
    assert dead == set(redrive.QUEUES.values())


def test_poison_is_shown_and_stays(queues: Any) -> None:
    _sent(queues, "PoisonRecords", json.dumps({"sequence": "7", "reason": "KeyError: at"}))
    assert list(redrive.redrive(moto_cloud("http://127.0.0.1:1"), "poison")) == [
        '{"sequence": "7", "reason": "KeyError: at"}',
        "1 records in the queue. They cannot be counted; each stays there for 14 days.",
    ]


def test_poison_that_another_reader_holds_is_not_waited_for(queues: Any) -> None:
    _sent(queues, "PoisonRecords", "{}")
    url = queues.get_queue_url(QueueName="PoisonRecords")["QueueUrl"]
    shown = redrive._poison(cast("Any", _Empty(queues)), url)
    assert list(shown) == ["1 records in the queue. They cannot be counted; each stays there for 14 days."]


class _Empty:
    """A queue that has messages and hands out none."""

    def __init__(self, client: Any) -> None:
        self.get_queue_attributes = client.get_queue_attributes

    def receive_message(self, **_: object) -> dict[str, Any]:
        return {}
