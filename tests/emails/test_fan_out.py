from typing import Any

import pytest

from chalicelib.emails.fan_out import queue_emails
from chalicelib.notifications.notification import NotificationKind
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.users import UserRow
from tests.conftest import dynamodb
from tests.emails.people import a_notification, a_publisher, a_user, make_queue, queued


@pytest.fixture(autouse=True)
def configured(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide the queue, and the sender's address."""
    monkeypatch.setenv("EMAIL_FROM", "network@smartlink.example")
    make_queue()


def record(row: NotificationRow, sequence: str = "1", event: str = "INSERT") -> dict[str, Any]:
    return {"eventName": event, "dynamodb": {"SequenceNumber": sequence, "NewImage": row.serialize()}}


def people() -> list[str]:
    return [message.person for message in queued()]


def test_message_is_queued_for_each_user() -> None:
    a_user("usr_1")
    a_user("usr_2")
    row = a_notification()
    assert queue_emails([record(row)]) is None
    assert people() == ["usr_1", "usr_2"]
    assert {(each.owner_year, each.notification_id) for each in queued()} == {("admin#2026", row.id)}


def test_message_is_queued_for_the_publisher() -> None:
    a_user()
    a_publisher()
    queue_emails([record(a_notification("pub_1", NotificationKind.LINK_LIVE))])
    assert people() == ["pub_1"]


def test_person_who_switched_the_kind_off_is_left_out() -> None:
    a_user("usr_1", email_notifications={"cap_reached": False})
    a_user("usr_2")
    queue_emails([record(a_notification())])
    assert people() == ["usr_2"]


def test_users_are_read_once_for_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    a_user()
    reads, query = [], UserRow.query

    def counted(*args: Any, **named: Any) -> Any:
        reads.append(args)
        return query(*args, **named)

    monkeypatch.setattr(UserRow, "query", counted)
    queue_emails([record(a_notification()), record(a_notification(kind=NotificationKind.CAP_NEARLY_REACHED))])
    assert (len(reads), len(people())) == (1, 2)


def test_nothing_is_queued_without_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    a_user()
    monkeypatch.delenv("EMAIL_FROM")
    assert queue_emails([record(a_notification())]) is None
    assert people() == []


def test_other_rows_and_changes_are_ignored() -> None:
    a_user()
    row = a_notification()
    others = [each for each in NotificationRow.scan() if not each.kind]
    newer = a_notification(kind=NotificationKind.CAP_NEARLY_REACHED)
    newer.kind = "of a newer release"
    records = [record(row, event="MODIFY"), *map(record, others), record(newer)]
    removed = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1"}}
    assert others
    assert queue_emails([*records, removed]) is None
    assert people() == []


def test_stream_is_read_again_from_the_record_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    a_publisher()
    records = [record(a_notification("pub_1", NotificationKind.LINK_LIVE), "7"), record(a_notification(), "8")]
    dynamodb().delete_table(TableName="smartlink-users")
    assert queue_emails(records) == "8"
    assert people() == ["pub_1"]
    assert "were not queued" in caplog.text
