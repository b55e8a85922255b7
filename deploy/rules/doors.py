"""Rules on the two APIs: stages, integrations, and the numbers of routes that API Gateway allows."""

import re
from collections.abc import Iterator

from deploy.rules.stack import Finding, Stack

_STAGE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]+")
_ROUTES = _RESOURCES = 300
_MILLISECONDS = {"AWS::ApiGatewayV2::Integration": 30_000}


def stage_variables(stack: Stack) -> Iterator[Finding]:
    """Report a stage variable with a character that API Gateway refuses.

    Variable names are alphanumeric with underscores, and values match [A-Za-z0-9-._~:/?#&=,]+.
    https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html
    """
    for name, stage in stack.of_type("AWS::ApiGateway::Stage").items():
        for variable, value in stage.get("Variables", {}).items():
            if not _STAGE_VALUE.fullmatch(stack.text(value)):
                yield Finding(name, f"the stage variable {variable} has characters that API Gateway refuses")


def one_rest_stage(stack: Stack) -> Iterator[Finding]:
    """Report a second stage of the REST API.

    SAM adds a stage named Stage, open to everybody, unless OpenApiVersion is set.
    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html
    """
    stages = stack.of_type("AWS::ApiGateway::Stage")
    deployments = [each for each in stack.of_type("AWS::ApiGateway::Deployment").values() if "StageName" in each]
    if len(stages) + len(deployments) > 1:
        yield Finding("Globals", "the REST API has more than one stage; set Api.OpenApiVersion")


def payload_format(stack: Stack) -> Iterator[Finding]:
    """Report an integration of the HTTP API that sends another format than the REST API does.

    The formats 1.0 and 2.0 have different names for the same parts of a request.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    for name, integration in stack.of_type("AWS::ApiGatewayV2::Integration").items():
        if integration.get("PayloadFormatVersion") != "1.0":
            yield Finding(name, 'its PayloadFormatVersion must be "1.0": the code reads that format')


def number_of_routes(stack: Stack) -> Iterator[Finding]:
    """Report an API with more routes or resources than a new account may have.

    Quotas: 300 routes of an HTTP API and 300 resources of a REST API, which AWS raises on request.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    """
    routes = stack.of_type("AWS::ApiGatewayV2::Route")
    if len(routes) > _ROUTES:
        yield Finding("TrackingApi", f"the HTTP API has {len(routes)} routes; 300 are allowed")
    for name, api in stack.of_type("AWS::ApiGateway::RestApi").items():
        parts = [path.strip("/").split("/") for path in api.get("Body", {}).get("paths", {})]
        nodes = {tuple(path[: end + 1]) for path in parts for end in range(len(path))}
        if len(nodes) > _RESOURCES:
            yield Finding(name, f"the REST API has {len(nodes)} resources; 300 are allowed")


def integration_timeout(stack: Stack) -> Iterator[Finding]:
    """Report an integration that waits for longer than API Gateway allows.

    Quota: 30 seconds (HTTP API).
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    """
    for kind, most in _MILLISECONDS.items():
        for name, integration in stack.of_type(kind).items():
            if int(integration.get("TimeoutInMillis", most)) > most:
                yield Finding(name, f"its TimeoutInMillis is {integration['TimeoutInMillis']}; {most:,} are allowed")


RULES = (stage_variables, one_rest_stage, payload_format, number_of_routes, integration_timeout)
