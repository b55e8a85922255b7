from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.inbox import views
from chalicelib.inbox.schemas import NotificationQuery
from chalicelib.lists import search
from chalicelib.lists.reads import Reads
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import add_publisher, apply, errors_by_pointer, good, new_publisher, new_smartlink, pages, pending
from tests.http.support import a_request

NOTIFICATIONS = "/admin/notifications"


def notify(*texts: str, owner: str = ADMIN, days_apart: int = 0) -> None:
    """Send a notification for each text, in this order."""
    for n, text in enumerate(texts):
        notification = Notification(NotificationKind.POISON_RECORD, {"click_id": text}, text)
        send_once(owner, notification, once=text, now=NOW + timedelta(days=n * days_apart, milliseconds=n))


def listed(api: Api, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = good(api.get(f"{NOTIFICATIONS}{query}"))["items"]
    return items


def test_pending_application_notifies_the_admins(admin: Api) -> None:
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


def test_repeated_application_notifies_once(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    assert [apply(publisher, smartlink).status for _ in range(2)] == [201, 200]
    assert len(listed(admin)) == 1


def test_application_for_a_public_smartlink_does_not_notify_the_admins(admin: Api) -> None:
    apply(new_publisher(admin), new_smartlink(admin, visibility="public"))
    assert listed(admin) == []


def test_adding_a_publisher_does_not_notify_the_admins(admin: Api) -> None:
    add_publisher(admin, new_smartlink(admin), new_publisher(admin))
    assert listed(admin) == []


def test_failed_application_does_not_notify(admin: Api) -> None:
    assert apply(new_publisher(admin), {"id": "sml_none"}).status == 404
    assert listed(admin) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
def test_notifications_are_listed_newest_first(admin: Api, limit: int) -> None:
    notify("a", "b", "c", "d")
    texts = [each["text"] for page in pages(admin, NOTIFICATIONS, limit) for each in page]
    assert texts == ["d", "c", "b", "a"]


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_list_can_be_limited_to_unread(admin: Api, limit: int) -> None:
    notify("a", "b", "c", "d")
    for each in listed(admin)[1:3]:
        good(admin.post(f"{NOTIFICATIONS}/{each['id']}/read"))
    unread = [each["text"] for page in pages(admin, f"{NOTIFICATIONS}?unread=true", limit) for each in page]
    assert unread == ["d", "a"]
    assert [each["read"] for each in listed(admin, "?unread=false")] == [False, True, True, False]


def test_search_for_unread_notifications_is_cut_short_and_goes_on(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    notify("a", "b", "c", "d")
    for each in listed(admin)[:3]:
        good(admin.post(f"{NOTIFICATIONS}/{each['id']}/read"))
    monkeypatch.setattr(search, "Reads", partial(Reads, items=2))
    found = [[each["text"] for each in page] for page in pages(admin, f"{NOTIFICATIONS}?unread=true", 50)]
    assert found == [[], ["a"], []]


def test_notifications_are_found_by_text_and_counted(admin: Api) -> None:
    notify("game a", "shop", "Game b")
    page = good(admin.get(f"{NOTIFICATIONS}?q=GAME&count=true&limit=1"))
    assert ([each["text"] for each in page["items"]], page["total"]) == (["Game b"], 2)


def test_unread_must_be_true_or_false(admin: Api) -> None:
    assert set(errors_by_pointer(admin.get(f"{NOTIFICATIONS}?unread=yes"))) == {"/unread"}


def test_cursor_of_all_is_invalid_for_unread(admin: Api) -> None:
    notify("a", "b")
    cursor = good(admin.get(f"{NOTIFICATIONS}?limit=1"))["next_cursor"]
    response = admin.get(f"{NOTIFICATIONS}?unread=true&cursor={cursor}")
    assert errors_by_pointer(response) == {"/cursor": "is not a cursor of this list"}


def test_marking_as_read_is_idempotent(admin: Api) -> None:
    notify("a")
    (notification,) = listed(admin)
    responses = [good(admin.post(f"{NOTIFICATIONS}/{notification['id']}/read")) for _ in range(2)]
    assert responses == [{**notification, "read": True}] * 2
    assert listed(admin) == responses[:1]


def test_marking_as_read_accepts_an_idempotency_key(admin: Api) -> None:
    notify("a")
    path = f"{NOTIFICATIONS}/{listed(admin)[0]['id']}/read"
    assert good(admin.post(path, Idempotency_Key="k")) == good(admin.post(path, Idempotency_Key="k"))


@pytest.mark.parametrize("notification_id", ["-", "ntf_1", "ntf_01m6k8k8a00000000000000000"])
def test_unknown_notification_is_not_found(admin: Api, notification_id: str) -> None:
    notify("a")
    response = admin.post(f"{NOTIFICATIONS}/{notification_id}/read")
    assert (response.status, response.json["detail"]) == (404, f"There is no notification {notification_id}.")


def test_admins_cannot_see_or_read_notifications_of_publishers(admin: Api) -> None:
    publisher = new_publisher(admin)
    notify("a", owner=publisher.id)
    (own,) = good(publisher.api.get("/publisher/notifications"))["items"]
    assert listed(admin) == []
    assert admin.post(f"{NOTIFICATIONS}/{own['id']}/read").status == 404


def test_all_notifications_are_read_at_once(admin: Api) -> None:
    notify("a", "b", "c")
    assert (admin.post(f"{NOTIFICATIONS}/read-all").status, listed(admin, "?unread=true")) == (204, [])
    assert [each["read"] for each in listed(admin)] == [True] * 3
    assert good(admin.get("/admin/counts"))["unread_notifications"] == 0
    later = Notification(NotificationKind.POISON_RECORD, {}, "d")
    send_once(ADMIN, later, once="d", now=NOW + timedelta(seconds=1))
    assert [each["text"] for each in listed(admin, "?unread=true")] == ["d"]


def test_repeated_read_all_marks_no_newer_notification(admin: Api) -> None:
    notify("a")
    first = admin.post(f"{NOTIFICATIONS}/read-all", Idempotency_Key="k")
    later = Notification(NotificationKind.POISON_RECORD, {}, "b")
    send_once(ADMIN, later, once="b", now=NOW + timedelta(seconds=1))
    repeated = admin.post(f"{NOTIFICATIONS}/read-all", Idempotency_Key="k")
    assert (repeated.status, repeated.text, repeated.headers) == (204, "", first.headers)
    assert [each["text"] for each in listed(admin, "?unread=true")] == ["b"]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_unread_notifications_after_those_that_are_read_are_listed(admin: Api, limit: int) -> None:
    notify("a", "b")
    good_status = admin.post(f"{NOTIFICATIONS}/read-all").status
    texts = ["c", "d", "e"]
    for n, text in enumerate(texts):
        notification = Notification(NotificationKind.POISON_RECORD, {}, text)
        send_once(ADMIN, notification, once=text, now=NOW + timedelta(seconds=n + 1))
    good(admin.post(f"{NOTIFICATIONS}/{listed(admin)[1]['id']}/read"))
    found = [each["text"] for page in pages(admin, f"{NOTIFICATIONS}?unread=true", limit) for each in page]
    assert (good_status, found) == (204, ["e", "c"])


def test_publisher_reads_all_of_theirs(admin: Api) -> None:
    publisher = new_publisher(admin)
    notify("a", owner=publisher.id)
    notify("a")
    assert good(publisher.api.get("/publisher/counts"))["unread_notifications"] == 1
    assert publisher.api.post("/publisher/notifications/read-all").status == 204
    assert good(publisher.api.get("/publisher/counts"))["unread_notifications"] == 0
    assert good(publisher.api.get("/publisher/notifications?unread=true"))["items"] == []
    assert len(listed(admin, "?unread=true")) == 1


def test_each_user_has_their_own_unread_notifications(tables: None) -> None:
    notify("a", "b")
    olga, max_ = (a_request(owner=ADMIN, actor=actor) for actor in ("usr_1", "usr_2"))
    everything = NotificationQuery()
    newest = views.find(olga, everything).items[0]
    assert views.read(olga, newest.id).read
    assert [each.read for each in views.find(olga, everything).items] == [True, False]
    assert [each.read for each in views.find(max_, everything).items] == [False, False]
    views.read_all(max_)
    assert [each.read for each in views.find(max_, everything).items] == [True, True]
    assert [each.text for each in views.find(olga, NotificationQuery(unread="true")).items] == ["a"]
