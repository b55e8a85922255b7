from datetime import timedelta
from typing import Any

import pytest

from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import apply, complaints, good, new_publisher, new_smartlink, pages, pending, put_on

NOTIFICATIONS = "/admin/notifications"


def tell(*texts: str, owner: str = ADMIN, days_apart: int = 0) -> None:
    """Tells each text as a fact of its own, in this order."""
    for n, text in enumerate(texts):
        notice = Notification(NotificationKind.POISON_RECORD, {"click_id": text}, text)
        send_once(owner, notice, once=text, now=NOW + timedelta(days=n * days_apart, milliseconds=n))


def listed(api: Api, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = good(api.get(f"{NOTIFICATIONS}{query}"))["items"]
    return items


def test_an_application_that_waits_is_told_with_all_it_is_about(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin, "Ann")
    apply(publisher, smartlink)
    (notification,) = listed(admin)
    assert notification == {
        "id": notification["id"],
        "kind": "application_received",
        "text": "Ann applies for Summer App Deals.",
        "subject": {
            "application_id": pending(admin)[0],
            "publisher_id": publisher.id,
            "smartlink_id": smartlink["id"],
        },
        "read": False,
        "created_at": notification["created_at"],
    }


def test_an_application_made_twice_is_told_once(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    assert [apply(publisher, smartlink).status for _ in range(2)] == [201, 200]
    assert len(listed(admin)) == 1


def test_an_application_approved_at_once_troubles_no_admin(admin: Api) -> None:
    apply(new_publisher(admin), new_smartlink(admin, visibility="public"))
    assert listed(admin) == []


def test_a_publisher_put_on_deliberately_troubles_no_admin(admin: Api) -> None:
    put_on(admin, new_smartlink(admin), new_publisher(admin))
    assert listed(admin) == []


def test_an_application_that_came_to_nothing_is_not_told(admin: Api) -> None:
    assert apply(new_publisher(admin), {"id": "sml_none"}).status == 404
    assert listed(admin) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
def test_notifications_are_listed_newest_first(admin: Api, limit: int) -> None:
    tell("a", "b", "c", "d")
    found = [each["text"] for page in pages(admin, NOTIFICATIONS, limit) for each in page]
    assert found == ["d", "c", "b", "a"]


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_the_unread_ones_can_be_listed_alone(admin: Api, limit: int) -> None:
    tell("a", "b", "c", "d")
    for each in listed(admin)[1:3]:
        good(admin.post(f"{NOTIFICATIONS}/{each['id']}/read"))
    unread = [each["text"] for page in pages(admin, f"{NOTIFICATIONS}?unread=true", limit) for each in page]
    assert unread == ["d", "a"]
    assert [each["read"] for each in listed(admin, "?unread=false")] == [False, True, True, False]


def test_unread_is_true_or_false(admin: Api) -> None:
    assert set(complaints(admin.get(f"{NOTIFICATIONS}?unread=yes"))) == {"/unread"}


def test_a_cursor_of_all_is_none_of_the_unread(admin: Api) -> None:
    tell("a", "b")
    cursor = good(admin.get(f"{NOTIFICATIONS}?limit=1"))["next_cursor"]
    refused = admin.get(f"{NOTIFICATIONS}?unread=true&cursor={cursor}")
    assert complaints(refused) == {"/cursor": "is not a cursor of this list"}


def test_a_notification_read_twice_is_read_once(admin: Api) -> None:
    tell("a")
    (notification,) = listed(admin)
    answers = [good(admin.post(f"{NOTIFICATIONS}/{notification['id']}/read")) for _ in range(2)]
    assert answers == [{**notification, "read": True}] * 2
    assert listed(admin) == answers[:1]


def test_reading_is_repeated_by_its_idempotency_key(admin: Api) -> None:
    tell("a")
    path = f"{NOTIFICATIONS}/{listed(admin)[0]['id']}/read"
    assert good(admin.post(path, Idempotency_Key="k")) == good(admin.post(path, Idempotency_Key="k"))


@pytest.mark.parametrize("notification_id", ["-", "ntf_1", "ntf_01m6k8k8a00000000000000000"])
def test_what_nobody_was_told_cannot_be_read(admin: Api, notification_id: str) -> None:
    tell("a")
    refused = admin.post(f"{NOTIFICATIONS}/{notification_id}/read")
    assert (refused.status, refused.json["detail"]) == (404, f"there is no notification {notification_id}")


def test_the_admins_neither_see_nor_read_what_publishers_are_told(admin: Api) -> None:
    publisher = new_publisher(admin)
    tell("a", owner=publisher.id)
    (own,) = good(publisher.api.get("/publisher/notifications"))["items"]
    assert listed(admin) == []
    assert admin.post(f"{NOTIFICATIONS}/{own['id']}/read").status == 404
