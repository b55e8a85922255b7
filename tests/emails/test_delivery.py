from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from pynamodb.exceptions import PutError, UpdateError

from chalicelib.emails import delivery
from chalicelib.emails.delivery import CLAIM_SECONDS, EmailDependencies, EmailInProgress, deliver, handle_message
from chalicelib.emails.message import EmailMessage, encode
from chalicelib.emails.rendering import Email
from chalicelib.emails.ses import EmailRefused
from chalicelib.notifications.notification import NotificationKind
from chalicelib.tables.base import get_or_none
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.settings import NetworkSettingsRow
from tests.builders import NOW
from tests.conftest import dynamodb
from tests.emails.people import a_notification, a_publisher, a_user

GET = "chalicelib.emails.delivery.get_or_none"
LATER = NOW + timedelta(seconds=CLAIM_SECONDS + 1)


class Killed(BaseException):
    """The process dies."""


@dataclass(slots=True)
class Mailbox:
    """Sent e-mails by address. `before` and `after` run before and after SES accepts one."""

    sent: list[tuple[str, Email]] = field(default_factory=list)
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None

    def send(self, email: Email, address: str) -> None:
        self.before()
        self.sent.append((address, email))
        self.after()

    def deliver(self, message: EmailMessage, now: datetime = NOW) -> None:
        deliver(message, "Net", EmailDependencies(now, self.send))

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.sent]


def fail(error: BaseException) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


@pytest.fixture
def message(tables: None) -> EmailMessage:
    """Store a user and a notification; return the message of its e-mail."""
    a_user()
    row = a_notification()
    return EmailMessage(row.owner_year, row.id, "usr_1")


def marker(message: EmailMessage) -> NotificationRow:
    return NotificationRow.get(f"mailed#{message.notification_id}#{message.person}", "-")


def test_email_is_sent_to_the_user(message: EmailMessage) -> None:
    box = Mailbox()
    box.deliver(message)
    ((address, email),) = box.sent
    assert (address, email.subject) == ("usr_1@network.example", "Game A is at its cap.")
    assert marker(message).finished_at == "2026-11-04T12:30:00.000Z"


def test_email_is_sent_to_the_publisher(tables: None) -> None:
    a_publisher()
    row = a_notification("pub_1", NotificationKind.LINK_LIVE)
    box = Mailbox()
    box.deliver(EmailMessage(row.owner_year, row.id, "pub_1"))
    assert box.addresses == ["ann@pub.example"]


def test_message_received_twice_sends_one_email(message: EmailMessage) -> None:
    box = Mailbox()
    for now in (NOW, NOW, LATER):
        box.deliver(message, now)
    assert box.addresses == ["usr_1@network.example"]


def test_message_received_by_sixteen_processes_at_once_sends_one_email(message: EmailMessage) -> None:
    box = Mailbox()

    def attempt(_: int) -> None:
        try:
            box.deliver(message)
        except EmailInProgress:
            return

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(attempt, range(16)))
    assert box.addresses == ["usr_1@network.example"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: a_user(email_notifications={"cap_reached": False}), id="switched off"),
        pytest.param(lambda: a_user(removed_at="2026-11-04T00:00:00.000Z"), id="user removed"),
        pytest.param(lambda: a_user(email=None), id="no address"),
    ],
)
def test_email_is_dropped_if_the_person_changed_in_the_meantime(
    message: EmailMessage, change: Callable[[], object]
) -> None:
    change()
    box = Mailbox()
    box.deliver(message)
    assert box.sent == []


def test_email_of_an_expired_notification_is_dropped(message: EmailMessage) -> None:
    NotificationRow.get(message.owner_year, message.notification_id).delete()
    box = Mailbox()
    box.deliver(message)
    assert box.sent == []


# Kills


