"""The deployed learning: run now, and waited for until its weights are in force."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from acceptance.learning.polling import until
from acceptance.learning.smartlink import Market
from deploy import cloud
from deploy.errors import CommandError

LOGICAL_ID = "Learn"
"""The scheduled function in the stack's template."""

Run = dict[str, Any]


def learn(market: Market, awaited: str, has_seen: Callable[[Run], bool]) -> Run:
    """Run the learning now; the newest run that has seen what it should, once its weights are in force.

    The schedule may have been faster: then it is its run. `Stop` where the run left the smartlink out.
    """
    invoke(LOGICAL_ID)
    return until(awaited, lambda: _in_force(market, has_seen))


def _in_force(market: Market, has_seen: Callable[[Run], bool]) -> Run | None:
    run = market.newest_run()
    if run is None:
        return None
    if run["status"] != "published":
        message = f"the learning left the smartlink out: {run['reason']}"
        raise CommandError(message)
    if not has_seen(run):
        return None
    weights = market.weights()
    return run if weights["in_force"] and weights["weights_version"] >= run["weights_version"] else None


def invoke(logical_id: str) -> None:
    """Call a scheduled function of the local stack as its schedule does."""
    here = cloud.local()
    try:
        described = here.session.client("cloudformation", endpoint_url=here.endpoint).describe_stack_resource(
            StackName=here.stack, LogicalResourceId=logical_id
        )
        name = described["StackResourceDetail"].get("PhysicalResourceId", "")
        answered = here.session.client("lambda", endpoint_url=here.endpoint).invoke(
            FunctionName=name, Payload=json.dumps(_tick()).encode()
        )
    except ClientError as error:
        message = f"the function {logical_id} could not be called ({error}): make up deploys it"
        raise CommandError(message) from error
    if "FunctionError" in answered:
        message = f"the function {logical_id} failed: {answered['Payload'].read()[:300].decode(errors='replace')}"
        raise CommandError(message)


def _tick() -> dict[str, Any]:
    """The event of a schedule."""
    named = dict.fromkeys(("version", "id", "account", "region"), "")
    time = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        **named,
        "time": time,
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "detail": {},
        "resources": [],
    }
