from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import boto3

from deploy import stack
from deploy.cloud import Cloud

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
    assert stack.parameters_of(_deployed("EdgeSecret", "PublicUrl"), {"PublicUrl": "https://go.example"}) == [
        {"ParameterKey": "EdgeSecret", "UsePreviousValue": True},
        {"ParameterKey": "PublicUrl", "ParameterValue": "https://go.example"},
    ]


def test_first_deployment_has_no_previous_values() -> None:
    assert stack.parameters_of(None, {}) == []


def test_failures_list_the_failed_resource_without_cancellations_and_earlier_events() -> None:
    cloud = Cloud(cast("boto3.Session", _Events()), None, "prod", "smartlink-prod", "bucket")
    assert stack._failures(cloud, earlier={"1"}) == ["  ClicksTable: Table limit exceeded"]