def test_kill_before_the_claim_loses_nothing(message: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Mailbox()
    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_claim", lambda *_: fail(Killed())())
        with pytest.raises(Killed):
            box.deliver(message)
    box.deliver(message)
    assert box.addresses == ["usr_1@network.example"]


def test_kill_after_the_claim_loses_nothing(message: EmailMessage) -> None:
    with pytest.raises(Killed):
        Mailbox(before=fail(Killed())).deliver(message)
    box = Mailbox()
    with pytest.raises(EmailInProgress):
        box.deliver(message, NOW + timedelta(seconds=CLAIM_SECONDS))
    assert box.sent == []
    box.deliver(message, LATER)
    assert box.addresses == ["usr_1@network.example"]


def test_kill_between_the_answer_of_ses_and_its_record_sends_again(message: EmailMessage) -> None:
    box = Mailbox(after=fail(Killed()))
    with pytest.raises(Killed):
        box.deliver(message)
    box.after = lambda: None
    box.deliver(message, LATER)
    box.deliver(message, LATER)
    assert box.addresses == ["usr_1@network.example"] * 2


def test_kill_after_the_record_sends_nothing_again(message: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    box, finish = Mailbox(), delivery._finish

    def finish_and_die(*args: Any, **named: Any) -> None:
        finish(*args, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_finish", finish_and_die)
        with pytest.raises(Killed):
            box.deliver(message)
    box.deliver(message, LATER)
    assert box.addresses == ["usr_1@network.example"]


# Errors


def test_temporary_error_gives_the_claim_back(message: EmailMessage) -> None:
    with pytest.raises(ConnectionError):
        Mailbox(before=fail(ConnectionError())).deliver(message)
    box = Mailbox()
    box.deliver(message)
    assert box.addresses == ["usr_1@network.example"]


def test_refused_email_is_logged_and_never_tried_again(message: EmailMessage, caplog: pytest.LogCaptureFixture) -> None:
    Mailbox(before=fail(EmailRefused("bad address"))).deliver(message)
    assert "refused and is not sent" in caplog.text
    assert marker(message).error == "bad address"
    box = Mailbox()
    box.deliver(message, LATER)
    assert box.sent == []


def take_over(message: EmailMessage) -> None:
    """Let another process claim the e-mail."""
    marker(message).update([NotificationRow.claimed_at.set(1)])


def test_claim_of_another_process_is_not_given_back(message: EmailMessage, caplog: pytest.LogCaptureFixture) -> None:
    def lose_and_fail() -> None:
        take_over(message)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        Mailbox(before=lose_and_fail).deliver(message)
    assert marker(message).claimed_at == 1
    assert "was not given back" in caplog.text


def test_expired_claim_is_taken_by_one_process(message: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Killed):
        Mailbox(before=fail(Killed())).deliver(message)

    def get_and_lose(model: Any, key: str, range_key: str | None = None) -> Any:
        row = get_or_none(model, key, range_key)
        if key.startswith("mailed#"):
            take_over(message)
        return row

    monkeypatch.setattr(GET, get_and_lose)
    box = Mailbox()
    with pytest.raises(EmailInProgress):
        box.deliver(message, LATER)
    assert box.sent == []


def test_claim_that_was_given_back_at_this_moment_is_received_again(
    message: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    Mailbox().deliver(message)
    monkeypatch.setattr(GET, lambda model, *key: None if key[0].startswith("mailed#") else get_or_none(model, *key))
    with pytest.raises(EmailInProgress):
        Mailbox().deliver(message)


def test_error_of_the_table_is_raised(message: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    row = NotificationRow.get(message.owner_year, message.notification_id)
    monkeypatch.setattr(GET, lambda *_: row)
    dynamodb().delete_table(TableName="smartlink-notifications")
    with pytest.raises(PutError):
        Mailbox().deliver(message)
    with pytest.raises(UpdateError):
        delivery._take_over(NotificationRow("mailed#n#p", "-", claimed_at=1), NOW)


# In the Lambda


def test_message_of_the_queue_is_sent_with_the_settings(message: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setenv("EMAIL_FROM", "network@smartlink.example")
    monkeypatch.setattr("chalicelib.emails.ses.send", lambda _, address, **named: sent.append((address, named)))
    NetworkSettingsRow(name="Acme", version=1).save()
    handle_message(encode(message))
    expected = {"sender": "network@smartlink.example", "network": "Acme"}
    assert sent == [("usr_1@network.example", expected)]


def test_message_is_dropped_if_emails_were_switched_off(
    message: EmailMessage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("EMAIL_FROM", raising=False)
    handle_message(encode(message))
    assert "EMAIL_FROM is not set" in caplog.text
