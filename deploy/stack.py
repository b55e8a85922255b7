"""Deploy a package as a CloudFormation stack, on the emulator and on AWS alike."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from deploy import changes, stack_events
from deploy.changes import Change
from deploy.cloud import LOCAL, Cloud
from deploy.errors import CommandError
from deploy.parameters import DIGESTS, digests, missing_secrets, parameters_of
from deploy.template.build import Template
from deploy.template.versions import describe_versions
from deploy.upload import download, template, upload

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

Review = Callable[[Sequence[Change]], None]
"""Shows the changes of a change set, and raises CommandError if it must not be executed."""

_DIGEST, _PREVIOUS, _RETRY = "Deployed", "Previous", "Retry"
_ROLLED_BACK = "UPDATE_ROLLBACK_COMPLETE"
_BROKEN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
_NOT_CREATED = "REVIEW_IN_PROGRESS"
_DELETED = "DELETE_COMPLETE"
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def deploy(
    cloud: Cloud,
    folder: Path,
    parameters: Mapping[str, str],
    adapt: Callable[[Template], Template] = dict,
    review: Review = lambda _: None,
) -> bool:
    """Create or update the stack from the package in `folder`. Return False if it is already up to date.

    `adapt` changes the template before it is deployed. A parameter that is not passed keeps its value from the last
    deployment. A missing secret is generated.
    """
    return _deploy(cloud, adapt(template(cloud, folder)), parameters, review)


def roll_back(cloud: Cloud, review: Review) -> None:
    """Deploy the template before the present one. Parameters keep their values.

    Raise CommandError if there is none, or if it equals the present one.
    """
    stack = describe(cloud)
    previous = outputs(stack).get(_PREVIOUS) if stack else None
    if previous is None:
        message = f"The stack {cloud.stack} has no earlier deployment."
        raise CommandError(message)
    document = json.loads(download(cloud, f"{previous}.json"))
    for name in (_DIGEST, _PREVIOUS, _RETRY, DIGESTS):
        document["Outputs"].pop(name, None)
    if not _deploy(cloud, document, {}, review):
        message = (
            f"The last deployment of {cloud.stack} changed values only. Pass the earlier values to `make deploy`: "
            "going back keeps the present ones."
        )
        raise CommandError(message)


def _deploy(cloud: Cloud, document: Template, parameters: Mapping[str, str], review: Review) -> bool:
    stack = _usable(cloud, describe(cloud))
    values = {**missing_secrets(stack), **parameters}
    known = digests(stack, values, document["Parameters"])
    retry = _retry(stack)
    describe_versions(document, known, retry)
    digest = hashlib.sha256(json.dumps([document, known], sort_keys=True).encode()).hexdigest()
    deployed = outputs(stack) if stack else {}
    if deployed.get(_DIGEST) == digest:
        return False
    document["Outputs"] |= {_DIGEST: {"Value": digest}, DIGESTS: {"Value": json.dumps(known)}}
    document["Outputs"] |= {_RETRY: {"Value": retry}} if retry else {}
    if _DIGEST in deployed:
        document["Outputs"][_PREVIOUS] = {"Value": deployed[_DIGEST]}
    url = upload(cloud, f"{digest}.json", json.dumps(document).encode(), replace=True)
    _change(cloud, url, stack, parameters_of(stack, values, document["Parameters"]), review)
    return True


def _retry(stack: "StackTypeDef | None") -> str:
    """Return when the last update that was rolled back began; empty if none was.

    Its versions of the functions stay (`DeletionPolicy: Retain`). Lambda publishes no version that equals the last one,
    so the same release would fail again: versions contain this text from then on.
    https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
    """
    if stack is None:
        return ""
    rolled_back = stack["StackStatus"] == _ROLLED_BACK
    return str(stack.get("LastUpdatedTime", "")) if rolled_back else outputs(stack).get(_RETRY, "")


def delete(cloud: Cloud, total: int) -> str:
    """Delete the stack, whose protection is turned off, and return its ID. `total` is the number of its resources."""
    client = client_of(cloud)
    stack_id = client.describe_stacks(StackName=cloud.stack)["Stacks"][0]["StackId"]
    client.update_termination_protection(StackName=cloud.stack, EnableTerminationProtection=False)
    events = stack_events.Events(client, stack_id)
    client.delete_stack(StackName=stack_id)
    status = stack_events.follow(cloud, events, total=total, title="Deleting the stack")
    if status != _DELETED:
        print("\n".join(events.failures()))
        message = f"The stack {cloud.stack} was not deleted ({status}). Fix the resources listed above and try again."
        raise CommandError(message)
    return stack_id


def describe(cloud: Cloud) -> "StackTypeDef | None":
    """Return the deployed stack, or None if there is none."""
    try:
        return client_of(cloud).describe_stacks(StackName=cloud.stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        message = f"CloudFormation rejected the request: {error}"
        raise CommandError(message) from error
    except BotoCoreError as error:
        start = "Start the stack with `make up`" if cloud.stage == LOCAL else "Check your AWS credentials and network"
        message = f"CloudFormation did not answer: {error}. {start}."
        raise CommandError(message) from error


def is_created(stack: "StackTypeDef") -> bool:
    """Return whether the stack can be updated: a creation that failed, or was never executed, begins anew."""
    return stack["StackStatus"] not in {*_BROKEN, _NOT_CREATED}


def template_of(cloud: Cloud) -> Template:
    """Return the template of the stack as it was deployed, before the serverless transform."""
    body: Any = client_of(cloud).get_template(StackName=cloud.stack, TemplateStage="Original")["TemplateBody"]
    template: Template = json.loads(body) if isinstance(body, str) else body
    return template


def outputs(stack: "StackTypeDef") -> dict[str, str]:
    """Return the outputs of the stack by name."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def resources(cloud: Cloud) -> dict[str, list[str]]:
    """Return the physical IDs of the stack's resources by type, also of those that a failed deletion skipped."""
    found: dict[str, list[str]] = {}
    for page in client_of(cloud).get_paginator("list_stack_resources").paginate(StackName=cloud.stack):
        for each in page["StackResourceSummaries"]:
            name = each.get("PhysicalResourceId")
            if name and each["ResourceStatus"] != _DELETED:
                found.setdefault(each["ResourceType"], []).append(name)
    return found


