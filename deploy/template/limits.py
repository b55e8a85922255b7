"""What keeps one part of the stack from taking the capacity of another: throttles of the doors, names, access logs.

The limits of background functions are in `.chalice/resources.json`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.template.doors import CONVERSION_PATHS

_API_FIELDS = {
    "request": "$context.requestId",
    "at": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "ms": "$context.responseLatency",
    "error": "$context.error.message",
}
_TRACKING_FIELDS = {**_API_FIELDS, "resource": "$context.routeKey"}
"""Fields of an access log. None has the path, the query, the address or the browser of a caller.

Codes of links, tokens of campaigns and addresses of visitors must not be in a log.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""

NOTHING = {"Ref": "AWS::NoValue"}


def add_limits(template: dict[str, Any]) -> None:
    """Add throttles and access logs to both doors, and name the REST API after the stack.

    Its metrics have its name as dimension. Chalice gives the same name to the API of every stage.
    """
    resources = template["Resources"]
    rest, http = resources["RestAPI"]["Properties"], resources["TrackingStage"]["Properties"]
    rest["DefinitionBody"]["info"]["title"] = {"Fn::Sub": "${AWS::StackName}"}
    rest["MethodSettings"] = list(_method_settings(rest["DefinitionBody"]["paths"]))
    http["DefaultRouteSettings"] = _throttle("Tracking")
    rest["AccessLogSetting"] = _access_log(resources, "Api", _API_FIELDS)
    http["AccessLogSettings"] = _access_log(resources, "Tracking", _TRACKING_FIELDS)


def _method_settings(paths: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the throttle of the REST API, and for links, postbacks and pixels that of the HTTP API.

    Links of earlier releases lead to the REST API, and all links if `PublicUrl` does. A busy API must not refuse them.
    A path is written with ~1 for each slash.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
    """
    yield {"HttpMethod": "*", "ResourcePath": "/*", **_throttle("Api")}
    for path, methods in paths.items():
        if path.startswith("/s/") or path in CONVERSION_PATHS:
            for method in methods:
                settings = {"HttpMethod": method.upper(), "ResourcePath": f"/{path.replace('/', '~1')}"}
                yield {**settings, **_throttle("Tracking")}


def _throttle(door: str) -> dict[str, Any]:
    return {"ThrottlingRateLimit": {"Ref": f"{door}RateLimit"}, "ThrottlingBurstLimit": {"Ref": f"{door}BurstLimit"}}


def _access_log(resources: dict[str, Any], door: str, fields: dict[str, str]) -> dict[str, Any]:
    """Add the log group of a door, under its condition, and return the settings of its stage."""
    group, condition = f"{door}AccessLogGroup", f"Has{door}AccessLog"
    resources[group] = {
        "Type": "AWS::Logs::LogGroup",
        "Condition": condition,
        "Properties": {
            "LogGroupName": {"Fn::Sub": f"/aws/vendedlogs/apis/${{AWS::StackName}}/{door.lower()}"},
            "RetentionInDays": resources["ApiHandlerLogGroup"]["Properties"]["RetentionInDays"],
        },
    }
    settings = {"DestinationArn": {"Fn::GetAtt": [group, "Arn"]}, "Format": json.dumps(fields)}
    return {"Fn::If": [condition, settings, NOTHING]}
