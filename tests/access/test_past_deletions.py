from datetime import timedelta

import pytest
from pynamodb.expressions.update import Action

from chalicelib.access.past_deletions import DEPLOYMENT, add_past_deletions, deleted_applications
from chalicelib.access.task_rows import SETTLED
from chalicelib.access.task_runner import finish_due
from chalicelib.tables.publishers import ApplicationRow
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkTaskRow
from tests.access.crowd import Crowd, a_crowd, waiting_tasks
from tests.builders import NOW
from tests.conftest import Api
from tests.consistency import inconsistencies


def deleted_before(crowd: Crowd) -> None:
    """Delete the smartlink as an earlier release did, which closed no application."""
    deletion: list[Action] = [SmartlinkRow.status.set("deleted"), SmartlinkRow.version.add(1)]
    SmartlinkRow(crowd.smartlink["id"]).update(deletion)


@pytest.mark.usefixtures("tables")
def test_tasks_are_added_once_and_for_after_a_deployment() -> None:
    for minutes in range(3):
        add_past_deletions(NOW + timedelta(minutes=minutes))
    tasks = list(SmartlinkTaskRow.query("tasks"))
    assert [(task.kind, task.at) for task in tasks] == [
        ("past_deletions", "2026-11-04T12:30:00.000Z"),
        ("past_deletions", "2026-11-04T13:30:00.000Z"),
    ]
    assert len(list(SmartlinkTaskRow.scan())) == 3


def test_applications_of_smartlinks_that_an_earlier_release_deleted_are_closed(admin: Api) -> None:
    crowd, other = (a_crowd(admin, offer_access="respect") for _ in range(2))
    deleted_before(crowd)
    assert len(inconsistencies()) == 2
    finish_due(lambda: NOW)
    finish_due(lambda: NOW + SETTLED + timedelta(seconds=1))
    assert (crowd.notified("smartlink_deleted"), other.notified("smartlink_deleted")) == (["Cid", "Dee"], [])
    assert (crowd.counts(), other.counts(), inconsistencies()) == ((2, 0), (2, 2), [])
    assert {row.decided_by for row in ApplicationRow.scan() if row.status == "closed"} == {None}
    assert waiting_tasks() == ["past_deletions"]


def test_smartlink_that_is_deleted_during_the_deployment_is_found_by_the_second_task(admin: Api) -> None:
    crowd = a_crowd(admin, offer_access="respect")
    finish_due(lambda: NOW)
    finish_due(lambda: NOW + SETTLED + timedelta(seconds=1))
    deleted_before(crowd)
    finish_due(lambda: NOW + DEPLOYMENT + SETTLED + timedelta(seconds=1))
    assert (inconsistencies(), waiting_tasks()) == ([], [])
    finish_due(lambda: NOW + timedelta(days=1))
    assert waiting_tasks() == []


def test_applications_are_found_after_the_last_one(admin: Api) -> None:
    crowd = a_crowd(admin)
    deleted_before(crowd)
    found = [row.id for row in deleted_applications(None, NOW)]
    assert [row.id for row in deleted_applications(found[0], NOW)] == found[1:]
    assert len(found) == 2
