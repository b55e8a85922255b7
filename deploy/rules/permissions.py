"""Rules on IAM: what roles may do, how large their policies are, who may call a function."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.rules.stack import Finding, Json, Stack, references, statements

_POLICY_CHARACTERS = 10_240
_FORBIDDEN = ("iam:", "sts:", "lambda:", "cloudformation:")


_WITHOUT_RESOURCES = frozenset({"acm:RequestCertificate"})
"""Actions that take no resource. https://docs.aws.amazon.com/IAM/latest/UserGuide/list_awscertificatemanager.html"""


def no_wildcard(stack: Stack) -> Iterator[Finding]:
    """Report a statement for every resource or a group of actions, and rights over rights.

    AWS recommends policies that name actions and resources.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    for name in stack.functions:
        for actions, resources in statements(stack, name):
            wide = sorted(action for action in actions if "*" in action or action.startswith(_FORBIDDEN))
            if wide:
                yield Finding(name, f"its role may {', '.join(wide)}; name the actions that it needs")
            if "*" in resources and not actions <= _WITHOUT_RESOURCES:
                yield Finding(name, f"its role may {', '.join(sorted(actions))} on every resource; name the resources")


def no_scan(stack: Stack) -> Iterator[Finding]:
    """Report a role that may scan or administer a table.

    A scan reads the whole table, and pays for it.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-query-scan.html
    """
    for name in stack.functions:
        for actions, _ in statements(stack, name):
            if refused := sorted(each for each in actions if each.endswith("Table") or each == "dynamodb:Scan"):
                yield Finding(name, f"its role may {', '.join(refused)}; query an index instead")


def policy_size(stack: Stack) -> Iterator[Finding]:
    """Report a role whose inline policies are larger than IAM accepts, with the ARNs that CloudFormation inserts.

    "Role policy size cannot exceed 10,240 characters": all inline policies together, without white space.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    for name, role in stack.of_type("AWS::IAM::Role").items():
        size = sum(len(_compact(stack, policy["PolicyDocument"])) for policy in role.get("Policies", ()))
        if size > _POLICY_CHARACTERS:
            yield Finding(
                name, f"its policies have about {size:,} characters; 10,240 are allowed. Name the stack shorter"
            )


def doors_may_call(stack: Stack) -> Iterator[Finding]:
    """Report a function to which an API or a schedule sends requests without being allowed to.

    Without a statement in the policy of the function, an API answers 500 and a schedule does nothing.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    permissions = stack.of_type("AWS::Lambda::Permission").values()
    allowed = {(each["Principal"], name) for each in permissions for name in references(each["FunctionName"])}
    for door, principal, value in _calls(stack):
        targets = [name for name in references(value) if stack.kind(name).startswith("AWS::Lambda::")]
        for name in sorted(set(targets)):
            if (principal, name) not in allowed:
                yield Finding(name, f"{door} calls it; add a Lambda permission for {principal}")


def reads_its_source(stack: Stack) -> Iterator[Finding]:
    """Report a function whose role may not read the queue or stream of its event source mapping.

    Lambda refuses the mapping unless the role of the function may read, and delete from a queue what it has read.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    for kind, actions in _READING.items():
        for name, _, source, function in stack.mappings(kind):
            if missing := sorted(actions - _allowed_on(stack, function, source)):
                yield Finding(name, f"the role of {function} may not {', '.join(missing)} on {source}")


def sends_to_its_destination(stack: Stack) -> Iterator[Finding]:
    """Report a function whose role may not send to the queue that is its destination for failures.

    Lambda sends failed records and events by the role of the function.
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    for name, each in stack.of_type("AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig").items():
        queue = stack.resource_of(each.get("DestinationConfig", {}), "AWS::SQS::Queue")
        function = stack.function_of(each["FunctionName"])
        if queue and function and "sqs:SendMessage" not in _allowed_on(stack, function, queue):
            yield Finding(name, f"the role of {function} may not sqs:SendMessage on {queue}")


def _allowed_on(stack: Stack, function: str, resource: str) -> set[str]:
    found = (actions for actions, resources in statements(stack, function) if resource in references(resources))
    return set[str]().union(*found)


def _calls(stack: Stack) -> Iterator[tuple[str, str, Json]]:
    for name, api in stack.of_type("AWS::ApiGateway::RestApi").items():
        for methods in api.get("Body", {}).get("paths", {}).values():
            for operation in methods.values():
                yield name, "apigateway.amazonaws.com", operation["x-amazon-apigateway-integration"].get("uri")
    for name, integration in stack.of_type("AWS::ApiGatewayV2::Integration").items():
        yield name, "apigateway.amazonaws.com", integration.get("IntegrationUri")
    for name, rule in stack.of_type("AWS::Events::Rule").items():
        for target in rule.get("Targets", ()):
            yield name, "events.amazonaws.com", target["Arn"]


def _compact(stack: Stack, document: Mapping[str, Any]) -> str:
    return json.dumps(_rendered(stack, document), separators=(",", ":"))


def _rendered(stack: Stack, value: Json) -> Json:
    if isinstance(value, list):
        return [_rendered(stack, part) for part in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")):
        return stack.text(value)
    return {name: _rendered(stack, part) for name, part in value.items()}


_READING: Mapping[str, set[str]] = {
    "AWS::SQS::Queue": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    "AWS::DynamoDB::Table": {f"dynamodb:{each}" for each in ("DescribeStream", "GetRecords", "GetShardIterator")}
    | {"dynamodb:ListStreams"},
}
"""Actions with which Lambda reads a source for a function."""

RULES = (no_wildcard, no_scan, policy_size, doors_may_call, reads_its_source, sends_to_its_destination)
