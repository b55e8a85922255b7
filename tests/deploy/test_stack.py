import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest

from deploy import paths, stack
from deploy.cloud import Cloud
from deploy.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


def _deployed(*parameters: str) -> "StackTypeDef":
    return {
        "StackName": "smartlink-prod",
        "StackStatus": "UPDATE_COMPLETE",
        "CreationTime": datetime(2026, 11, 1, tzinfo=UTC),
        "Parameters": [{"ParameterKey": name, "ParameterValue": "****"} for name in parameters],
    }


class _Events:
    """A fake CloudFormation client with the events of a failed deployment, newest first."""

    def client(self, *_: object, **__: object) -> "_Events":
        return self

    def describe_stack_events(self, **_: object) -> dict[str, Any]:
        events = [
            ("4", "smartlink", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed"),
            ("3", "APIHandler", "UPDATE_FAILED", "Resource update cancelled"),
            ("2", "ClicksTable", "UPDATE_FAILED", "Table limit exceeded"),
            ("1", "ClicksTable", "CREATE_FAILED", "of an earlier deployment"),
        ]
        names = ("EventId", "LogicalResourceId", "ResourceStatus", "ResourceStatusReason")
        return {"StackEvents": [dict(zip(names, event, strict=True)) for event in events]}


def test_omitted_parameter_keeps_its_value() -> None:
    declared = ["EdgeSecret", "PublicUrl"]
    assert stack.parameters_of(_deployed(*declared), {"PublicUrl": "https://go.example"}, declared) == [
        {"ParameterKey": "EdgeSecret", "UsePreviousValue": True},
        {"ParameterKey": "PublicUrl", "ParameterValue": "https://go.example"},
    ]


def test_first_deployment_has_no_previous_values() -> None:
    assert stack.parameters_of(None, {}, ["PublicUrl"]) == []


def test_parameter_that_the_new_template_lacks_is_not_passed() -> None:
    assert stack.parameters_of(_deployed("TableDeletionPolicy"), {}, ["PublicUrl"]) == []


@pytest.mark.parametrize(
    "deployed",
    [
        pytest.param(None, id="no stack"),
        pytest.param(_deployed("EdgeSecret"), id="a stack of an earlier release"),
    ],
)
def test_missing_secret_is_generated_at_random(deployed: "StackTypeDef | None") -> None:
    generated = [stack.missing_secrets(deployed) for _ in range(2)]
    assert [set(each) for each in generated] == [{"VisitorHashKey"}] * 2
    assert generated[0] != generated[1]
    assert all(32 <= len(each["VisitorHashKey"]) <= 64 for each in generated)


def test_secret_of_a_stack_is_kept() -> None:
    deployed = _deployed("VisitorHashKey")
    assert stack.missing_secrets(deployed) == {}
    assert stack.parameters_of(deployed, {}, ["VisitorHashKey"]) == [
        {"ParameterKey": "VisitorHashKey", "UsePreviousValue": True}
    ]


def test_generated_secrets_are_hidden_parameters_without_a_default() -> None:
    template = json.loads((paths.ROOT / ".chalice" / "resources.json").read_text())
    generated = [template["Parameters"][name] for name in stack.missing_secrets(None)]
    assert [(each["NoEcho"], "Default" in each) for each in generated] == [(True, False)]
    variables = template["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["VISITOR_HASH_KEY"] == {"Ref": "VisitorHashKey"}


class _CloudFormation:
    """A fake client of CloudFormation and S3: one stack with the parameters of the last change set."""

    region_name = "eu-west-1"

    def __init__(self, *parameters: str) -> None:
        self.stack: Any = {**_deployed(*parameters), "Outputs": []}
        self.sent: list[Any] = []

    def client(self, *_: object, **__: object) -> "_CloudFormation":
        return self

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        return {"Stacks": [self.stack]}

    def describe_stack_events(self, **_: object) -> dict[str, Any]:
        return {"StackEvents": []}

    def list_objects_v2(self, **_: object) -> dict[str, int]:
        return {"KeyCount": 0}

    def put_object(self, **sent: Any) -> None:
        if sent["Key"].endswith(".json"):
            outputs = json.loads(sent["Body"])["Outputs"]
            self.stack["Outputs"] = [
                {"OutputKey": name, "OutputValue": each["Value"]} for name, each in outputs.items()
            ]

    def create_change_set(self, **sent: Any) -> None:
        parameters = {each["ParameterKey"]: each.get("ParameterValue", "kept") for each in sent["Parameters"]}
        self.sent.append(parameters)
        self.stack["Parameters"] = [{"ParameterKey": name} for name in parameters]

    def execute_change_set(self, **_: object) -> None:
        pass

    def get_waiter(self, _: str) -> "_CloudFormation":
        return self

    def wait(self, **_: object) -> None:
        pass


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package without code."""
    (tmp_path / "sam.json").write_text(
        json.dumps({"Parameters": {"EdgeSecret": {}, "VisitorHashKey": {}}, "Outputs": {}})
    )
    for name in ("deployment.zip", "layer-deployment.zip"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_first_deployment_with_a_secret_generates_it_and_a_later_one_keeps_it(package: Path) -> None:
    client = _CloudFormation("EdgeSecret")
    cloud = Cloud(cast("boto3.Session", client), None, "prod", "smartlink-prod", "bucket")
    assert [stack.deploy(cloud, package, {}) for _ in range(2)] == [True, False]
    assert stack.deploy(cloud, package, {"EdgeSecret": "changed"})
    first, second = client.sent
    assert (len(first["VisitorHashKey"]), second["VisitorHashKey"]) == (43, "kept")


def test_failures_list_the_failed_resource_without_cancellations_and_earlier_events() -> None:
    cloud = Cloud(cast("boto3.Session", _Events()), None, "prod", "smartlink-prod", "bucket")
    assert stack._failures(cloud, earlier={"1"}) == ["  ClicksTable: Table limit exceeded"]


@pytest.mark.parametrize(
    ("stage", "step"),
    [("local", "Start the stack with `make up`."), ("prod", "Check your AWS credentials and network.")],
)
def test_error_without_an_answer_says_what_to_do(stage: str, step: str) -> None:
    session = boto3.Session("test", "test", region_name="us-east-1")
    with pytest.raises(CommandError, match=f"CloudFormation did not answer: Could not connect .*{step}"):
        stack.describe(Cloud(session, "http://127.0.0.1:1", stage, "smartlink", ""))
