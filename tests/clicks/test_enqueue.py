"""Clicks that the table did not take, sent to a scripted queue: one retry in half a second."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.aws_json import credentials, transport
from chalicelib.clicks import enqueue
from chalicelib.clicks.enqueue import NotQueued
from chalicelib.dynamodb import wait_limit
from tests.aws_json.server import BREAKS, Server, Step, reject, respond, serving

BODY = '{"click_id":{"S":"a-click"}}'
ACCEPTED = {"MessageId": "a-message", "MD5OfMessageBody": "9a1c"}
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/unwritten-clicks"


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server to which clicks are sent, with a time limit that a slow machine can meet."""
    monkeypatch.setattr(wait_limit, "click_seconds", lambda: 60.0)
    with serving() as server:
        server.otherwise = respond(ACCEPTED)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", server.url)
        transport.reset()
        yield server
        transport.reset()


def test_click_is_sent_as_one_signed_message(queue: Server) -> None:
    enqueue.enqueue(BODY)
    (request,) = queue.requests
    assert request.document == {"QueueUrl": URL, "MessageBody": BODY}
    assert request.headers["x-amz-target"] == "AmazonSQS.SendMessage"
    assert request.headers["content-type"] == "application/x-amz-json-1.0"
    assert "/us-east-1/sqs/aws4_request" in request.headers["authorization"]


FAILURES: dict[str, Step] = {
    **BREAKS,
    "throttled": reject("ThrottlingException"),
    "server error": reject("InternalServerError", 500),
    "not accepted": respond({}),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_failed_message_is_sent_again_once(queue: Server, failure: str) -> None:
    queue.expect(FAILURES[failure])
    enqueue.enqueue(BODY)
    assert [request.document["MessageBody"] for request in queue.requests] == [BODY] * 2


@pytest.mark.parametrize("failure", FAILURES)
def test_click_is_not_queued_after_two_failures(queue: Server, failure: str) -> None:
    queue.otherwise = FAILURES[failure]
    with pytest.raises(NotQueued):
        enqueue.enqueue(BODY)
    assert len(queue.requests) == 2


def test_error_names_code_and_message(queue: Server) -> None:
    queue.otherwise = reject("ThrottlingException")
    with pytest.raises(NotQueued, match=r"^ThrottlingException: the reason$"):
        enqueue.enqueue(BODY)


def test_retry_has_the_credentials_of_then(queue: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def expire(connection: Any, request: Any) -> bool:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "renewed")
        return reject("ExpiredToken", 403)(connection, request)

    queue.expect(expire)
    enqueue.enqueue(BODY)
    keys = [request.headers["authorization"].partition("Credential=")[2].split("/")[0] for request in queue.requests]
    assert keys == ["testing", "renewed"]
    credentials.provider.cache_clear()


@dataclass(slots=True)
class Clock:
    """A clock that only requests advance."""

    now: float = 100.0
    deadlines: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now


def test_queue_that_does_not_answer_has_half_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()

    def hang(service: object, request: bytes, deadline: float) -> None:
        clock.deadlines.append(deadline - 100.0)
        clock.now = deadline
        raise transport.ConnectionBroken(TimeoutError("timed out"), arrived=True)

    monkeypatch.setattr(enqueue, "time", clock)
    monkeypatch.setattr(transport, "round_trip", hang)
    with pytest.raises(NotQueued, match=r"^timed out$"):
        enqueue.enqueue(BODY)
    assert clock.deadlines == pytest.approx([0.25, 0.5])
