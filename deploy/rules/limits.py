"""Rules on the template as a whole: its size, its names, its transforms."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from deploy.rules.stack import Finding, Stack

_TEMPLATE_BYTES = 1_000_000
_MOST = MappingProxyType({"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200})
_TABLE_NAME = 255
_FUNCTION_NAME = 64
_RANDOM_SUFFIX = 13
"""A hyphen and 12 characters, which CloudFormation appends."""

NAMES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("AWS::DynamoDB::Table", "TableName"): "The code, backups and imports find a table by the name of the stack.",
        ("AWS::Logs::LogGroup", "LogGroupName"): "Lambda writes to the group that is named after the function.",
        ("AWS::Lambda::LayerVersion", "LayerName"): "Every version has a number of its own, so replacing it works.",
        (
            "AWS::CloudWatch::Dashboard",
            "DashboardName",
        ): "Operators find it by the name of the stack; it holds no data.",
        ("AWS::ApiGatewayV2::Api", "Name"): "The name of an API need not be unique.",
        ("AWS::ApiGateway::RestApi", "Name"): "The name of an API need not be unique.",
    }
)
"""Names that are given, with the reason. A replacement of such a table or group needs another logical ID and name."""

_NAMING = frozenset(
    {
        *("AlarmName", "BucketName", "FunctionName", "LayerName", "LogGroupName", "Name", "QueueName", "RoleName"),
        *("TableName", "TopicName", "ApplicationName", "DeploymentGroupName", "DashboardName"),
    }
)
_REFERRING = frozenset(
    {
        *("AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Alias", "AWS::Lambda::Version"),
        *("AWS::Lambda::EventInvokeConfig", "AWS::Logs::MetricFilter", "AWS::CodeDeploy::DeploymentGroup"),
        *("AWS::Lambda::Url", "AWS::Logs::SubscriptionFilter", "AWS::ApiGatewayV2::Stage"),
    }
)
"""Types whose properties of these names refer to another resource."""


def template_size(stack: Stack) -> Iterator[Finding]:
    """Report a template with more than CloudFormation accepts.

    Quotas: 1 MB for a template in S3, 500 resources, 200 parameters, 200 outputs.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    size = len(json.dumps(stack.document).encode())
    if size > _TEMPLATE_BYTES:
        yield Finding("Template", f"it has {size:,} bytes; 1 MB is allowed")
    for section, most in _MOST.items():
        if len(stack.document.get(section, ())) > most:
            yield Finding(section, f"the template has {len(stack.document[section])}; {most} are allowed")


def given_names(stack: Stack) -> Iterator[Finding]:
    """Report a resource with a name that blocks its replacement, unless `NAMES` has the reason.

    "If you specify a name, you can't perform updates that require replacement of this resource."
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
    """
    for name, resource in stack.resources.items():
        given = _NAMING & resource.get("Properties", {}).keys() if resource["Type"] not in _REFERRING else ()
        for property_name in sorted(given):
            if (resource["Type"], property_name) not in NAMES:
                yield Finding(name, f"its {property_name} blocks a replacement; let CloudFormation choose the name")


def table_names(stack: Stack) -> Iterator[Finding]:
    """Report a table whose name is too long with the name of the stack.

    A table name has 3 to 255 characters.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    """
    for name, table in stack.of_type("AWS::DynamoDB::Table").items():
        if len(stack.text(table.get("TableName", ""))) > _TABLE_NAME:
            yield Finding(name, "its name has more than 255 characters; name the stack shorter")


def function_names(stack: Stack) -> Iterator[Finding]:
    """Report a function whose name would not begin with the whole name of the stack: its role may not write its log.

    A function name has at most 64 characters, and CloudFormation shortens the stack's name in it.
    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    """
    for name in stack.functions:
        if len(f"{stack.name}-{name}") + _RANDOM_SUFFIX > _FUNCTION_NAME:
            yield Finding(name, "its name has more than 64 characters with the stack's; name the stack shorter")


def transforms(stack: Stack) -> Iterator[Finding]:
    """Report the language extensions: they change how a template is validated, and nothing here needs them.

    The transform resolves parameters to literal values, and the deployed template has these only.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
    """
    declared = stack.document.get("Transform", [])
    if "AWS::LanguageExtensions" in (declared if isinstance(declared, list) else [declared]):
        yield Finding("Transform", "remove AWS::LanguageExtensions")


RULES = (template_size, given_names, table_names, function_names, transforms)
