from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import grants
from chalicelib.access.task_runner import finish_due
from tests.access.later import soon
from tests.conftest import Api
from tests.documents import (
    Publisher,
    add_publisher,
    apply,
    clicked,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    pending,
)

APPLICATIONS = "/admin/applications"


def applied(admin: Api, name: str = "Ann", **changes: Any) -> tuple[dict[str, Any], Publisher, str]:
    """Return a smartlink, a publisher who applied to it, and the application's ID."""
    smartlink, publisher = new_smartlink(admin, new_campaign(admin), **changes), new_publisher(admin, name)
    good(apply(publisher, smartlink))
    return smartlink, publisher, pending(admin)[-1]


def test_application_is_listed_with_the_names_of_smartlink_and_publisher(admin: Api) -> None:
    smartlink, publisher, application = applied(admin)
    (listed,) = good(admin.get(APPLICATIONS))["items"]
    assert listed == {
        "id": application,
        "smartlink_id": smartlink["id"],
        "smartlink_name": "Summer App Deals",
        "publisher_id": publisher.id,
        "publisher_name": "Ann",
        "message": "please",
        "status": "pending",
        "applied_at": listed["applied_at"],
        "decided_at": None,
        "decided_by": None,
        "reason": None,
    }
    assert application.startswith("app_")


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_applications_are_listed_oldest_first(admin: Api, limit: int) -> None:
    smartlink = new_smartlink(admin)
    publishers = [new_publisher(admin, name) for name in ("Ann", "Bob", "Cid")]
    for publisher in publishers:
        apply(publisher, smartlink)
    listed = [each for page in pages(admin, f"{APPLICATIONS}?status=pending", limit) for each in page]
    assert [each["publisher_name"] for each in listed] == ["Ann", "Bob", "Cid"]


