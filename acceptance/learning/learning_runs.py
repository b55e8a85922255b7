"""Run the deployed optimizer, and wait until its weights are published."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from acceptance.learning.polling import wait_until
from acceptance.learning.smartlink import OptimizedSmartlink
from deploy import cloud
from deploy.errors import CommandError

LOGICAL_ID = "Learn"
"""The scheduled function in the stack's template."""

Run = dict[str, Any]


def run_learning(smartlink: OptimizedSmartlink, description: str, is_current: Callable[[Run], bool]) -> Run:
    """Run the optimizer and return the newest run that `is_current`, once its weights are published.

    This may be a run of the schedule. `description` names what is awaited. Raise CommandError if the run skipped the
    smartlink.
    """
    invoke(LOGICAL_ID)
    return wait_until(description, lambda: _published_run(smartlink, is_current))


def _published_run(smartlink: OptimizedSmartlink, is_current: Callable[[Run], bool]) -> Run | None:
    run = smartlink.newest_run()
    if run is None:
        return None
    if run["status"] != "published":
        message = f"The optimizer skipped the smartlink: {run['reason']}"
        raise CommandError(message)
    if not is_current(run):
        return None
    weights = smartlink.weights()
    return run if weights["in_force"] and weights["weights_version"] >= run["weights_version"] else None


def invoke(logical_id: str) -> None:
    """Invoke a scheduled function of the local stack with a schedule's event."""
    target = cloud.local()
    try:
        resource = target.session.client("cloudformation", endpoint_url=target.endpoint).describe_stack_resource(
            StackName=target.stack, LogicalResourceId=logical_id
        )
        name = resource["StackResourceDetail"].get("PhysicalResourceId", "")
        response = target.session.client("lambda", endpoint_url=target.endpoint).invoke(
            FunctionName=name, Payload=json.dumps(_schedule_event()).encode()
        )
    except ClientError as error:
        message = f"The function {logical_id} could not be invoked ({error}). Deploy it with `make up`."
        raise CommandError(message) from error
    if "FunctionError" in response:
        message = f"The function {logical_id} failed: {response['Payload'].read()[:300].decode(errors='replace')}"
        raise CommandError(message)


def _schedule_event() -> dict[str, Any]:
    """Return the event of an EventBridge schedule."""
    empty_fields = dict.fromkeys(("version", "id", "account", "region"), "")
    time = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        **empty_fields,
        "time": time,
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "detail": {},
        "resources": [],
    }
