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


def told() -> list[NotificationRow]:
    """All notifications, without the guards."""
    return [row for row in NotificationRow.scan() if not row.owner_year.startswith("once#")]


def test_a_fact_is_told_with_all_that_it_is_about() -> None:
    assert send_once("pub_1", NOTICE, once="cmp_1 2026-11-04", now=NOW) is True
    (row,) = told()
    assert row.id.startswith("ntf_01m6k8k8a0")
    assert (row.owner_year, row.kind, row.text) == ("pub_1#2026", "cap_reached", "Game A has reached its cap.")
    assert row.subject == {"campaign_id": "cmp_1", "publisher_id": None}
    assert row.created_at == "2026-11-04T12:30:00.000Z"
    assert row.read_at is None


def test_a_fact_told_twice_is_told_once() -> None:
    later = NOW + timedelta(days=30)
    assert [send_once(ADMIN, NOTICE, once="cmp_1", now=now) for now in (NOW, NOW, later)] == [True, False, False]
    assert [row.created_at for row in told()] == ["2026-11-04T12:30:00.000Z"]


def test_another_owner_kind_or_fact_is_told_apart() -> None:
    nearly = Notification(NotificationKind.CAP_NEARLY_REACHED, NOTICE.subject, NOTICE.text)
    send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)
    assert send_once("pub_1", NOTICE, once="cmp_1", now=NOW) is True
    assert send_once(ADMIN, nearly, once="cmp_1", now=NOW) is True
    assert send_once(ADMIN, NOTICE, once="cmp_2", now=NOW) is True
    assert len(told()) == 4


def test_notification_and_guard_go_after_400_days() -> None:
    send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)
    assert {row.expires_at for row in NotificationRow.scan()} == {int((NOW + timedelta(days=400)).timestamp())}


def _stands_after(answers: list[bool]) -> Callable[[NotificationRow], bool]:
    return lambda _: answers.pop(0)


def test_one_that_another_process_tells_in_the_same_moment_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)
    monkeypatch.setattr(send, "_exists", _stands_after([False, True]))
    assert send_once(ADMIN, NOTICE, once="cmp_1", now=NOW) is False
    assert len(told()) == 1


def test_a_refusal_for_another_reason_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)
    monkeypatch.setattr(send, "_exists", _stands_after([False, False]))
    with pytest.raises(TransactWriteError):
        send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)


def test_a_sick_table_is_the_callers_to_hear_of() -> None:
    dynamodb().delete_table(TableName="smartlink-notifications")
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        send_once(ADMIN, NOTICE, once="cmp_1", now=NOW)


def test_a_notification_of_anothers_transaction_comes_or_stays_away_with_it() -> None:
    guard = NotificationRow("once#x", "-", created_at="", expires_at=0)
    for _ in range(2):
        write = TransactWrite(connection=connection())
        write.save(guard, NotificationRow.id.does_not_exist())
        send.add_to_transaction(write, "pub_1", NOTICE, NOW)
        try:
            write._commit()
        except TransactWriteError:
            continue
    assert [row.owner_year for row in told()] == ["pub_1#2026"]


# The topic


@pytest.fixture
def heard(tables: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    """What a topic's subscriber has received so far, as the messages stand in a queue."""
    topic = boto3.client("sns").create_topic(Name="notifications")["TopicArn"]
    sqs: Any = boto3.client("sqs")
    url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    boto3.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    monkeypatch.setenv("NOTIFICATIONS_TOPIC", topic)
    asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    return lambda: sqs.receive_message(**asked).get("Messages", [])


def test_the_topic_hears_of_what_was_told(heard: Callable[[], list[dict[str, Any]]]) -> None:
    send_once("pub_1", NOTICE, once="cmp_1", now=NOW)
    send_once("pub_1", NOTICE, once="cmp_1", now=NOW)
    (message,) = heard()
    assert json.loads(message["Body"]) == {
        "owner": "pub_1",
        "kind": "cap_reached",
        "subject": {"campaign_id": "cmp_1", "publisher_id": None},
        "text": "Game A has reached its cap.",
        "created_at": "2026-11-04T12:30:00.000Z",
    }
    attributes = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
    assert attributes == {"owner": "pub_1", "kind": "cap_reached"}


def test_a_topic_that_fails_stops_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("NOTIFICATIONS_TOPIC", "arn:aws:sns:us-east-1:123456789012:gone")
    assert send_once(ADMIN, NOTICE, once="cmp_1", now=NOW) is True
    assert len(told()) == 1
    assert "the topic did not take a notification of cap_reached" in caplog.text
