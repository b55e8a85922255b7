"""Changes of the template for the emulator, each with its reason."""

from copy import deepcopy
from typing import Any

from deploy import paths
from deploy.template import canary
from deploy.template.redirect import FUNCTION

Template = dict[str, Any]


def for_emulator(template: Template) -> Template:
    """Return the template with all changes below."""
    changed = deepcopy(template)
    changes = (
        _delete_with_the_stack,
        _delete_old_versions,
        _change_at_once,
        _drop_the_budget,
        _print_links_of_the_gateway,
        _take_domains_without_dns,
        _limit_queues_by_numbers,
        _drop_unused_conditions,
    )
    for change in changes:
        change(changed)
    return changed


def _delete_with_the_stack(template: Template) -> None:
    """Delete every resource with its stack: a table that stays would make the next creation of the stack fail."""
    for resource in template["Resources"].values():
        resource.pop("DeletionPolicy", None)
        resource.pop("UpdateReplacePolicy", None)


def _delete_old_versions(template: Template) -> None:
    """Delete a version of a function when a newer one is live: the emulator holds the code of each one in memory."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["VersionDeletionPolicy"] = "Delete"


def _change_at_once(template: Template) -> None:
    """Release the redirect without CodeDeploy and its alarms: the emulator has neither CodeDeploy nor metric math.

    SAM would take the parameter `Canary` into account, but the emulator's transform sees only the defaults.
    """
    for name in canary.ALARMS:
        del template["Resources"][name]
    del template["Resources"][FUNCTION]["Properties"]["DeploymentPreference"]


def _drop_the_budget(template: Template) -> None:
    """Drop the monthly budget: the emulator has no AWS Budgets, and no costs."""
    del template["Resources"]["MonthlyBudgetAlert"]


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


def _take_domains_without_dns(template: Template) -> None:
    """Make tracking domains active without their DNS records: the name of a domain at the emulator is in no DNS."""
    template["Resources"]["ManageDomains"]["Properties"]["Environment"]["Variables"]["TRACKING_DNS_CHECK"] = "0"


def _drop_unused_conditions(template: Template) -> None:
    """Drop the conditions of what was replaced or dropped: cfn-lint reports conditions that nothing uses."""
    for name in ("HasTrackingUrl", "HasPublicUrl", "HasMonthlyBudget"):
        template["Conditions"].pop(name, None)
