import pytest
from pynamodb.expressions.update import Action

from chalicelib.access import task_steps
from chalicelib.access.membership import APPROVED, PENDING
from chalicelib.access.task_rows import TaskKind
from chalicelib.access.task_runner import finish_due
from chalicelib.access.task_steps import STEPS, close_pending
from chalicelib.tables.publishers import MembershipRow
from chalicelib.tables.requests import AuditRow
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkTaskRow
from tests.access.crowd import Crowd, a_crowd
from tests.access.later import soon
from tests.conftest import Api
from tests.consistency import inconsistencies
from tests.documents import apply, good
from tests.http.support import a_request


def test_deletion_closes_pending_applications_and_notifies_everyone_on_the_smartlink(admin: Api) -> None:
    crowd = a_crowd(admin)
    crowd.admin.delete(crowd.path)
    statuses = {"Ann": "approved", "Bob": "approved", "Cid": "closed", "Dee": "closed"}
    assert crowd.statuses() == {**statuses, "Eve": "declined", "Fay": "declined"}
    assert crowd.notified("smartlink_deleted") == ["Ann", "Bob", "Cid", "Dee"]
    assert (crowd.counts(), inconsistencies()) == ((2, 0), [])


def test_closed_application_is_listed_with_the_reason_and_the_admin(admin: Api) -> None:
    crowd = a_crowd(admin)
    crowd.admin.delete(crowd.path)
    closed = good(admin.get("/admin/applications?status=closed"))["items"]
    deciders = {(each["publisher_name"], each["reason"], each["decided_by"]) for each in closed}
    assert deciders == {(name, "the smartlink was deleted", "admin") for name in ("Cid", "Dee")}
    actions = [row.action for row in AuditRow.scan() if row.subject == closed[0]["id"] and "#" in row.year]
    assert actions == ["DELETE /admin/smartlinks/{smartlink_id}"]


def test_public_smartlink_approves_those_pending_and_nobody_else(admin: Api) -> None:
    crowd = a_crowd(admin)
    good(crowd.change(visibility="public"))
    statuses = dict.fromkeys(("Ann", "Bob", "Cid", "Dee"), "approved")
    assert crowd.statuses() == {**statuses, "Eve": "declined", "Fay": "declined"}
    assert crowd.notified("application_decided") == ["Cid", "Dee", "Eve"]
    assert (crowd.counts(), inconsistencies()) == ((4, 0), [])
    approved = good(admin.get("/admin/applications?status=approved"))["items"]
    assert {(each["publisher_name"], each["decided_by"]) for each in approved} == {
        (name, "admin") for name in ("Cid", "Dee")
    }


def an_opening(crowd: Crowd, version: int) -> SmartlinkTaskRow:
    return SmartlinkTaskRow("tasks", "tsk_1", kind="opened", pool_id=crowd.smartlink["id"], version=version, at="")


def test_application_after_the_smartlink_was_made_public_waits_for_a_decision(admin: Api) -> None:
    crowd = a_crowd(admin)
    good(crowd.change(visibility="public"))
    apply(crowd.publishers["Eve"], crowd.smartlink)
    STEPS[TaskKind.OPENED][PENDING](an_opening(crowd, version=2), crowd.publishers["Eve"].id, a_request())
    finish_due(soon)
    assert crowd.statuses()["Eve"] == "pending"
    STEPS[TaskKind.OPENED][PENDING](an_opening(crowd, version=3), crowd.publishers["Eve"].id, a_request())
    assert crowd.statuses()["Eve"] == "approved"


def test_application_of_an_earlier_release_is_approved(admin: Api) -> None:
    crowd = a_crowd(admin)
    row = MembershipRow(crowd.publishers["Cid"].id, crowd.smartlink["id"])
    row.update([MembershipRow.pool_version.remove()])
    good(crowd.change(visibility="public"))
    assert crowd.statuses()["Cid"] == "approved"


def test_smartlink_that_is_not_public_any_more_approves_nobody(admin: Api) -> None:
    crowd = a_crowd(admin)
    step, cid = STEPS[TaskKind.OPENED][PENDING], crowd.publishers["Cid"].id
    step(an_opening(crowd, version=2), cid, a_request())
    settings = {**SmartlinkRow.get(crowd.smartlink["id"]).settings, "visibility": "public"}
    deletion: list[Action] = [SmartlinkRow.status.set("deleted"), SmartlinkRow.settings.set(settings)]
    SmartlinkRow(crowd.smartlink["id"]).update(deletion)
    step(an_opening(crowd, version=2), cid, a_request())
    assert crowd.statuses()["Cid"] == "pending"


def test_public_smartlink_approves_a_suspended_publisher_and_no_closed_account(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = a_crowd(admin)
    monkeypatch.setattr("chalicelib.admin.publishers.storage.run_now", lambda *_: None)
    for name, status in (("Cid", "closed"), ("Dee", "suspended")):
        good(admin.patch(f"/admin/publishers/{crowd.publishers[name].id}", {"status": status}))
    good(crowd.change(visibility="public"))
    assert [crowd.statuses()[name] for name in ("Cid", "Dee")] == ["pending", "approved"]
    finish_due(soon)
    assert [crowd.statuses()[name] for name in ("Cid", "Dee")] == ["closed", "approved"]
    assert inconsistencies() == []


def test_pausing_and_resuming_notify_the_approved_publishers_once_each(admin: Api) -> None:
    crowd = a_crowd(admin)
    for action in ("pause", "pause", "resume", "resume", "pause"):
        good(admin.post(f"{crowd.path}/{action}"))
    assert crowd.notified("smartlink_paused") == ["Ann", "Ann", "Bob", "Bob"]
    assert crowd.notified("smartlink_resumed") == ["Ann", "Bob"]
    (newest, *_) = good(crowd.publishers["Ann"].api.get("/publisher/notifications"))["items"]
    assert newest["text"] == "Summer App Deals is paused. Clicks on your link go to its fallback URL."
    assert newest["subject"] == {"smartlink_id": crowd.smartlink["id"], "publisher_id": crowd.publishers["Ann"].id}


def test_only_pending_applications_of_deleted_smartlinks_are_closed(admin: Api) -> None:
    crowd = a_crowd(admin)
    close_pending(crowd.smartlink["id"], crowd.publishers["Cid"].id, a_request())
    SmartlinkRow(crowd.smartlink["id"]).update([SmartlinkRow.status.set("deleted")])
    for name in ("Ann", "Cid", "Cid"):
        close_pending(crowd.smartlink["id"], crowd.publishers[name].id, a_request())
    assert [crowd.statuses()[name] for name in ("Ann", "Cid", "Dee")] == ["approved", "closed", "pending"]
    assert crowd.counts() == (2, 1)


def test_every_kind_for_many_publishers_has_its_steps() -> None:
    alone = {TaskKind.MEMBER, TaskKind.PAST_DELETIONS, TaskKind.ACCOUNT_CLOSED}
    assert set(TaskKind) - alone == STEPS.keys()
    assert STEPS[TaskKind.PAUSED].keys() == {APPROVED}
    assert task_steps.STEPS[TaskKind.DELETED].keys() == {APPROVED, PENDING}


def test_publisher_who_joined_after_a_pause_is_not_notified_of_it(admin: Api) -> None:
    crowd = a_crowd(admin)
    for action in ("pause", "resume"):
        good(admin.post(f"{crowd.path}/{action}"))
    good(crowd.change(visibility="public"))
    finish_due(soon)
    assert (crowd.notified("smartlink_paused"), crowd.notified("smartlink_resumed")) == (["Ann", "Bob"],) * 2
