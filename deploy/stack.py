"""Brings a package into a CloudFormation stack, the same way here and on AWS."""

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, WaiterError

from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.upload import template, upload

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

_DIGEST = "Deployed"
_BROKEN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
_UNBORN = "REVIEW_IN_PROGRESS"


def deploy(cloud: Cloud, folder: Path, parameters: Mapping[str, str]) -> bool:
    """Create or update the stack from the package in `folder`; False where it already is what it should be.

    A parameter that is left out keeps its value from the last deployment.
    """
    document = template(cloud, folder)
    stack = _usable(cloud, describe(cloud))
    wanted = hashlib.sha256(json.dumps([document, dict(parameters)], sort_keys=True).encode()).hexdigest()
    if stack and outputs(stack).get(_DIGEST) == wanted:
        return False
    document["Outputs"][_DIGEST] = {"Value": wanted}
    _change(cloud, upload(cloud, f"{wanted}.json", json.dumps(document).encode()), stack, parameters)
    return True


def describe(cloud: Cloud) -> "StackTypeDef | None":
    """The stack as it is; None where there is none."""
    try:
        return _client(cloud).describe_stacks(StackName=cloud.stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        message = f"CloudFormation refused: {error}"
        raise CommandError(message) from error


def outputs(stack: "StackTypeDef") -> dict[str, str]:
    """What the stack tells about itself, by name."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def parameters_of(stack: "StackTypeDef | None", given: Mapping[str, str]) -> "list[ParameterTypeDef]":
    """The given values, and for the stack's other parameters the values they have."""
    known = {parameter["ParameterKey"] for parameter in stack.get("Parameters", [])} if stack else set()
    kept: list[ParameterTypeDef] = [
        {"ParameterKey": name, "UsePreviousValue": True} for name in sorted(known - given.keys())
    ]
    changed: list[ParameterTypeDef] = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
    return kept + changed


def _usable(cloud: Cloud, stack: "StackTypeDef | None") -> "StackTypeDef | None":
    """None for a stack that never came to be, after removing what is left of it."""
    if stack and stack["StackStatus"] in _BROKEN:
        _client(cloud).delete_stack(StackName=cloud.stack)
        _client(cloud).get_waiter("stack_delete_complete").wait(StackName=cloud.stack, WaiterConfig=_pace(cloud))
        return None
    return None if stack and stack["StackStatus"] == _UNBORN else stack


def _change(cloud: Cloud, url: str, stack: "StackTypeDef | None", parameters: Mapping[str, str]) -> None:
    client, name = _client(cloud), f"deploy-{time.time_ns()}"
    change: dict[str, Any] = {"StackName": cloud.stack, "ChangeSetName": name}
    known = {event["EventId"] for event in _events(cloud)} if stack else set()
    try:
        client.create_change_set(
            **change,
            ChangeSetType="UPDATE" if stack else "CREATE",
            TemplateURL=url,
            Parameters=parameters_of(stack, parameters),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        client.get_waiter("change_set_create_complete").wait(**change, WaiterConfig=_pace(cloud))
        client.execute_change_set(**change)
        waiter = client.get_waiter("stack_update_complete") if stack else client.get_waiter("stack_create_complete")
        waiter.wait(StackName=cloud.stack, WaiterConfig=_pace(cloud))
    except (ClientError, WaiterError) as error:
        for line in _failures(cloud, known):
            print(line)
        message = f"the stack {cloud.stack} did not deploy: {_reason(client, change) or error}"
        raise CommandError(message) from error


def _failures(cloud: Cloud, known: set[str]) -> list[str]:
    """What went wrong with which resource, oldest first, leaving out what only followed from it."""
    return [
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
        for event in reversed(_events(cloud))
        if event["EventId"] not in known
        and event["ResourceStatus"].endswith("FAILED")
        and "cancelled" not in event.get("ResourceStatusReason", "")
    ]


def _reason(client: "CloudFormationClient", change: dict[str, Any]) -> str:
    try:
        described = client.describe_change_set(**change)
    except ClientError:
        return ""
    failed = described["Status"] == "FAILED"
    return described.get("StatusReason", "") if failed else "the resources above say why; mend them and run it again"


def _events(cloud: Cloud) -> list[Any]:
    try:
        return _client(cloud).describe_stack_events(StackName=cloud.stack)["StackEvents"]
    except ClientError:
        return []


def _client(cloud: Cloud) -> "CloudFormationClient":
    return cloud.session.client("cloudformation", endpoint_url=cloud.endpoint)


def _pace(cloud: Cloud) -> Any:  # noqa: ANN401 - the stubs want whole seconds; the emulator needs none
    return {"Delay": 0.1, "MaxAttempts": 3000} if cloud.endpoint else {"Delay": 5, "MaxAttempts": 720}
