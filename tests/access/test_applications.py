from typing import Any

from tests.conftest import Api
from tests.documents import Publisher, add_publisher, apply, good, new_publisher, new_smartlink, pages, pending

NOTIFICATIONS = "/publisher/notifications"


def notifications(publisher: Publisher) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = good(publisher.api.get(NOTIFICATIONS))["items"]
    return items


def kinds(publisher: Publisher) -> list[str]:
    return sorted(each["kind"] for each in notifications(publisher))


def decide(admin: Api, decision: str, body: dict[str, Any] | None = None) -> None:
    """Decide the only pending application."""
    (application,) = pending(admin)
    good(admin.post(f"/admin/applications/{application}/{decision}", body))


def test_approval_notifies_of_the_decision_and_the_live_link(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    apply(publisher, smartlink)
    (application,) = pending(admin)
    code = good(admin.post(f"/admin/applications/{application}/approve"))["link"]["code"]
    subject = {"application_id": application, "publisher_id": publisher.id, "smartlink_id": smartlink["id"]}
    texts = {each["kind"]: (each["text"], each["subject"]) for each in notifications(publisher)}
    assert texts == {
        "application_decided": ("Your application for Summer App Deals was approved.", subject),
        "link_live": (f"Your link {code} to Summer App Deals is live.", {**subject, "code": code}),
    }


def test_repeated_approval_notifies_once(admin: Api) -> None:
    publisher = new_publisher(admin)
    apply(publisher, new_smartlink(admin))
    (application,) = pending(admin)
    for _ in range(2):
        good(admin.post(f"/admin/applications/{application}/approve"))
    assert kinds(publisher) == ["application_decided", "link_live"]


def test_declined_application_notifies_with_the_reason(admin: Api) -> None:
    publisher = new_publisher(admin)
    apply(publisher, new_smartlink(admin))
    decide(admin, "decline", {"reason": "no such traffic"})
    (notification,) = notifications(publisher)
    assert notification["kind"] == "application_decided"
    assert notification["text"] == "Your application for Summer App Deals was declined: no such traffic"


def test_application_for_a_public_smartlink_notifies_of_the_live_link(admin: Api) -> None:
    publisher = new_publisher(admin)
    code = good(apply(publisher, new_smartlink(admin, visibility="public")))["link"]["code"]
    assert [(each["kind"], each["subject"]["code"]) for each in notifications(publisher)] == [("link_live", code)]


def test_declined_publisher_needs_an_approval_on_a_public_smartlink_too(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    apply(publisher, smartlink)
    decide(admin, "decline")
    good(admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"visibility": "public"}))
    assert good(apply(publisher, smartlink))["status"] == "pending"


def test_added_publisher_is_notified_of_the_live_link(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin, visibility="private")
    code = add_publisher(admin, smartlink, publisher)
    subject = {"application_id": None, "publisher_id": publisher.id, "smartlink_id": smartlink["id"], "code": code}
    assert [(each["kind"], each["subject"]) for each in notifications(publisher)] == [("link_live", subject)]


def test_adding_a_publisher_approves_their_pending_application(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    apply(publisher, smartlink)
    add_publisher(admin, smartlink, publisher)
    assert kinds(publisher) == ["application_decided", "link_live"]


def test_restored_link_notifies_again_without_a_decision(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    apply(publisher, smartlink)
    decide(admin, "decline")
    add_publisher(admin, smartlink, publisher)
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    add_publisher(admin, smartlink, publisher)
    assert kinds(publisher) == ["application_decided", "link_live", "link_live"]


def test_pending_application_does_not_notify_the_publisher(admin: Api) -> None:
    publisher = new_publisher(admin)
    apply(publisher, new_smartlink(admin))
    assert notifications(publisher) == []


def test_notifications_are_paginated_and_marked_as_read(admin: Api) -> None:
    publisher = new_publisher(admin)
    for _ in range(3):
        add_publisher(admin, new_smartlink(admin), publisher)
    newest = notifications(publisher)[0]
    assert good(publisher.api.post(f"{NOTIFICATIONS}/{newest['id']}/read")) == {**newest, "read": True}
    assert [len(page) for page in pages(publisher.api, f"{NOTIFICATIONS}?unread=true", 1)] == [1, 1]
    assert [each["read"] for each in notifications(publisher)] == [True, False, False]


def test_publisher_cannot_see_or_read_notifications_of_others(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    add_publisher(admin, new_smartlink(admin), ann)
    (notification,) = notifications(ann)
    assert notifications(bob) == []
    assert bob.api.post(f"{NOTIFICATIONS}/{notification['id']}/read").status == 404
    assert [each["read"] for each in notifications(ann)] == [False]
