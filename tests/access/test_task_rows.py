from datetime import timedelta
from typing import Any

import pytest

from chalicelib.access import task_rows
from chalicelib.access.task_rows import SETTLED, TaskKind, due_tasks, new_task, past_deletions, run_logged
from chalicelib.endpoints import ENDPOINTS
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.builders import NOW, smartlink_settings
from tests.http.support import a_request

PAUSE = next(each for each in ENDPOINTS if each.operation_id == "pauseSmartlink")


def edited(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return kind and campaigns of the tasks of an edit of an active smartlink without offers."""
    row = SmartlinkRow("sml_1", version=3, status=after.pop("status", "active"), settings=smartlink_settings(**after))
    stored = {"status": before.pop("status", "active"), **smartlink_settings(**before)}
    return [(task.kind, task.campaign_ids) for task in task_rows.tasks_of_edit(a_request(), stored, row)]


OFFERS = {"offers": [{"campaign_id": "cmp_2"}, {"campaign_id": "cmp_1"}]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({}, {"name": "Renamed"}, [], id="a name"),
        pytest.param({}, {"status": "paused"}, [("paused", None)], id="paused"),
        pytest.param({"status": "paused"}, {}, [("resumed", None)], id="resumed"),
        pytest.param({"status": "paused"}, {"status": "paused"}, [], id="still paused"),
        pytest.param({"visibility": "private"}, {"visibility": "public"}, [("opened", None)], id="made public"),
        pytest.param({"visibility": "public"}, {"visibility": "public"}, [], id="still public"),
        pytest.param({"visibility": "public"}, {"visibility": "ask"}, [], id="not public any more"),
        pytest.param({}, OFFERS, [("offers", ["cmp_1", "cmp_2"])], id="new offers"),
        pytest.param(OFFERS, {}, [], id="fewer offers"),
        pytest.param({}, {**OFFERS, "offer_access": "respect"}, [], id="new offers without a grant"),
        pytest.param(
            {**OFFERS, "offer_access": "respect"}, {**OFFERS}, [("offers", ["cmp_1", "cmp_2"])], id="now granted"
        ),
        pytest.param(
            {},
            {**OFFERS, "status": "paused", "visibility": "public"},
            [("paused", None), ("opened", None), ("offers", ["cmp_1", "cmp_2"])],
            id="all at once",
        ),
    ],
)
def test_edit_has_the_tasks_of_what_it_changes(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, Any]]
) -> None:
    assert edited({**before}, {**after}) == expected


def test_task_names_who_changed_the_smartlink_and_how() -> None:
    task = new_task(a_request(endpoint=PAUSE, actor="usr_1"), TaskKind.PAUSED, "sml_1", version=4)
    assert (task.queue, task.kind, task.pool_id, task.version) == ("tasks", "paused", "sml_1", 4)
    assert (task.actor, task.operation_id, task.at) == ("usr_1", "pauseSmartlink", "2029-06-01T00:00:00.000Z")
    assert new_task(a_request(), TaskKind.PAUSED, "sml_1").actor is None


@pytest.mark.usefixtures("tables")
def test_tasks_are_due_once_the_index_of_members_is_complete_oldest_first() -> None:
    ages = (timedelta(seconds=29), SETTLED, timedelta(seconds=31), timedelta(hours=1), -timedelta(hours=1))
    for age in ages:
        past_deletions(NOW - age).save()
    assert [task.id for task in due_tasks(NOW)] == [past_deletions(NOW - age).id for age in (ages[3], ages[2])]


def test_error_is_logged_and_does_not_spread(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError

    assert [run_logged("task 1", fail), run_logged("task 2", lambda: None)] == [False, True]
    assert [record.getMessage() for record in caplog.records] == ["task 1 was not finished and will be tried again"]
