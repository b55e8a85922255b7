from typing import Any

from tests.conftest import Api
from tests.documents import Publisher, apply, good, new_publisher, new_smartlink, pages, pending, put_on

NOTIFICATIONS = "/publisher/notifications"


def told(publisher: Publisher) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = good(publisher.api.get(NOTIFICATIONS))["items"]
    return items


def kinds(publisher: Publisher) -> list[str]:
    return sorted(each["kind"] for each in told(publisher))


def decided(admin: Api, decision: str, body: dict[str, Any] | None = None) -> None:
    """Decides the one application that waits."""
    (application,) = pending(admin)
    good(admin.post(f"/admin/applications/{application}/{decision}", body))


def test_an_approval_is_told_and_so_is_the_live_link(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    apply(publisher, smartlink)
    (application,) = pending(admin)
    code = good(admin.post(f"/admin/applications/{application}/approve"))["link"]["code"]
    subject = {"application_id": application, "publisher_id": publisher.id, "smartlink_id": smartlink["id"]}
    found = {each["kind"]: (each["text"], each["subject"]) for each in told(publisher)}
    assert found == {
        "application_decided": ("Your application for Summer App Deals was approved.", subject),
        "link_live": (f"Your link {code} to Summer App Deals is live.", {**subject, "code": code}),
    }


def test_an_approval_given_twice_is_told_once(admin: Api) -> None:
    publisher = new_publisher(admin)
    apply(publisher, new_smartlink(admin))
    (application,) = pending(admin)
    for _ in range(2):
        good(admin.post(f"/admin/applications/{application}/approve"))
    assert kinds(publisher) == ["application_decided", "link_live"]


def test_a_refusal_is_told_with_its_reason(admin: Api) -> None:
    publisher = new_publisher(admin)
    apply(publisher, new_smartlink(admin))
    decided(admin, "decline", {"reason": "no such traffic"})
    (notification,) = told(publisher)
    assert notification["kind"] == "application_decided"
    assert notification["text"] == "Your application for Summer App Deals was declined: no such traffic"


def test_a_link_that_comes_at_once_is_told(admin: Api) -> None:
    publisher = new_publisher(admin)
    code = good(apply(publisher, new_smartlink(admin, visibility="public")))["link"]["code"]
    assert [(each["kind"], each["subject"]["code"]) for each in told(publisher)] == [("link_live", code)]


def test_a_publisher_put_on_deliberately_is_told_that_their_link_is_live(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin, visibility="private")
    code = put_on(admin, smartlink, publisher)
    subject = {"application_id": None, "publisher_id": publisher.id, "smartlink_id": smartlink["id"], "code": code}
    assert [(each["kind"], each["subject"]) for each in told(publisher)] == [("link_live", subject)]


def test_a_pending_application_of_one_put_on_is_told_as_approved(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    apply(publisher, smartlink)
    put_on(admin, smartlink, publisher)
    assert kinds(publisher) == ["application_decided", "link_live"]


def test_a_link_that_comes_back_is_told_again_and_a_declined_application_is_not(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    apply(publisher, smartlink)
    decided(admin, "decline")
    put_on(admin, smartlink, publisher)
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    put_on(admin, smartlink, publisher)
    assert kinds(publisher) == ["application_decided", "link_live", "link_live"]


def test_an_application_that_waits_is_no_news_to_who_made_it(admin: Api) -> None:
    publisher = new_publisher(admin)
    apply(publisher, new_smartlink(admin))
    assert told(publisher) == []


def test_notifications_are_paged_and_marked_as_read(admin: Api) -> None:
    publisher = new_publisher(admin)
    for _ in range(3):
        put_on(admin, new_smartlink(admin), publisher)
    newest = told(publisher)[0]
    assert good(publisher.api.post(f"{NOTIFICATIONS}/{newest['id']}/read")) == {**newest, "read": True}
    assert [len(page) for page in pages(publisher.api, f"{NOTIFICATIONS}?unread=true", 1)] == [1, 1]
    assert [each["read"] for each in told(publisher)] == [True, False, False]


def test_a_publisher_neither_sees_nor_reads_what_another_is_told(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    put_on(admin, new_smartlink(admin), ann)
    (notification,) = told(ann)
    assert told(bob) == []
    assert bob.api.post(f"{NOTIFICATIONS}/{notification['id']}/read").status == 404
    assert [each["read"] for each in told(ann)] == [False]
