"""Every endpoint, asked by callers of every kind: exactly the allowed ones are answered."""

import pytest

from chalicelib.endpoints import ENDPOINTS
from tests.access_walk import NO_VERSION, Call, Caller, expected, walk, wrong_answers
from tests.conftest import Api
from tests.conversions.imports.queue import create_queue
from tests.documents import (
    Publisher,
    add_publisher,
    clicked,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    recorded,
)
from tests.people import new_user
from tests.postbacks.rows import make_queue
from tests.publisher.postbacks.test_views import a_delivery


@pytest.fixture
def apis(admin: Api) -> dict[Caller, Api]:
    """The API of each caller."""
    one, other, suspended = (new_publisher(admin, name) for name in ("Ann", "Bob", "Eve"))
    good(admin.patch(f"/admin/publishers/{suspended.id}", {"status": "suspended"}))
    return {
        Caller.NOBODY: Api(),
        Caller.OWNER: admin,
        Caller.MANAGER: new_user(admin, "manager", "Mia").api,
        Caller.ANALYST: new_user(admin, "analyst", "Ali").api,
        Caller.PUBLISHER: one.api,
        Caller.OTHER_PUBLISHER: other.api,
        Caller.SUSPENDED: suspended.api,
    }


def things_of(admin: Api, publisher: Api) -> dict[str, str]:
    """Create one resource of the publisher for each parameter of a path."""
    for make in (create_queue, make_queue):
        make()
    publisher_id = good(publisher.get("/publisher/me"))["id"]
    smartlink = new_smartlink(admin, new_campaign(admin), visibility="private")
    owner = Publisher(publisher_id, publisher)
    clicked(add_publisher(admin, smartlink, owner))
    (click_id,) = recorded()
    postback = good(publisher.post("/publisher/postbacks", {"url": "https://pub.example/?c={click_id}"}))
    delivery = a_delivery(owner, postback["id"])
    delivery.save()
    return {
        "smartlink_id": smartlink["id"],
        "click_id": click_id,
        "postback_id": postback["id"],
        "delivery_id": delivery.id,
        "notification_id": good(publisher.get("/publisher/notifications"))["items"][0]["id"],
        "key_id": good(publisher.post("/publisher/me/keys"))["key_id"],
    }


def test_exactly_the_allowed_callers_are_answered(admin: Api, apis: dict[Caller, Api]) -> None:
    staff = (Caller.OWNER, Caller.MANAGER, Caller.ANALYST)
    user_ids = {each: good(apis[each].get("/admin/me"))["user"]["id"] for each in staff}
    things = things_of(admin, apis[Caller.PUBLISHER])

    def ask(call: Call) -> int:
        return apis[call.caller].call(call.endpoint.method, call.path, **NO_VERSION).status

    assert wrong_answers(walk(user_ids, things), ask) == []


def test_walk_has_every_endpoint_and_kind_of_caller() -> None:
    calls = list(walk({Caller.ANALYST: "usr_1"}, {}))
    assert {(call.endpoint, call.caller) for call in calls} == {(each, who) for each in ENDPOINTS for who in Caller}
    assert {expected(call) for call in calls} == {None, 401, 403, 404}
    assert all(call.path.startswith("/admin/users/usr_1") for call in calls if call.is_own)
