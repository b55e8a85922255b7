import socket
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.postbacks.handlers import announce_conversions, deliver_postbacks
from chalicelib.postbacks.message import written
from chalicelib.tables.postbacks import PostbackDelivery
from tests.conftest import dynamodb
from tests.postbacks.rows import a_click, a_conversion, a_message, a_postback, make_queue, queued


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    make_queue()


@pytest.fixture
def closed_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A loopback port where nobody listens, allowed to be called."""
    monkeypatch.setenv("POSTBACKS_TO_LOOPBACK", "1")
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


def announced(*rows: Any) -> list[str]:
    """The record, if any, from which the handler asks to get the stream again."""
    records = [
        {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(n), "NewImage": row.serialize()}}
        for n, row in enumerate(rows)
    ]
    answer: dict[str, Any] = announce_conversions({"Records": records}, None)
    assert set(answer) == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def handled(*bodies: str) -> list[str]:
    """The messages, by number, that the handler asks to get again."""
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
    answer: dict[str, Any] = deliver_postbacks({"Records": records}, None)
    assert set(answer) == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_the_streams_conversions_are_announced() -> None:
    a_postback().save()
    assert announced(a_conversion("cnv_1"), a_conversion("cnv_2")) == []
    assert [each.conversion_id for each in queued()] == ["cnv_1", "cnv_2"]


def test_the_stream_comes_again_from_what_was_not_announced() -> None:
    dynamodb().delete_table(TableName="smartlink-postbacks")
    assert announced(a_conversion("cnv_1"), a_conversion("cnv_2")) == ["0"]


def test_an_empty_batch_is_no_failure() -> None:
    assert announced() == handled() == []


def test_a_queued_message_is_called_and_its_next_try_is_queued(closed_port: int) -> None:
    for row in (a_postback(url=f"http://localhost:{closed_port}/{{click_id}}"), a_conversion(), a_click()):
        row.save()
    assert handled(written(a_message())) == []
    (tried,) = PostbackDelivery.scan()
    assert (tried.status, tried.url) == ("failed", f"http://localhost:{closed_port}/click-1")
    assert [each.attempt for each in queued()] == [2]


def test_without_leave_no_loopback_is_called(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTBACKS_TO_LOOPBACK")
    for row in (a_postback(url=f"http://127.0.0.1:{closed_port}/"), a_conversion(), a_click()):
        row.save()
    assert handled(written(a_message())) == []
    assert [each.status for each in PostbackDelivery.scan()] == ["refused"]


@pytest.mark.parametrize("poison", ["", "not json", "[]", "{}", "null"])
def test_a_message_that_is_none_holds_up_nobody_and_says_so(poison: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert handled(poison, written(a_message())) == ["0"]
    assert capsys.readouterr().out.splitlines()[1:] == ["postback of message 1 done"]


def test_a_message_that_failed_comes_again() -> None:
    dynamodb().delete_table(TableName="smartlink-postbacks")
    assert handled(written(a_message())) == ["0"]