def client_of(cloud: Cloud) -> "CloudFormationClient":
    """Return the client of CloudFormation."""
    return cloud.session.client("cloudformation", endpoint_url=cloud.endpoint)


def _usable(cloud: Cloud, stack: "StackTypeDef | None") -> "StackTypeDef | None":
    """Return the stack if it can be updated. Delete a stack whose creation failed, and return None."""
    if stack and stack["StackStatus"] in _BROKEN:
        client_of(cloud).delete_stack(StackName=cloud.stack)
        client_of(cloud).get_waiter("stack_delete_complete").wait(StackName=cloud.stack, WaiterConfig=_pace(cloud))
        return None
    return None if stack and stack["StackStatus"] == _NOT_CREATED else stack


def _change(
    cloud: Cloud, url: str, stack: "StackTypeDef | None", parameters: "list[ParameterTypeDef]", review: Review
) -> None:
    client = client_of(cloud)
    change: dict[str, Any] = {"StackName": cloud.stack, "ChangeSetName": f"deploy-{time.time_ns()}"}
    try:
        client.create_change_set(
            **change,
            ChangeSetType="UPDATE" if stack else "CREATE",
            TemplateURL=url,
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        client.get_waiter("change_set_create_complete").wait(**change, WaiterConfig=_pace(cloud))
        planned = changes.read(client, change)
        _review(client, change, stack, lambda: review(planned))
        events = stack_events.Events(client, cloud.stack)
        client.execute_change_set(**change)
    except (ClientError, WaiterError) as error:
        message = f"The stack {cloud.stack} was not deployed: {_reason(client, change) or error}"
        raise CommandError(message) from error
    _follow(cloud, events, len(planned))


def _review(
    client: "CloudFormationClient", change: dict[str, Any], stack: "StackTypeDef | None", review: Callable[[], None]
) -> None:
    """Call `review`. If it refuses, delete the change set, and with it a stack that was never created."""
    try:
        review()
    except (CommandError, KeyboardInterrupt):
        client.delete_change_set(**change)
        if stack is None:
            client.delete_stack(StackName=change["StackName"])
        raise


def _follow(cloud: Cloud, events: stack_events.Events, total: int) -> None:
    status = stack_events.follow(cloud, events, total=total, title="Changing the stack")
    if status not in _DONE:
        print("\n".join(events.failures()))
        message = f"The stack {cloud.stack} was not deployed ({status}). Fix the resources listed above and try again."
        raise CommandError(message)


def _reason(client: "CloudFormationClient", change: dict[str, Any]) -> str:
    try:
        described = client.describe_change_set(**change)
    except ClientError:
        return ""
    return described.get("StatusReason", "") if described["Status"] == "FAILED" else ""


def _pace(cloud: Cloud) -> Any:  # noqa: ANN401 - the stubs require whole seconds; the emulator needs less
    return {"Delay": 0.1, "MaxAttempts": 3000} if cloud.endpoint else {"Delay": 5, "MaxAttempts": 720}
