from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.admin.conversions import decisions
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.requests import AuditRow
from tests.advertiser import Deal, caps_of, conversions, new_deal, sums, used
from tests.conftest import Api
from tests.documents import errors_by_pointer, good

PATH = "/admin/conversions"
GOALS = [{"name": "sale", "payout": "3.00", "revenue": "4.00"}]


def decide(admin: Api, ids: list[str], status: str, **changes: Any) -> list[dict[str, Any]]:
    document = good(admin.post(f"{PATH}/decide", {"ids": ids, "status": status, **changes}))
    assert set(document) == {"results"}
    results: list[dict[str, Any]] = document["results"]
    return results


def audited(conversion_id: str) -> list[AuditRow]:
    """Return the audit entries of the conversion."""
    partition = f"{conversion_id}#"
    return [row for row in AuditRow.scan() if row.year.startswith(partition)]


def a_no_goal(admin: Api) -> str:
    """Return the ID of a conversion whose event is no goal of its campaign."""
    deal = new_deal(admin, goals=GOALS)
    return deal.posted(deal.click(), event="invented")


def several(admin: Api, number: int = 3, **changes: Any) -> tuple[Deal, list[str]]:
    deal = new_deal(admin, **changes)
    return deal, [deal.posted(deal.click()) for _ in range(number)]


# One


def test_same_status_registers_the_decision_of_the_admin_once(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    path = f"{PATH}/{deal.posted(click_id)}"
    for _ in range(2):
        assert good(admin.patch(path, {"status": "approved"}))["version"] == 1
    (row,) = conversions().values()
    assert (row.status_by, row.decided_by, row.revision) == ("admin", "admin", 1)
    assert len(audited(row.id)) == 1
    assert good(deal.post(click_id, status="rejected"))["status"] == "duplicate"
    assert sums()["payout"] == 1_500_000


def test_decision_on_an_event_that_is_no_goal_is_a_conflict(admin: Api) -> None:
    response = admin.patch(f"{PATH}/{a_no_goal(admin)}", {"status": "approved"})
    assert response.status == 409
    assert "is no goal" in response.json["detail"]


def test_pending_is_a_decision_too(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    conversion_id = deal.posted(click_id)
    good(admin.patch(f"{PATH}/{conversion_id}", {"status": "pending", "reason": "asked the advertiser"}))
    assert sums() == {}
    assert good(deal.post(click_id, status="approved"))["conversion_status"] == "pending"


# Many


def test_each_conversion_is_decided_and_audited_alone(admin: Api) -> None:
    _, ids = several(admin, caps=caps_of("conversions", limit="9"))
    assert decide(admin, ids[:2], "rejected", reason="fraud") == [
        {"id": each, "status": "rejected", "error": None} for each in ids[:2]
    ]
    assert [conversions()[each].status for each in ids] == ["rejected", "rejected", "approved"]
    assert (sums()["conversions"], used()) == (1, {"conversions|*": 1})
    (entry,) = audited(ids[0])
    assert (entry.action, entry.before, entry.after) == (
        f"POST {PATH}/decide",
        {"status": "approved", "reason": None},
        {"status": "rejected", "reason": "fraud"},
    )


def test_same_decisions_again_change_nothing(admin: Api) -> None:
    _, ids = several(admin)
    first = decide(admin, ids, "rejected", reason="fraud")
    rows = {key: row.serialize() for key, row in conversions().items()}
    assert decide(admin, ids, "rejected", reason="fraud") == first
    assert {key: row.serialize() for key, row in conversions().items()} == rows
    assert [len(audited(each)) for each in ids] == [1, 1, 1]


def test_repeated_ids_have_one_result(admin: Api) -> None:
    _, (one, two) = several(admin, 2)
    assert [each["id"] for each in decide(admin, [two, one, two], "pending")] == [two, one]
    assert len(audited(two)) == 1


def test_unknown_conversion_and_one_without_goal_do_not_stop_the_others(admin: Api) -> None:
    _, (conversion_id,) = several(admin, 1)
    no_goal = a_no_goal(admin)
    assert decide(admin, ["cnv_none", no_goal, conversion_id], "rejected") == [
        {"id": "cnv_none", "status": None, "error": "There is no conversion cnv_none."},
        {
            "id": no_goal,
            "status": None,
            "error": f"Conversion {no_goal} has an event that is no goal of its campaign. It cannot be decided.",
        },
        {"id": conversion_id, "status": "rejected", "error": None},
    ]
    assert audited(no_goal) == []


def test_conversion_that_changes_meanwhile_is_decided_again(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (conversion_id,) = several(admin, 1)
    monkeypatch.setattr(
        decisions, "decide", _once_before(lambda: admin.patch(f"{PATH}/{conversion_id}", {"status": "pending"}))
    )
    assert decide(admin, [conversion_id], "rejected") == [{"id": conversion_id, "status": "rejected", "error": None}]
    assert {str(entry.before["status"]) for entry in audited(conversion_id) if entry.before} == {"approved", "pending"}


def _once_before(interruption: Any) -> Any:
    """Return `decide`, which runs the interruption before its first call."""
    written, is_done = decisions.decide, list[bool]()

    def interrupted(*arguments: Any) -> None:
        if not is_done:
            is_done.append(True)
            interruption()
        written(*arguments)

    return interrupted


def test_lasting_conflict_is_the_error_of_its_conversion(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    _, ids = several(admin, 2)
    written = decisions.decide

    def busy(request: Any, row: ConversionRow, decision: Any) -> None:
        if row.id == ids[0]:
            raise TransactionConflict
        written(request, row, decision)

    monkeypatch.setattr(decisions, "decide", busy)
    assert decide(admin, ids, "rejected") == [
        {
            "id": ids[0],
            "status": "approved",
            "error": "Other requests are changing this resource. Retry the request.",
        },
        {"id": ids[1], "status": "rejected", "error": None},
    ]


def test_conversions_after_the_time_limit_are_left_for_another_request(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ids = several(admin)
    clock = iter([0.0, 10.0, 10.1, 10.2])
    monkeypatch.setattr(decisions, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    late = "There was no time left to decide this conversion. Send it again."
    assert [(each["status"], each["error"]) for each in decide(admin, ids, "rejected")] == [
        ("rejected", None),
        ("approved", late),
        ("approved", late),
    ]


def test_repeated_request_has_the_response_of_the_first(admin: Api) -> None:
    _, ids = several(admin, 2)
    body = {"ids": ids, "status": "rejected"}
    first = admin.post(f"{PATH}/decide", body, Idempotency_Key="k1")
    good(admin.patch(f"{PATH}/{ids[0]}", {"status": "approved"}))
    assert admin.post(f"{PATH}/decide", body, Idempotency_Key="k1").json == first.json
    assert conversions()[ids[0]].status == "approved"


def test_errors_of_the_request_are_reported_together(admin: Api) -> None:
    wrong = {"ids": [], "status": "paid", "reason": "x" * 1001, "all": True}
    assert errors_by_pointer(admin.post(f"{PATH}/decide", wrong)) == {
        "/ids": "must not be empty",
        "/status": "must be 'pending', 'approved' or 'rejected'",
        "/reason": "must have at most 1000 characters",
        "/all": "is not a known field",
    }
    many = {"ids": ["cnv_1"] * 101, "status": "approved"}
    assert errors_by_pointer(admin.post(f"{PATH}/decide", many)) == {"/ids": "must have at most 100 entries"}
    assert set(errors_by_pointer(admin.post(f"{PATH}/decide", {"ids": [""], "status": "approved"}))) == {"/ids/0"}
