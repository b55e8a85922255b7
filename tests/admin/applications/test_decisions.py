from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.access import applications, membership
from chalicelib.admin.applications import decisions
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.publishers import ApplicationRow
from chalicelib.tables.requests import AuditRow
from tests.access.kills import was_killed
from tests.conftest import Api
from tests.consistency import inconsistencies
from tests.documents import apply, clicked, good, new_campaign, new_publisher, new_smartlink, pending

PATH = "/admin/applications"
NAMES = ("Ann", "Bob", "Cid")


@pytest.fixture
def ids(admin: Api) -> list[str]:
    """The IDs of three pending applications for one smartlink."""
    smartlink = new_smartlink(admin, new_campaign(admin))
    for name in NAMES:
        apply(new_publisher(admin, name), smartlink)
    return pending(admin)


def decide(admin: Api, ids: list[str], decision: str, **changes: Any) -> list[dict[str, Any]]:
    document = good(admin.post(f"{PATH}/decide", {"ids": ids, "decision": decision, **changes}))
    assert set(document) == {"results"}
    results: list[dict[str, Any]] = document["results"]
    return results


def declined(application_id: str) -> dict[str, Any]:
    return {"id": application_id, "status": "declined", "link": None, "error": None}


def statuses() -> list[str]:
    return [row.status for row in sorted(ApplicationRow.scan(), key=lambda row: str(row.id))]


def test_each_application_is_approved_with_its_link(admin: Api, ids: list[str]) -> None:
    results = decide(admin, ids[:2], "approve")
    assert [(each["id"], each["status"], each["error"]) for each in results] == [
        (each, "approved", None) for each in ids[:2]
    ]
    assert [clicked(each["link"]["code"]).status for each in results] == [302, 302]
    assert (statuses(), inconsistencies()) == (["approved", "approved", "pending"], [])


def test_each_application_is_declined_with_the_reason_and_audited_alone(admin: Api, ids: list[str]) -> None:
    assert decide(admin, ids, "decline", reason="too little traffic") == [declined(each) for each in ids]
    assert {row.reason for row in ApplicationRow.scan()} == {"too little traffic"}
    assert [row.action for row in AuditRow.scan() if row.year == f"{ids[0]}#2026"] == [f"POST {PATH}/decide"]
    assert inconsistencies() == []


def test_one_that_fails_does_not_stop_the_others(admin: Api, ids: list[str]) -> None:
    at = good(admin.post(f"{PATH}/{ids[1]}/decline"))["decided_at"]
    results = decide(admin, ["app_none", *ids], "approve")
    assert [(each["status"], each["error"]) for each in results] == [
        (None, "There is no application app_none."),
        ("approved", None),
        ("declined", f"The application was declined at {at}."),
        ("approved", None),
    ]


def test_application_of_a_deleted_smartlink_is_an_error(admin: Api, ids: list[str]) -> None:
    (smartlink,) = good(admin.get("/admin/smartlinks"))["items"]
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    (result,) = decide(admin, ids[:1], "approve")
    assert (result["status"], result["link"]) == ("closed", None)
    assert result["error"].startswith("The application was closed at 20")


def test_second_approval_has_the_same_links_and_second_decline_is_an_error(admin: Api, ids: list[str]) -> None:
    first = decide(admin, ids[:1], "approve")
    assert decide(admin, ids[:1], "approve") == first
    decide(admin, ids[1:], "decline")
    again = decide(admin, ids[1:], "decline")
    assert [(each["status"], each["error"][:28]) for each in again] == [
        ("declined", "The application was declined")
    ] * 2


@pytest.mark.parametrize("decision", ["approve", "decline"])
def test_repeated_request_has_the_response_of_the_first(admin: Api, ids: list[str], decision: str) -> None:
    body = {"ids": ids, "decision": decision}
    first, second = (admin.post(f"{PATH}/decide", body, Idempotency_Key="k1") for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)
    assert [each["error"] for each in first.json["results"]] == [None] * 3
    assert admin.post(f"{PATH}/decide", {**body, "ids": ids[:1]}, Idempotency_Key="k1").status == 422


@pytest.mark.parametrize("decision", ["approve", "decline"])
def test_repeated_request_completes_one_that_was_killed(admin: Api, ids: list[str], decision: str) -> None:
    body = {"ids": ids, "decision": decision}

    def post() -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = good(admin.post(f"{PATH}/decide", body, Idempotency_Key="k1"))["results"]
        return results

    assert was_killed(post, after=2)
    assert len(set(statuses())) == 2
    assert [each["error"] for each in post()] == [None] * 3
    assert (len(set(statuses())), inconsistencies()) == (1, [])


def test_applications_after_the_time_limit_are_left_for_another_request(
    admin: Api, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 10.0, 10.1, 10.2])
    monkeypatch.setattr(decisions, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    late = "There was no time left to decide this application. Send it again."
    assert [(each["status"], each["error"]) for each in decide(admin, ids, "decline")] == [
        ("declined", None),
        ("pending", late),
        ("pending", late),
    ]


def test_lasting_conflict_is_the_error_of_its_application(
    admin: Api, ids: list[str], monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    written = applications.decline

    def busy(request: Any, state: Any, application: ApplicationRow, *others: Any) -> None:
        if application.id == ids[0]:
            raise TransactionConflict
        written(request, state, application, *others)

    monkeypatch.setattr(applications, "decline", busy)
    first, *rest = decide(admin, ids, "decline")
    assert (first["status"], first["error"]) == (
        "pending",
        "Other requests are changing this resource. Retry the request.",
    )
    assert rest == [declined(each) for each in ids[1:]]


@pytest.mark.parametrize("place", ["load_membership_of", "load_membership"], ids=["first read", "second read"])
@pytest.mark.parametrize("first", ["approve", "decline"])
def test_decision_that_another_one_overtakes_is_a_conflict(
    admin: Api, ids: list[str], monkeypatch: pytest.MonkeyPatch, first: str, place: str
) -> None:
    read, left = getattr(membership, place), [1]
    second = {"approve": "decline", "decline": "approve"}[first]

    def overtaken(*arguments: Any) -> Any:
        """Let the other decision come before the membership is read, or after it."""
        state = read(*arguments) if place == "load_membership" else None
        if left:
            left.pop()
            good(admin.post(f"{PATH}/{ids[0]}/{first}"))
        return state or read(*arguments)

    monkeypatch.setattr(membership, place, overtaken)
    assert admin.post(f"{PATH}/{ids[0]}/{second}").status == 409
    assert statuses()[0] == {"approve": "approved", "decline": "declined"}[first]
    assert inconsistencies() == []


def test_closed_account_is_not_approved(admin: Api, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.admin.publishers.storage.run_now", lambda *_: None)
    row = ApplicationRow.get(ids[0])
    good(admin.patch(f"/admin/publishers/{row.publisher_id}", {"status": "closed"}))
    closed = f"The account of publisher {row.publisher_id} is closed."
    assert [each["error"] for each in decide(admin, ids, "approve")] == [closed, None, None]
    added = admin.post(f"/admin/smartlinks/{row.pool_id}/publishers", {"publisher_id": row.publisher_id})
    assert (added.status, added.json["detail"]) == (409, closed)
    assert (statuses(), inconsistencies()) == (["pending", "approved", "approved"], [])
