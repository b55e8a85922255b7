"""Rules on Lambda functions: environment, runtime, time-out, role, log group, size, missed runs."""

from collections.abc import Iterator
from datetime import timedelta

from deploy.rules.resolving import longest_values, resolve
from deploy.rules.runtimes import END_DATES
from deploy.rules.stack import Finding, Stack, references

_ENVIRONMENT_BYTES = 4096
_WARNING = timedelta(days=180)
_LAYERS = 5
_INTEGRATION_SECONDS = 29
MISSED_RUNS = "MissedRuns"
"""Metadata of a function that is called asynchronously: why a lost call does no harm."""


def environment_size(stack: Stack) -> Iterator[Finding]:
    """Report a function whose environment may exceed 4 KB, with the longest values that the parameters allow.

    Quota: 4 KB, for all environment variables of a function in aggregate.
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    longest = resolve(stack.document, longest_values(stack.document))["Resources"]
    for name, function in stack.functions.items():
        properties = longest.get(name, {}).get("Properties", function)
        variables = properties.get("Environment", {}).get("Variables", {})
        size = sum(len(key.encode()) + len(stack.text(value).encode()) for key, value in variables.items())
        if size > _ENVIRONMENT_BYTES:
            yield Finding(
                name, f"its environment may have {size:,} bytes; give parameters a MaxLength: 4,096 are allowed"
            )


def runtime_dates(stack: Stack) -> Iterator[Finding]:
    """Report a runtime that AWS deprecates within 180 days, and one whose date is unknown here.

    "After a runtime is deprecated, we may no longer apply security patches or updates to that runtime."
    https://docs.aws.amazon.com/lambda/latest/dg/runtime-support-policy.html
    """
    for name, function in stack.functions.items():
        runtime = function["Runtime"]
        end = END_DATES.get(runtime)
        if end is None:
            yield Finding(name, f"the end of {runtime} is not in deploy/rules/runtimes.py; add AWS's date")
        elif end - stack.today <= _WARNING:
            yield Finding(name, f"AWS deprecates {runtime} on {end}; deploy with a newer RUNTIME")


def role_of_its_own(stack: Stack) -> Iterator[Finding]:
    """Report functions that share a role.

    A role is the identity with which the function calls AWS: two functions with one role have the rights of both.
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-permissions.html
    """
    seen: dict[str, str] = {}
    for name, function in stack.functions.items():
        role = stack.resource_of(function["Role"], "AWS::IAM::Role")
        if role is None:
            yield Finding(name, "its role is not a role of this stack")
        elif role in seen:
            yield Finding(name, f"it shares the role {role} with {seen[role]}")
        else:
            seen[role] = name


def log_group_with_retention(stack: Stack) -> Iterator[Finding]:
    """Report a function without a log group of the stack that has a retention.

    By default, a log group keeps its events without an end.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
    """
    groups = stack.of_type("AWS::Logs::LogGroup").values()
    kept = {name for group in groups if "RetentionInDays" in group for name in references(group["LogGroupName"])}
    for name in stack.functions.keys() - kept:
        yield Finding(name, "it has no log group with RetentionInDays; its lines would be kept for ever")


def timeout_behind_a_door(stack: Stack) -> Iterator[Finding]:
    """Report a function behind an API that may run longer than API Gateway waits.

    Integrations end after 29 seconds (REST API) or 30 seconds (HTTP API).
    https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    """
    called = {stack.function_of(value) for value in _permitted(stack, "apigateway.amazonaws.com")}
    for name, function in stack.functions.items():
        if name in called and function.get("Timeout", 3) > _INTEGRATION_SECONDS:
            yield Finding(name, f"its Timeout is {function['Timeout']} s; API Gateway answers 504 after 29 s")


def missed_runs(stack: Stack) -> Iterator[Finding]:
    """Report a function that is called asynchronously and has neither a destination for failures nor a reason.

    Lambda retries an asynchronous call twice by default, and then discards its event.
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    configured = {
        stack.function_of(each["FunctionName"])
        for each in stack.of_type("AWS::Lambda::EventInvokeConfig").values()
        if each.get("DestinationConfig", {}).get("OnFailure")
    }
    for principal in ("events.amazonaws.com", "sns.amazonaws.com", "scheduler.amazonaws.com"):
        for name in sorted({stack.function_of(value) or "" for value in _permitted(stack, principal)} - configured):
            if MISSED_RUNS not in stack.resources[name].get("Metadata", {}):
                yield Finding(
                    name, f"add an EventInvokeConfig with OnFailure, or say in Metadata.{MISSED_RUNS} why not"
                )


def layers(stack: Stack) -> Iterator[Finding]:
    """Report a function with more layers than Lambda allows.

    Quota: five layers.
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    for name, function in stack.functions.items():
        if len(function.get("Layers", ())) > _LAYERS:
            yield Finding(name, f"it has {len(function['Layers'])} layers; 5 are allowed")


def _permitted(stack: Stack, principal: str) -> list[object]:
    permissions = stack.of_type("AWS::Lambda::Permission").values()
    return [each["FunctionName"] for each in permissions if each["Principal"] == principal]


RULES = (
    environment_size,
    runtime_dates,
    role_of_its_own,
    log_group_with_retention,
    timeout_behind_a_door,
    missed_runs,
    layers,
)
