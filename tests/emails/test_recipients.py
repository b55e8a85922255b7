import pytest

from chalicelib.emails.recipients import Recipient, recipient, recipients
from chalicelib.notifications.notification import NotificationKind
from chalicelib.notifications.send import ADMIN
from tests.emails.people import a_publisher, a_user

pytestmark = pytest.mark.usefixtures("tables")


def test_every_user_with_an_address_is_a_recipient_of_the_networks_notifications() -> None:
    a_user("usr_1")
    a_user("usr_2", email=None)
    a_user("usr_3", removed_at="2026-11-02T00:00:00.000Z")
    a_user("usr_4", role="analyst")
    a_publisher()
    assert [each.address for each in recipients(ADMIN)] == ["usr_1@network.example", "usr_4@network.example"]


def test_publisher_is_the_recipient_of_their_notifications() -> None:
    a_publisher("pub_1", status="suspended")
    a_user()
    assert recipients("pub_1") == [Recipient("pub_1", "ann@pub.example", {})]


@pytest.mark.parametrize("changes", [{"status": "closed"}, {"email": ""}], ids=["closed", "no address"])
def test_publisher_without_account_or_address_gets_nothing(changes: dict[str, str]) -> None:
    a_publisher("pub_1", **changes)
    assert (recipients("pub_1"), recipient("pub_1", "pub_1")) == ([], None)


def test_unknown_publisher_and_user_get_nothing() -> None:
    assert (recipients("pub_none"), recipient(ADMIN, "usr_none")) == ([], None)


def test_recipient_is_found_by_id() -> None:
    a_user("usr_1", email_notifications={"cap_reached": False})
    a_publisher("pub_1")
    found, publisher = recipient(ADMIN, "usr_1"), recipient("pub_1", "pub_1")
    assert found is not None
    assert publisher is not None
    assert (found.id, publisher.id) == ("usr_1", "pub_1")
    assert found.wants(NotificationKind.CAP_NEARLY_REACHED)
    assert not found.wants(NotificationKind.CAP_REACHED)


def test_removed_user_and_another_publisher_are_no_recipients() -> None:
    a_user("usr_1", removed_at="2026-11-02T00:00:00.000Z")
    a_publisher("pub_2")
    assert (recipient(ADMIN, "usr_1"), recipient("pub_1", "pub_2")) == (None, None)
