"""The HTTP API for visitors and advertisers, next to the REST API that Chalice describes.

An HTTP API costs $1.00 per million calls instead of $3.50 and accepts every character in a query. Its events have
payload format 1.0, which is the format of the REST API: both run the same code.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from collections.abc import Iterator
from typing import Any

from deploy.template.redirect import API, FUNCTION

_LINK = "/s/{code+}"
"""A link and everything pasted behind its code."""

CONVERSION_PATHS = ("/postback", "/pixel.gif")


def add_tracking_api(template: dict[str, Any]) -> None:
    """Add the HTTP API `TrackingApi` with its stage, an integration for each function, and its routes."""
    resources = template["Resources"]
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    resources["TrackingApi"] = {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {"Name": {"Fn::Sub": "${AWS::StackName}-tracking"}, "ProtocolType": "HTTP"},
    }
    resources["TrackingStage"] = {
        "Type": "AWS::ApiGatewayV2::Stage",
        "Properties": {"ApiId": {"Ref": "TrackingApi"}, "StageName": "$default", "AutoDeploy": True},
    }
    for function in (FUNCTION, API):
        resources[f"Tracking{function}Integration"] = _integration(function)
        resources[f"Tracking{function}Permission"] = _permission(function)
    for function, method, path in _routes(paths):
        name = "".join(part for part in f"{method.title()}{path.title()}" if part.isalnum())
        resources[f"Tracking{name}Route"] = _route(function, method, path)
    template.setdefault("Outputs", {})["TrackingApiId"] = {"Value": {"Ref": "TrackingApi"}}


def _routes(paths: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield function, method and path of each route: the methods that the REST API has for the same path."""
    for method in paths["/s/{code}"]:
        yield FUNCTION, method.upper(), _LINK
    for path in CONVERSION_PATHS:
        for method in paths[path]:
            yield API, method.upper(), path


def _integration(function: str) -> dict[str, Any]:
    return {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": "TrackingApi"},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": {"Fn::GetAtt": [function, "Arn"]},
            "PayloadFormatVersion": "1.0",
        },
    }


def _permission(function: str) -> dict[str, Any]:
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${TrackingApi}/*"
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": function},
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": source},
        },
    }


def _route(function: str, method: str, path: str) -> dict[str, Any]:
    return {
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {
            "ApiId": {"Ref": "TrackingApi"},
            "RouteKey": f"{method} {path}",
            "Target": {"Fn::Sub": f"integrations/${{Tracking{function}Integration}}"},
        },
    }