def test_applications_are_listed_by_status(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    publishers = {name: new_publisher(admin, name) for name in ("Ann", "Bob", "Cid")}
    ids = {name: good(apply(each, smartlink)) and pending(admin)[-1] for name, each in publishers.items()}
    admin.post(f"{APPLICATIONS}/{ids['Ann']}/approve")
    admin.post(f"{APPLICATIONS}/{ids['Bob']}/decline", {"reason": "no"})

    def listed(query: str) -> list[str]:
        return [each["publisher_name"] for each in good(admin.get(APPLICATIONS + query))["items"]]

    statuses = ("approved", "declined", "pending")
    assert [listed(f"?status={status}") for status in statuses] == [["Ann"], ["Bob"], ["Cid"]]
    assert listed("") == ["Ann", "Bob", "Cid"]


def test_unknown_status_is_an_error(admin: Api) -> None:
    response = admin.get(f"{APPLICATIONS}?status=open")
    assert errors_by_pointer(response) == {
        "/status": "must be 'pending', 'approved', 'declined', 'withdrawn' or 'closed'"
    }


def test_cursor_of_another_list_is_an_error(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    for name in ("Ann", "Bob"):
        apply(new_publisher(admin, name), smartlink)
    cursor = good(admin.get(f"{APPLICATIONS}?limit=1"))["next_cursor"]
    assert set(errors_by_pointer(admin.get(f"{APPLICATIONS}?status=pending&cursor={cursor}"))) == {"/cursor"}
    assert set(errors_by_pointer(admin.get(f"/admin/campaigns?cursor={cursor}"))) == {"/cursor"}


def test_approval_returns_a_working_link(admin: Api) -> None:
    _, _, application = applied(admin)
    approved = admin.post(f"{APPLICATIONS}/{application}/approve")
    code = approved.json["link"]["code"]
    url = f"http://api1.execute-api.localhost:4566/s/{code}"
    assert (approved.status, approved.json) == (200, {"status": "approved", "link": {"code": code, "url": url}})
    assert clicked(code).status == 302


def test_approved_application_shows_when_it_was_decided(admin: Api) -> None:
    _, _, application = applied(admin)
    admin.post(f"{APPLICATIONS}/{application}/approve")
    (listed,) = good(admin.get(APPLICATIONS))["items"]
    assert (listed["status"], listed["reason"]) == ("approved", None)
    assert listed["applied_at"] <= listed["decided_at"]


def test_repeated_approval_returns_the_same_response(admin: Api) -> None:
    smartlink, _, application = applied(admin)
    first, second = (admin.post(f"{APPLICATIONS}/{application}/approve") for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)
    assert admin.get(f"/admin/smartlinks/{smartlink['id']}").json["live_count"] == 1


def test_declined_application_has_its_reason(admin: Api) -> None:
    smartlink, _, application = applied(admin)
    declined = admin.post(f"{APPLICATIONS}/{application}/decline", {"reason": "too little traffic"})
    assert declined.status == 200
    assert (declined.json["status"], declined.json["reason"]) == ("declined", "too little traffic")
    assert admin.get(APPLICATIONS).json["items"] == [declined.json]
    assert admin.get(f"/admin/smartlinks/{smartlink['id']}").json["live_count"] == 0


def test_reason_is_optional_and_validated(admin: Api) -> None:
    _, _, application = applied(admin)
    path = f"{APPLICATIONS}/{application}/decline"
    assert errors_by_pointer(admin.post(path, {"reason": 7})) == {"/reason": "must be a string"}
    assert errors_by_pointer(admin.post(path, {"why": "no"})) == {"/why": "is not a known field"}
    assert admin.post(path).json["reason"] is None


def test_second_decline_is_a_conflict_and_keeps_the_first_reason(admin: Api) -> None:
    _, _, application = applied(admin)
    first = good(admin.post(f"{APPLICATIONS}/{application}/decline", {"reason": "no"}))
    for reason in ("no", "never"):
        again = admin.post(f"{APPLICATIONS}/{application}/decline", {"reason": reason})
        assert (again.status, again.json["detail"]) == (409, f"The application was declined at {first['decided_at']}.")
    assert good(admin.get(APPLICATIONS))["items"] == [first]


def test_decision_cannot_be_reversed(admin: Api) -> None:
    _, _, approved = applied(admin, "Ann")
    _, _, declined = applied(admin, "Bob")
    admin.post(f"{APPLICATIONS}/{approved}/approve")
    admin.post(f"{APPLICATIONS}/{declined}/decline", {})
    responses = [admin.post(f"{APPLICATIONS}/{approved}/decline", {}), admin.post(f"{APPLICATIONS}/{declined}/approve")]
    assert [response.status for response in responses] == [409, 409]
    assert "was approved at" in responses[0].json["detail"]
    assert "was declined at" in responses[1].json["detail"]


def test_old_approval_does_not_restore_a_removed_publisher(admin: Api) -> None:
    smartlink, publisher, application = applied(admin)
    admin.post(f"{APPLICATIONS}/{application}/approve")
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    assert admin.post(f"{APPLICATIONS}/{application}/approve").status == 409


def test_adding_a_publisher_approves_their_application(admin: Api) -> None:
    smartlink, publisher, _ = applied(admin)
    add_publisher(admin, smartlink, publisher)
    (listed,) = good(admin.get(APPLICATIONS))["items"]
    assert listed["status"] == "approved"
    assert pending(admin) == []


def test_removed_publisher_gets_their_old_code_again(admin: Api) -> None:
    smartlink, publisher, _ = applied(admin)
    code = add_publisher(admin, smartlink, publisher)
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    apply(publisher, smartlink)
    approved = good(admin.post(f"{APPLICATIONS}/{pending(admin)[0]}/approve"))
    assert approved["link"]["code"] == code
    assert clicked(code).status == 302


def test_application_follows_removal_and_addition_of_the_publisher(admin: Api) -> None:
    smartlink, publisher, _ = applied(admin)
    seen = []
    for act in (lambda: add_publisher(admin, smartlink, publisher), lambda: _remove(admin, smartlink, publisher)) * 2:
        act()
        (listed,) = good(admin.get(APPLICATIONS))["items"]
        seen.append((listed["status"], listed["reason"]))
    assert seen == [("approved", None), ("declined", "removed from the smartlink")] * 2


def _remove(admin: Api, smartlink: Any, publisher: Any) -> None:
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")


def test_unknown_application_is_not_found(admin: Api) -> None:
    decisions = [admin.post(f"{APPLICATIONS}/app_none/{verb}") for verb in ("approve", "decline")]
    assert [each.status for each in decisions] == [404, 404]


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k1"}], ids=["without a key", "with a key"])
def test_interrupted_campaign_approvals_are_completed_later(
    admin: Api, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    _, publisher, application = applied(admin)
    path = f"{APPLICATIONS}/{application}/approve"

    def fail(*_: object) -> None:
        raise PutError

    with monkeypatch.context() as patched:
        patched.setattr(grants, "_grant", fail)
        approved = good(admin.post(path, **key))
    assert approved == good(admin.post(path, **key))
    finish_due(soon)
    assert len(good(admin.get(f"/admin/publishers/{publisher.id}/campaigns"))["items"]) == 1


def test_application_names_the_user_who_decided_it(admin: Api) -> None:
    first, second = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    smartlink = new_smartlink(admin)
    for publisher in (first, second):
        apply(publisher, smartlink)
    approved, declined = pending(admin)
    good(admin.post(f"{APPLICATIONS}/{approved}/approve"))
    answer = good(admin.post(f"{APPLICATIONS}/{declined}/decline", {}))
    listed = good(admin.get(APPLICATIONS))["items"]
    assert [answer["decided_by"], *(each["decided_by"] for each in listed)] == ["admin"] * 3
