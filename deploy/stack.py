"""Deploy a package as a CloudFormation stack, on the emulator and on AWS alike."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from deploy.cloud import LOCAL, Cloud
from deploy.errors import CommandError
from deploy.template.build import Template
from deploy.upload import template, upload

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

_DIGEST = "Deployed"
_BROKEN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
_NOT_CREATED = "REVIEW_IN_PROGRESS"
_GENERATED = ("VisitorHashKey",)
"""Parameters with a random value, which every deployment after the first one keeps."""


def deploy(
    cloud: Cloud, folder: Path, parameters: Mapping[str, str], adapt: Callable[[Template], Template] = dict
) -> bool:
    """Create or update the stack from the package in `folder`. Return False if it is already up to date.

    `adapt` changes the template before it is deployed. A parameter that is not passed keeps its value from the last
    deployment. A missing secret is generated.
    """
    document = adapt(template(cloud, folder))
    stack = _usable(cloud, describe(cloud))
    digest = hashlib.sha256(json.dumps([document, dict(parameters)], sort_keys=True).encode()).hexdigest()
    if stack and outputs(stack).get(_DIGEST) == digest:
        return False
    document["Outputs"][_DIGEST] = {"Value": digest}
    url = upload(cloud, f"{digest}.json", json.dumps(document).encode())
    values = {**missing_secrets(stack), **parameters}
    _change(cloud, url, stack, parameters_of(stack, values, document["Parameters"]))
    return True


def describe(cloud: Cloud) -> "StackTypeDef | None":
    """Return the deployed stack, or None if there is none."""
    try:
        return _client(cloud).describe_stacks(StackName=cloud.stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        message = f"CloudFormation rejected the request: {error}"
        raise CommandError(message) from error
    except BotoCoreError as error:
        start = "Start the stack with `make up`" if cloud.stage == LOCAL else "Check your AWS credentials and network"
        message = f"CloudFormation did not answer: {error}. {start}."
        raise CommandError(message) from error


def outputs(stack: "StackTypeDef") -> dict[str, str]:
    """Return the outputs of the stack by name."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def parameters_of(
    stack: "StackTypeDef | None", values: Mapping[str, str], declared: Collection[str]
) -> "list[ParameterTypeDef]":
    """Return `values` as parameters; the stack's other parameters that are still declared keep their values."""
    names = _parameter_names(stack) & set(declared)
    previous: list[ParameterTypeDef] = [
        {"ParameterKey": name, "UsePreviousValue": True} for name in sorted(names - values.keys())
    ]
    changed: list[ParameterTypeDef] = [
        {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
    ]
    return previous + changed


def missing_secrets(stack: "StackTypeDef | None") -> dict[str, str]:
    """Return random values for the generated parameters that the stack does not have yet."""
    return {name: secrets.token_urlsafe(32) for name in _GENERATED if name not in _parameter_names(stack)}


def _parameter_names(stack: "StackTypeDef | None") -> set[str]:
    return {parameter["ParameterKey"] for parameter in stack.get("Parameters", [])} if stack else set()


def _usable(cloud: Cloud, stack: "StackTypeDef | None") -> "StackTypeDef | None":
    """Return the stack if it can be updated. Delete a stack whose creation failed, and return None."""
    if stack and stack["StackStatus"] in _BROKEN:
        _client(cloud).delete_stack(StackName=cloud.stack)
        _client(cloud).get_waiter("stack_delete_complete").wait(StackName=cloud.stack, WaiterConfig=_pace(cloud))
        return None
    return None if stack and stack["StackStatus"] == _NOT_CREATED else stack


def _change(cloud: Cloud, url: str, stack: "StackTypeDef | None", parameters: "list[ParameterTypeDef]") -> None:
    client, name = _client(cloud), f"deploy-{time.time_ns()}"
    change: dict[str, Any] = {"StackName": cloud.stack, "ChangeSetName": name}
    earlier = {event["EventId"] for event in _events(cloud)} if stack else set()
    try:
        client.create_change_set(
            **change,
            ChangeSetType="UPDATE" if stack else "CREATE",
            TemplateURL=url,
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        client.get_waiter("change_set_create_complete").wait(**change, WaiterConfig=_pace(cloud))
        client.execute_change_set(**change)
        waiter = client.get_waiter("stack_update_complete") if stack else client.get_waiter("stack_create_complete")
        waiter.wait(StackName=cloud.stack, WaiterConfig=_pace(cloud))
    except (ClientError, WaiterError) as error:
        for line in _failures(cloud, earlier):
            print(line)
        message = f"The stack {cloud.stack} was not deployed: {_reason(client, change) or error}"
        raise CommandError(message) from error


def _failures(cloud: Cloud, earlier: set[str]) -> list[str]:
    """Return the failed resources with the reasons, oldest first, without `earlier` events and cancellations."""
    return [
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
        for event in reversed(_events(cloud))
        if event["EventId"] not in earlier
        and event["ResourceStatus"].endswith("FAILED")
        and "cancelled" not in event.get("ResourceStatusReason", "")
    ]


def _reason(client: "CloudFormationClient", change: dict[str, Any]) -> str:
    try:
        described = client.describe_change_set(**change)
    except ClientError:
        return ""
    failed = described["Status"] == "FAILED"
    return described.get("StatusReason", "") if failed else "fix the resources listed above and run the command again"


def _events(cloud: Cloud) -> list[Any]:
    try:
        return _client(cloud).describe_stack_events(StackName=cloud.stack)["StackEvents"]
    except ClientError:
        return []


def _client(cloud: Cloud) -> "CloudFormationClient":
    return cloud.session.client("cloudformation", endpoint_url=cloud.endpoint)


def _pace(cloud: Cloud) -> Any:  # noqa: ANN401 - the stubs require whole seconds; the emulator needs less
    return {"Delay": 0.1, "MaxAttempts": 3000} if cloud.endpoint else {"Delay": 5, "MaxAttempts": 720}
