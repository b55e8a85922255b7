from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.access import task_runner
from chalicelib.access.task_rows import SETTLED, TaskKind, new_task
from chalicelib.access.task_runner import finish_due, run_now
from chalicelib.access.task_steps import STEPS
from chalicelib.tables.smartlinks import SmartlinkTaskRow
from tests.access.crowd import Crowd, a_crowd, a_small_crowd, waiting_tasks
from tests.access.kills import restore, snapshot, was_killed
from tests.access.later import soon
from tests.conftest import Api
from tests.consistency import inconsistencies
from tests.documents import good, new_campaign
from tests.http.support import a_request

Act = Callable[[Crowd], object]


def _add_offer(crowd: Crowd) -> None:
    offers = [{"campaign_id": each["id"]} for each in good(crowd.admin.get("/admin/campaigns"))["items"]]
    crowd.change(offers=offers)


ACTS: dict[str, Act] = {
    "delete": lambda crowd: crowd.admin.delete(crowd.path),
    "make public": lambda crowd: crowd.change(visibility="public"),
    "add an offer": _add_offer,
    "remove": lambda crowd: crowd.admin.delete(f"{crowd.path}/publishers/{crowd.publishers['Ann'].id}"),
}


def _finish() -> None:
    """Run the schedule twice: what a killed run left is due in the next one."""
    finish_due(soon)
    finish_due(lambda: soon() + timedelta(minutes=1))


def _version(crowd: Crowd) -> tuple[Any, ...]:
    """Return what the request itself changes, in one transaction."""
    answer = crowd.admin.get(crowd.path)
    members = crowd.statuses()
    return (answer.status, answer.json.get("version"), members["Ann"], members["Fay"])


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_work_that_is_killed_after_any_write_is_completed_later(admin: Api, act: Act) -> None:
    crowd = a_small_crowd(admin)
    new_campaign(admin, "shop")
    before, version = snapshot(), _version(crowd)
    act(crowd)
    _finish()
    expected, kills = crowd.outcome(), 0
    restore(before)
    while was_killed(lambda: act(crowd), after=kills + 1):
        kills += 1
        if _version(crowd) != version:
            _finish()
            assert crowd.outcome() == expected, f"killed after {kills} writes"
        assert inconsistencies() == [], f"killed after {kills} writes"
        restore(before)
    assert kills >= 2


@pytest.mark.parametrize("name", ["delete", "make public"])
def test_schedule_that_is_killed_after_any_write_completes_the_work_once(
    admin: Api, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_runner, "BATCH", 1)
    crowd = a_small_crowd(admin)
    with monkeypatch.context() as patched:
        for module in ("admin.smartlinks.storage.run_now", "access.grants.run_member_task"):
            patched.setattr(f"chalicelib.{module}", lambda *_: None)
        ACTS[name](crowd)
    before = snapshot()
    _finish()
    expected, kills = crowd.outcome(), 0
    restore(before)
    while was_killed(_finish, after=kills + 1):
        kills += 1
        _finish()
        assert crowd.outcome() == expected, f"killed after {kills} writes"
        restore(before)
    assert kills >= 2


def test_done_work_is_not_done_again(admin: Api) -> None:
    crowd = a_crowd(admin)
    for act in ("pause", "resume"):
        good(admin.post(f"{crowd.path}/{act}"))
    good(crowd.change(visibility="public"))
    outcome = crowd.outcome()
    assert waiting_tasks() == ["paused", "resumed", "opened"]
    _finish()
    assert (crowd.outcome(), waiting_tasks()) == (outcome, ["past_deletions"])


def _a_task(crowd: Crowd, kind: TaskKind = TaskKind.PAUSED, **details: Any) -> SmartlinkTaskRow:
    task = new_task(a_request(), kind, crowd.smartlink["id"], **{"version": 9, **details})
    task.save()
    return task


def _clock(*readings: float) -> SimpleNamespace:
    """Return a module of time with these readings of the monotonic clock; the last one stays."""
    left: Iterator[float] = iter(readings)
    return SimpleNamespace(monotonic=lambda: next(left, readings[-1]))


