import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy import stack
from deploy.changes import Action, Change
from deploy.cloud import Cloud
from deploy.errors import CommandError
from tests.deploy.fake_cloudformation import STACK_ID, FakeCloudFormation, change, event


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with one function and without code."""
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Timeout": {"Ref": "ClickDays"}}}
    parameters = {"ClickDays": {"Default": 90}, "EdgeSecret": {}, "VisitorHashKey": {}}
    document = {"Parameters": parameters, "Resources": {"Redirect": function}, "Outputs": {}}
    (tmp_path / "sam.json").write_text(json.dumps(document))
    for name in ("deployment.zip", "layer-deployment.zip"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def _description(fake: FakeCloudFormation) -> str:
    outputs = stack.outputs(fake.stack)
    document = json.loads(fake.files[f"{outputs['Deployed']}.json"])
    description: str = document["Resources"]["Redirect"]["Properties"]["Description"]
    return description


def _refuse(_: Sequence[Change]) -> None:
    message = "no"
    raise CommandError(message)


def test_first_deployment_with_a_secret_generates_it_and_a_later_one_keeps_it(package: Path) -> None:
    fake = FakeCloudFormation("EdgeSecret")
    assert [stack.deploy(fake.cloud, package, {}) for _ in range(2)] == [True, False]
    assert stack.deploy(fake.cloud, package, {"EdgeSecret": "changed"})
    first, second = fake.sent
    assert (len(first["VisitorHashKey"]), second["VisitorHashKey"]) == (43, "kept")


def test_changed_parameter_changes_the_version_of_the_function_that_reads_it(package: Path) -> None:
    fake = FakeCloudFormation(exists=False)
    stack.deploy(fake.cloud, package, {"EdgeSecret": "one"})
    described = [_description(fake)]
    for parameters in ({"EdgeSecret": "two"}, {"EdgeSecret": "two", "ClickDays": "60"}, {"EdgeSecret": "three"}):
        stack.deploy(fake.cloud, package, parameters)
        described.append(_description(fake))
    first, other_secret, other_days, kept_days = described
    assert first == other_secret
    assert first != other_days
    assert other_days == kept_days


def test_value_that_is_kept_or_given_again_changes_nothing(package: Path) -> None:
    fake = FakeCloudFormation(exists=False)
    given = [{"ClickDays": "60"}, {}, {"ClickDays": "60"}, {"ClickDays": "61"}]
    assert [stack.deploy(fake.cloud, package, each) for each in given] == [True, False, False, True]


def test_changes_are_reviewed_before_they_are_executed(package: Path) -> None:
    fake = FakeCloudFormation(changes=[change("Redirect")])
    reviewed: list[Change] = []
    stack.deploy(fake.cloud, package, {}, review=reviewed.extend)
    assert reviewed == [Change(Action.MODIFY, "Redirect", "AWS::Lambda::Function")]


@pytest.mark.parametrize(
    ("exists", "called"),
    [
        pytest.param(True, ["delete_change_set"], id="an update"),
        pytest.param(False, ["delete_change_set", "delete_stack"], id="a creation"),
    ],
)
def test_refused_changes_are_forgotten(package: Path, exists: bool, called: list[str]) -> None:
    fake = FakeCloudFormation(exists=exists)
    with pytest.raises(CommandError, match="no"):
        stack.deploy(fake.cloud, package, {}, review=_refuse)
    assert fake.called == called
    assert fake.stack is None or fake.stack["Outputs"] == []


def test_failed_change_lists_its_failures(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeCloudFormation()
    fake.outcome, fake.new_events = "UPDATE_ROLLBACK_COMPLETE", [event(1, "ClicksTable", "UPDATE_FAILED", "too many")]
    with pytest.raises(CommandError, match=r"was not deployed \(UPDATE_ROLLBACK_COMPLETE\)"):
        stack.deploy(fake.cloud, package, {})
    assert capsys.readouterr().out == "  ClicksTable: too many\n"


def test_release_that_was_rolled_back_publishes_new_versions_when_it_is_tried_again(package: Path) -> None:
    fake = FakeCloudFormation(exists=False)
    stack.deploy(fake.cloud, package, {})
    first = _description(fake)
    fake.stack |= {"StackStatus": "UPDATE_ROLLBACK_COMPLETE", "LastUpdatedTime": "2026-11-28 10:00:00"}
    assert stack.deploy(fake.cloud, package, {})
    second = _description(fake)
    assert second != first
    assert fake.stack["StackStatus"] == "UPDATE_COMPLETE"
    assert not stack.deploy(fake.cloud, package, {})
    stack.deploy(fake.cloud, package, {"EdgeSecret": "changed"})
    assert _description(fake) == second


def test_rejected_change_set_gives_the_reason(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reject(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ValidationError", "Message": "wrong"}}, "CreateChangeSet")

    fake = FakeCloudFormation()
    monkeypatch.setattr(fake, "create_change_set", reject)
    with pytest.raises(CommandError, match="was not deployed: the template is wrong"):
        stack.deploy(fake.cloud, package, {})


def test_roll_back_deploys_the_template_before_with_the_present_parameters(package: Path) -> None:
    fake = FakeCloudFormation(exists=False)
    stack.deploy(fake.cloud, package, {})
    first = _description(fake)
    document = json.loads((package / "sam.json").read_text())
    document["Resources"]["Redirect"]["Properties"]["MemorySize"] = 512
    (package / "sam.json").write_text(json.dumps(document))
    stack.deploy(fake.cloud, package, {})
    second = _description(fake)
    stack.roll_back(fake.cloud, lambda _: None)
    assert (_description(fake) == first, second == first) == (True, False)
    assert set(fake.sent[-1].values()) == {"kept"}
    stack.roll_back(fake.cloud, lambda _: None)
    assert _description(fake) == second


def test_value_changed_since_is_a_new_version_of_the_template_before(package: Path) -> None:
    fake = FakeCloudFormation(exists=False)
    stack.deploy(fake.cloud, package, {})
    first = _description(fake)
    document = json.loads((package / "sam.json").read_text())
    document["Resources"]["Redirect"]["Properties"]["MemorySize"] = 512
    (package / "sam.json").write_text(json.dumps(document))
    stack.deploy(fake.cloud, package, {"ClickDays": "60"})
    stack.roll_back(fake.cloud, lambda _: None)
    assert _description(fake) != first


def test_values_do_not_go_back(package: Path) -> None:
    fake = FakeCloudFormation(exists=False)
    stack.deploy(fake.cloud, package, {})
    stack.deploy(fake.cloud, package, {"ClickDays": "60"})
    with pytest.raises(CommandError, match=r"smartlink-prod changed values only\. Pass the earlier values"):
        stack.roll_back(fake.cloud, lambda _: None)


@pytest.mark.parametrize("exists", [False, True], ids=["no stack", "first deployment"])
def test_roll_back_needs_an_earlier_deployment(exists: bool) -> None:
    with pytest.raises(CommandError, match="The stack smartlink-prod has no earlier deployment"):
        stack.roll_back(FakeCloudFormation(exists=exists).cloud, lambda _: None)


def test_deletion_turns_the_protection_off_and_returns_the_id() -> None:
    fake = FakeCloudFormation()
    assert stack.delete(fake.cloud, 1) == STACK_ID
    assert fake.called == ["protection off", "delete_stack"]


def test_failed_deletion_lists_its_failures(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeCloudFormation()
    fake.outcome, fake.new_events = "DELETE_FAILED", [event(1, "Archive", "DELETE_FAILED", "not empty")]
    with pytest.raises(CommandError, match=r"was not deleted \(DELETE_FAILED\)"):
        stack.delete(fake.cloud, 1)
    assert capsys.readouterr().out == "  Archive: not empty\n"


def test_resources_are_listed_by_type() -> None:
    fake = FakeCloudFormation()
    fake.resources = {"AWS::DynamoDB::Table": ["clicks", "caps"], "AWS::S3::Bucket": ["archive"]}
    assert stack.resources(fake.cloud) == fake.resources


@pytest.mark.parametrize(
    ("status", "name", "listed"),
    [
        pytest.param("DELETE_SKIPPED", "clicks", {"AWS::DynamoDB::Table": ["clicks"]}, id="kept by a failed deletion"),
        pytest.param("DELETE_COMPLETE", "clicks", {}, id="deleted"),
        pytest.param("CREATE_FAILED", "", {}, id="never created"),
    ],
)
def test_resources_that_do_not_exist_are_not_listed(status: str, name: str, listed: dict[str, list[str]]) -> None:
    fake = FakeCloudFormation()
    fake.resources, fake.resource_status = {"AWS::DynamoDB::Table": [name]}, status
    assert stack.resources(fake.cloud) == listed


@pytest.mark.parametrize(
    ("stage", "step"),
    [("local", "Start the stack with `make up`."), ("prod", "Check your AWS credentials and network.")],
)
def test_error_without_an_answer_says_what_to_do(stage: str, step: str) -> None:
    session = boto3.Session("test", "test", region_name="us-east-1")
    with pytest.raises(CommandError, match=f"CloudFormation did not answer: Could not connect .*{step}"):
        stack.describe(Cloud(session, "http://127.0.0.1:1", stage, "smartlink", ""))
