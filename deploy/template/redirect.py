"""The redirect as a Lambda function of its own: the package of the API function, with its own rights and limits.

Chalice puts all HTTP routes into one function. A busy API or an import must not take the concurrency of the redirect.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

API, FUNCTION = "APIHandler", "Redirect"
_VARIABLES = (
    *("LOG_CLICKS", "TABLE_PREFIX", "UNWRITTEN_CLICKS_QUEUE_URL", "EDGE_SECRET", "VISITOR_HASH_KEY", "CLICK_DAYS"),
    "CLICK_SECONDS",
)
"""Environment variables of the API function that the redirect reads."""


@dataclass(frozen=True, slots=True)
class Project:
    """Files of `.chalice/`, parsed: the settings of the redirect's function and its IAM policy."""

    settings: Mapping[str, int | str]
    policy: Mapping[str, Any]


def add_function(template: dict[str, Any], project: Project) -> None:
    """Add the function `Redirect` with its role and log group, and send the REST API's `/s/` paths to it."""
    resources = template["Resources"]
    resources["RedirectRole"] = _role(resources["ApiHandlerRole"], project.policy)
    resources["RedirectLogGroup"] = _log_group(resources["ApiHandlerLogGroup"])
    resources[FUNCTION] = _function(resources[API], project.settings)
    resources["RedirectInvokePermission"] = _permission(resources["APIHandlerInvokePermission"])
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for path, methods in paths.items():
        if path.startswith("/s/"):
            _send_to_redirect(methods)


def _function(api: Mapping[str, Any], settings: Mapping[str, int | str]) -> dict[str, Any]:
    function = deepcopy(dict(api))
    properties = function["Properties"]
    variables = properties["Environment"]["Variables"]
    read = {name: variables[name] for name in _VARIABLES if name in variables}
    properties["Environment"] = {"Variables": {**read, "ONLY_REDIRECT": "1"}}
    properties["MemorySize"], properties["Timeout"] = settings["lambda_memory_size"], settings["lambda_timeout"]
    properties["Role"] = {"Fn::GetAtt": ["RedirectRole", "Arn"]}
    # Lambda's own lines of each click would cost $0.17 per million clicks.
    properties["LoggingConfig"] = {"LogFormat": "JSON", "SystemLogLevel": "WARN", "ApplicationLogLevel": "INFO"}
    properties["ReservedConcurrentExecutions"] = {
        "Fn::If": ["HasRedirectConcurrency", {"Ref": "RedirectConcurrency"}, {"Ref": "AWS::NoValue"}]
    }
    return function


def _role(api_role: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    role = deepcopy(dict(api_role))
    role["Properties"]["Policies"] = [{"PolicyName": "RedirectRolePolicy", "PolicyDocument": dict(policy)}]
    return role


def _log_group(api_log_group: Mapping[str, Any]) -> dict[str, Any]:
    group = deepcopy(dict(api_log_group))
    group["Properties"]["LogGroupName"] = {"Fn::Sub": f"/aws/lambda/${{{FUNCTION}}}"}
    return group


def _permission(api_permission: Mapping[str, Any]) -> dict[str, Any]:
    permission = deepcopy(dict(api_permission))
    permission["Properties"]["FunctionName"] = {"Ref": FUNCTION}
    return permission


def _send_to_redirect(methods: Mapping[str, Any]) -> None:
    for operation in methods.values():
        integration = operation["x-amazon-apigateway-integration"]
        uri: str = integration["uri"]["Fn::Sub"]
        integration["uri"] = {"Fn::Sub": uri.replace(f"${{{API}.Arn}}", f"${{{FUNCTION}.Arn}}")}
