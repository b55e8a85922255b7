import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.notifications import send
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.tables.base import connection
from chalicelib.tables.notifications import NotificationRow
from tests.builders import NOW
from tests.conftest import dynamodb

pytestmark = pytest.mark.usefixtures("tables")

NOTICE = Notification(
    NotificationKind.CAP_REACHED, {"campaign_id": "cmp_1", "publisher_id": None}, "Game A has reached its cap."
)


def notifications() -> list[NotificationRow]:
    """Return all notifications, without the deduplication rows."""
    return [row for row in NotificationRow.scan() if not row.owner_year.startswith("once#")]


def test_notification_is_stored_with_its_subject() -> None:
    assert send_once("pub_1", NOTICE, once="cmp_1 2026-11-04", now=NOW) is True
    (row,) = notifications()
    assert row.id.startswith("ntf_01m6k8k8a0")
    assert (row.owner_year, row.kind, row.text) == ("pub_1#2026", "cap_reached", "Game A has reached its cap.")
    assert row.subject == {"campaign_id": "cmp_1", "publisher_id": None}
    assert row.created_at == "2026-11-04T12:30:00.000Z"
    assert row.read_at is None


def test_second_notification_with_the_same_key_is_not_sent() -> None:
    later = NOW + timedelta(days=30)
    assert [send_once(ADMIN, NOTICE, once="cmp_1", now=now) for now in (NOW, NOW, later)] == [True, False, False]
    assert [row.created_at for row in notifications()] == ["2026-11-04T12:30:00.000Z"]


def test_other_owner_kind_or_key_is_sent_separately() -> None:
    nearly = Notification(NotificationKind.CAP_NEARLY_REACHED, NOTICE.subject, NOTICE.text)
    send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)
    assert send_once("pub_1", NOTICE, once="cmp_1", now=NOW) is True
    assert send_once(ADMIN, nearly, once="cmp_1", now=NOW) is True
    assert send_once(ADMIN, NOTICE, once="cmp_2", now=NOW) is True
    assert len(notifications()) == 4


def test_notification_and_deduplication_row_expire_after_400_days() -> None:
    send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)
    assert {row.expires_at for row in NotificationRow.scan()} == {int((NOW + timedelta(days=400)).timestamp())}


def _existence(results: list[bool]) -> Callable[[NotificationRow], bool]:
    return lambda _: results.pop(0)


def test_notification_sent_by_two_processes_at_once_is_stored_once(monkeypatch: pytest.MonkeyPatch) -> None:
    send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)
    monkeypatch.setattr(send, "_exists", _existence([False, True]))
    assert send_once(ADMIN, NOTICE, once="cmp_1", now=NOW) is False
    assert len(notifications()) == 1


def test_transaction_cancelled_for_another_reason_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)
    monkeypatch.setattr(send, "_exists", _existence([False, False]))
    with pytest.raises(TransactWriteError):
        send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)


def test_error_of_the_table_is_raised() -> None:
    dynamodb().delete_table(TableName="smartlink-notifications")
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)


def test_notification_in_a_transaction_is_applied_with_it() -> None:
    marker = NotificationRow("once#x", "-", created_at="", expires_at=0)
    for _ in range(2):
        write = TransactWrite(connection=connection())
        write.save(marker, NotificationRow.id.does_not_exist())
        send.add_to_transaction(write, "pub_1", NOTICE, NOW)
        try:
            write._commit()
        except TransactWriteError:
            continue
    assert [row.owner_year for row in notifications()] == ["pub_1#2026"]


# The topic


@pytest.fixture
def received(tables: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    """Return a function that returns the new messages of a subscriber of the topic."""
    topic = boto3.client("sns").create_topic(Name="notifications")["TopicArn"]
    sqs: Any = boto3.client("sqs")
    url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    boto3.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    monkeypatch.setenv("NOTIFICATIONS_TOPIC", topic)
    request = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    return lambda: sqs.receive_message(**request).get("Messages", [])


def test_notification_is_published_once(received: Callable[[], list[dict[str, Any]]]) -> None:
    send_once("pub_1", NOTICE, once="cmp_1", now=NOW)
    send_once("pub_1", NOTICE, once="cmp_1", now=NOW)
    (message,) = received()
    assert json.loads(message["Body"]) == {
        "owner": "pub_1",
        "kind": "cap_reached",
        "subject": {"campaign_id": "cmp_1", "publisher_id": None},
        "text": "Game A has reached its cap.",
        "created_at": "2026-11-04T12:30:00.000Z",
    }
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes == {"owner": "pub_1", "kind": "cap_reached"}


def test_error_of_the_topic_is_only_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("NOTIFICATIONS_TOPIC", "arn:aws:sns:us-east-1:123456789012:gone")
    assert send_once(ADMIN, NOTICE, once="cmp_1", now=NOW) is True
    assert len(notifications()) == 1
    assert "SNS rejected a notification of kind cap_reached" in caplog.text
