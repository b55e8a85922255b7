"""A fake of CloudFormation and S3: one stack, whose change sets take effect when they are executed."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import boto3
from botocore.exceptions import ClientError

from deploy.cloud import Cloud

STACK_ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/smartlink-prod/1"


def change(name: str, kind: str = "AWS::Lambda::Function", action: str = "Modify", **more: Any) -> dict[str, Any]:
    """Return a change of a change set, by default a modification."""
    replacement = {"Replacement": "False"} if action == "Modify" else {}
    resource = {"Action": action, "LogicalResourceId": name, "ResourceType": kind, **replacement, **more}
    return {"ResourceChange": resource}


def event(number: int, resource: str, status: str, reason: str = "") -> dict[str, Any]:
    """Return an event of a stack."""
    names = ("EventId", "LogicalResourceId", "ResourceStatus", "ResourceStatusReason")
    kind = "AWS::CloudFormation::Stack" if resource == "smartlink-prod" else "AWS::DynamoDB::Table"
    return {**dict(zip(names, (str(number), resource, status, reason), strict=True)), "ResourceType": kind}


@dataclass(frozen=True, slots=True)
class _Pages:
    pages: Callable[[], list[dict[str, Any]]]

    def paginate(self, **_: object) -> Iterator[dict[str, Any]]:
        return iter(self.pages())


class FakeCloudFormation:
    """Stands for the session and for its clients. `sent` has the parameters of each change set."""

    region_name = "eu-west-1"

    def __init__(self, *parameters: str, exists: bool = True, changes: Sequence[dict[str, Any]] = ()) -> None:
        """Create a fake with a stack that has these parameters, or without a stack."""
        self.stack: Any = None
        if exists:
            self.stack = {"StackId": STACK_ID, "StackStatus": "UPDATE_COMPLETE", "Outputs": []}
            self.stack["Parameters"] = [{"ParameterKey": name, "ParameterValue": "****"} for name in parameters]
        self.changes, self.events = list(changes), [event(0, "smartlink-prod", "CREATE_COMPLETE")]
        self.resources: dict[str, list[str]] = {}
        self.resource_status = "CREATE_COMPLETE"
        self.outcome, self.new_events = "UPDATE_COMPLETE", list[dict[str, Any]]()
        self.sent: list[dict[str, str]] = []
        self.files: dict[str, bytes] = {}
        self.called: list[str] = []
        self._planned: Any = None

    @property
    def cloud(self) -> Cloud:
        """The account of the fake."""
        return Cloud(cast("boto3.Session", self), None, "prod", "smartlink-prod", "bucket")

    def client(self, *_: object, **__: object) -> "FakeCloudFormation":
        return self

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        if self.stack is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        return {"Stacks": [self.stack]}

    def get_paginator(self, name: str) -> _Pages:
        pages: dict[str, Callable[[], list[dict[str, Any]]]] = {
            "describe_stack_events": lambda: [{"StackEvents": [each]} for each in reversed(self.events)],
            "describe_change_set": lambda: [{"Changes": [each]} for each in self.changes] or [{}],
            "list_stack_resources": lambda: [{"StackResourceSummaries": self._summaries()}],
        }
        return _Pages(pages[name])

    def _summaries(self) -> list[dict[str, str]]:
        kinds = [(kind, name) for kind, names in self.resources.items() for name in names]
        names = ("ResourceType", "PhysicalResourceId", "ResourceStatus")
        return [dict(zip(names, (*each, self.resource_status), strict=True)) for each in kinds]

    def list_objects_v2(self, **asked: Any) -> dict[str, int]:
        return {"KeyCount": int(asked["Prefix"] in self.files)}

    def put_object(self, **sent: Any) -> None:
        self.files[sent["Key"]] = sent["Body"]

    def get_object(self, **asked: Any) -> dict[str, Any]:
        if asked["Key"] not in self.files:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no such key"}}, "GetObject")
        return {"Body": io.BytesIO(self.files[asked["Key"]])}

    def create_change_set(self, **sent: Any) -> None:
        self._planned = sent
        self.sent.append({each["ParameterKey"]: each.get("ParameterValue", "kept") for each in sent["Parameters"]})

    def execute_change_set(self, **_: object) -> None:
        document = json.loads(self.files[self._planned["TemplateURL"].rpartition("/")[2]])
        self.stack = self.stack or {"StackId": STACK_ID}
        self.stack["StackStatus"] = self.outcome
        self.stack["Parameters"] = [{"ParameterKey": name} for name in self.sent[-1]]
        outputs = document["Outputs"].items()
        self.stack["Outputs"] = [{"OutputKey": name, "OutputValue": each["Value"]} for name, each in outputs]
        self._finish()

    def _finish(self) -> None:
        """Append the events of a change to those of the stack, and its own event as the last one."""
        self.events += self.new_events
        self.events.append(event(len(self.events), "smartlink-prod", self.stack["StackStatus"]))

    def describe_change_set(self, **_: object) -> dict[str, str]:
        return {"Status": "FAILED", "StatusReason": "the template is wrong"}

    def delete_change_set(self, **_: object) -> None:
        self.called.append("delete_change_set")

    def delete_stack(self, **_: object) -> None:
        self.called.append("delete_stack")
        if self.stack:
            self.stack["StackStatus"] = "DELETE_FAILED" if self.outcome.endswith("FAILED") else "DELETE_COMPLETE"
            self._finish()

    def update_termination_protection(self, **sent: Any) -> None:
        self.called.append(f"protection {'on' if sent['EnableTerminationProtection'] else 'off'}")

    def get_waiter(self, _: str) -> "FakeCloudFormation":
        return self

    def wait(self, **_: object) -> None:
        pass
