"""Changes of the template for the emulator, each with its reason."""

from copy import deepcopy
from typing import Any

from deploy import paths

Template = dict[str, Any]


def for_emulator(template: Template) -> Template:
    """Return the template with all changes below."""
    changed = deepcopy(template)
    for change in (_delete_with_the_stack, _print_links_of_the_gateway, _limit_queues_by_numbers):
        change(changed)
    return changed


def _delete_with_the_stack(template: Template) -> None:
    """Delete every resource with its stack: a table that stays would make the next creation of the stack fail."""
    for resource in template["Resources"].values():
        resource.pop("DeletionPolicy", None)
        resource.pop("UpdateReplacePolicy", None)


def _limit_queues_by_numbers(template: Template) -> None:
    """Write limits of concurrency as numbers: the emulator passes a parameter as text and cannot compare it."""
    functions = (each for each in template["Resources"].values() if each["Type"] == "AWS::Serverless::Function")
    for event in (event for each in functions for event in each["Properties"].get("Events", {}).values()):
        limit = event["Properties"].get("ScalingConfig", {})
        parameter = limit.get("MaximumConcurrency")
        if isinstance(parameter, dict):
            limit["MaximumConcurrency"] = template["Parameters"][parameter["Ref"]]["Default"]


def _print_links_of_the_gateway(template: Template) -> None:
    """Print links with the address of the HTTP API on this machine instead of its address at AWS."""
    variables = template["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    variables["TRACKING_URL"] = {"Fn::Sub": f"http://${{TrackingApi}}.execute-api.localhost:{paths.port()}"}