def test_request_stops_after_a_few_seconds_and_leaves_the_rest(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = a_crowd(admin)
    monkeypatch.setattr(task_runner, "time", _clock(0.0, 3.1))
    run_now(a_request(), [_a_task(crowd)])
    assert (len(crowd.notified("smartlink_paused")), waiting_tasks()) == (1, ["paused"])
    (task,) = SmartlinkTaskRow.query("tasks")
    assert task.cursor is None


def _due() -> Any:
    """Return the time at which tasks of the tests' request are due."""
    return a_request().now + SETTLED + timedelta(seconds=1)


def _without_past_deletions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_runner, "add_past_deletions", lambda _: None)


def test_schedule_goes_on_where_it_stopped(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_past_deletions(monkeypatch)
    crowd = a_crowd(admin)
    for _ in range(2):
        _a_task(crowd)
    monkeypatch.setattr(task_runner, "time", _clock(0.0, 0.0, 50.1))
    assert finish_due(_due) == 1
    (first, second) = SmartlinkTaskRow.query("tasks")
    assert [first.cursor, second.cursor] == [crowd.publishers["Ann"].id, None]
    monkeypatch.setattr(task_runner, "time", _clock(0.0))
    assert finish_due(_due) == 2
    assert (crowd.notified("smartlink_paused"), waiting_tasks()) == (["Ann", "Bob"], [])


def test_task_that_is_not_due_is_left(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_past_deletions(monkeypatch)
    _a_task(a_crowd(admin))
    assert finish_due(lambda: a_request().now + SETTLED) == 0


def test_step_that_fails_stops_no_other_and_is_tried_again(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_past_deletions(monkeypatch)
    monkeypatch.setattr(task_runner, "BATCH", 1)
    crowd = a_crowd(admin)
    _a_task(crowd)
    step = STEPS[TaskKind.PAUSED]["approved"]

    def broken(task: SmartlinkTaskRow, publisher_id: str, request: Any) -> None:
        if publisher_id == crowd.publishers["Ann"].id:
            raise ValueError
        step(task, publisher_id, request)

    with monkeypatch.context() as patched:
        patched.setitem(STEPS[TaskKind.PAUSED], "approved", broken)
        finish_due(_due)
    assert (crowd.notified("smartlink_paused"), waiting_tasks()) == (["Bob"], ["paused"])
    finish_due(_due)
    assert (crowd.notified("smartlink_paused"), waiting_tasks()) == (["Ann", "Bob"], [])


def test_broken_task_does_not_stop_the_others(
    admin: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _without_past_deletions(monkeypatch)
    crowd = a_crowd(admin)
    broken = _a_task(crowd)
    broken.update([SmartlinkTaskRow.kind.set("unknown")])
    _a_task(crowd, TaskKind.RESUMED)
    assert finish_due(_due) == 2
    assert (crowd.notified("smartlink_resumed"), waiting_tasks()) == (["Ann", "Bob"], ["unknown"])
    assert f"task {broken.id} was not finished" in caplog.text


def test_task_that_another_run_finished_meanwhile_is_not_written_again(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_past_deletions(monkeypatch)
    monkeypatch.setattr(task_runner, "BATCH", 1)
    crowd = a_crowd(admin)
    task = _a_task(crowd)
    step = STEPS[TaskKind.PAUSED]["approved"]

    def finished_elsewhere(row: SmartlinkTaskRow, publisher_id: str, request: Any) -> None:
        task.delete()
        step(row, publisher_id, request)

    monkeypatch.setitem(STEPS[TaskKind.PAUSED], "approved", finished_elsewhere)
    finish_due(_due)
    assert (crowd.notified("smartlink_paused"), waiting_tasks()) == (["Ann", "Bob"], [])


def test_task_of_an_operation_that_no_longer_exists_is_done(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_past_deletions(monkeypatch)
    crowd = a_crowd(admin)
    _a_task(crowd).update([SmartlinkTaskRow.operation_id.set("removedOperation")])
    finish_due(_due)
    assert crowd.notified("smartlink_paused") == ["Ann", "Bob"]
