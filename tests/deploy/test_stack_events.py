import pytest
from botocore.exceptions import ClientError

from deploy import stack_events
from deploy.stack_events import Events
from tests.deploy.fake_cloudformation import FakeCloudFormation, event


def _events(fake: FakeCloudFormation) -> Events:
    return Events(fake, "smartlink-prod")  # type: ignore[arg-type]  # a fake


def test_failures_are_those_since_the_start_without_cancellations() -> None:
    fake = FakeCloudFormation()
    fake.events = [event(1, "ClicksTable", "CREATE_FAILED", "of an earlier deployment")]
    events = _events(fake)
    fake.events += [
        event(2, "ClicksTable", "UPDATE_FAILED", "Table limit exceeded"),
        event(3, "APIHandler", "UPDATE_FAILED", "Resource update cancelled"),
        event(4, "smartlink-prod", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed"),
    ]
    events.update()
    assert events.failures() == ["  ClicksTable: Table limit exceeded"]


def test_each_finished_resource_counts_once_and_the_stack_not_at_all() -> None:
    fake = FakeCloudFormation()
    events = _events(fake)
    fake.events += [
        event(1, "ClicksTable", "UPDATE_IN_PROGRESS"),
        event(2, "ClicksTable", "UPDATE_COMPLETE"),
        event(3, "ClicksTable", "DELETE_COMPLETE"),
        event(4, "CapsTable", "CREATE_COMPLETE"),
        event(5, "smartlink-prod", "UPDATE_COMPLETE"),
    ]
    events.update()
    assert events.finished() == 2
    fake.events.append(event(6, "RoutesTable", "CREATE_COMPLETE"))
    events.update()
    events.update()
    assert events.finished() == 3


def test_progress_is_shown_from_the_start_of_the_change_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def sleep(seconds: float) -> None:
        waited.append(seconds)
        fake.events.append(following.pop(0))

    waited: list[float] = []
    statuses = ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE")
    following = [event(number, "smartlink-prod", status) for number, status in enumerate(statuses, 1)]
    fake = FakeCloudFormation()
    monkeypatch.setattr("deploy.stack_events.time.sleep", sleep)
    status = stack_events.follow(fake.cloud, _events(fake), total=1, title="Changing")
    assert (status, waited) == ("UPDATE_COMPLETE", [5.0] * 3)
    assert capsys.readouterr().err.startswith("Changing …")


def test_stack_that_does_not_exist_yet_has_no_earlier_events(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeCloudFormation()
    error = ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStackEvents")
    with monkeypatch.context() as missing:
        missing.setattr(Events, "_newest_first", lambda _: (_ for _ in ()).throw(error))
        events = _events(fake)
    events.update()
    assert events.status() == "CREATE_COMPLETE"
