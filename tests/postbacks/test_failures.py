from datetime import timedelta

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.postbacks import failures
from chalicelib.tables.base import commit, connection
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.postbacks import PostbackDeliveryRow
from tests.builders import NOW

pytestmark = pytest.mark.usefixtures("tables")


def a_delivery(
    delivery_id: str, status: str = "failed", attempt: int = 1, postback: str = "pbk_1"
) -> PostbackDeliveryRow:
    return PostbackDeliveryRow(
        delivery_id,
        postback_id=postback,
        publisher_id="pub_1",
        conversion_id="cnv_1",
        url="https://pub.example/?p=1",
        status=status,
        attempt=attempt,
        error="The server responded with status 500.",
        at="2026-11-04T12:30:00.000Z",
    )


def fail(*names: str, status: str = "failed", postback: str = "pbk_1") -> None:
    for name in names:
        failures.count_and_notify(a_delivery(f"dlv_{name}", status, postback=postback), NOW)


def succeed() -> None:
    failures.reset(a_delivery("dlv_ok", "delivered"))


def notifications() -> list[tuple[str, str]]:
    """Return kind and text of the notifications to the publisher."""
    return [(row.kind, row.text) for row in NotificationRow.query("pub_1#2026")]


def kinds() -> list[str]:
    return [kind for kind, _ in notifications()]


def test_publisher_is_notified_at_the_third_failure_in_a_row() -> None:
    fail("a", "b")
    assert kinds() == []
    fail("c")
    assert notifications() == [
        (
            "postback_failing",
            "The last 3 attempts or more to deliver to pub.example failed: The server responded with status 500.",
        )
    ]


def test_further_failures_of_the_day_do_not_notify_again() -> None:
    fail(*"abcdefgh")
    assert kinds() == ["postback_failing"]


def test_attempt_that_is_counted_twice_counts_once() -> None:
    fail("a", "a", "b", "b", "a")
    assert kinds() == []


def test_success_ends_the_failures_in_a_row() -> None:
    fail("a", "b")
    succeed()
    fail("c", "d")
    assert kinds() == []
    fail("e")
    assert kinds() == ["postback_failing"]


def test_edit_or_deletion_ends_the_failures_in_a_row() -> None:
    fail("a", "b")
    write = TransactWrite(connection=connection())
    failures.add_reset(write, "pbk_1")
    commit(write)
    fail("c", "d")
    assert kinds() == []


def test_each_postback_has_its_own_failures() -> None:
    fail("a", "b")
    fail("c", postback="pbk_2")
    assert kinds() == []


def test_success_of_a_postback_that_does_not_fail_writes_nothing() -> None:
    succeed()
    assert list(PostbackDeliveryRow.scan()) == []


def test_publisher_that_was_down_at_midnight_is_notified_on_both_days() -> None:
    fail("a", "b", "c")
    late = a_delivery("dlv_d")
    late.at = "2026-11-05T00:00:01.000Z"
    failures.count_and_notify(late, NOW + timedelta(days=1))
    assert kinds() == ["postback_failing"] * 2


def test_dead_delivery_notifies_once_under_repetition() -> None:
    dead = a_delivery("dlv_a", "dead", 8)
    for _ in range(2):
        failures.count_and_notify(dead, NOW)
    assert notifications() == [
        ("delivery_dead", "Delivery to pub.example failed after 8 attempts: The server responded with status 500.")
    ]


def test_refused_delivery_notifies_at_the_first_attempt() -> None:
    fail("a", status="refused")
    assert notifications() == [
        ("postback_failing", "Delivery to pub.example failed after 1 attempt: The server responded with status 500.")
    ]


def test_notification_names_postback_delivery_and_conversion() -> None:
    fail("a", "b", "c")
    (row,) = NotificationRow.query("pub_1#2026")
    assert row.subject == {"postback_id": "pbk_1", "delivery_id": "dlv_c", "conversion_id": "cnv_1"}


def test_failures_in_a_row_expire_with_the_deliveries() -> None:
    fail("a")
    (row,) = PostbackDeliveryRow.scan()
    assert row.expires_at == int((NOW + timedelta(days=90)).timestamp())
