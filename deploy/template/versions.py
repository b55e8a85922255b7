"""Published versions of the functions, and the alias `live` through which everything calls them.

An update of a function changes its code first, and its configuration with the layer afterwards: calls between the two
would mix releases. Calls of the alias run a published version, and CloudFormation moves the alias when the new version
is complete. https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

ALIAS = "live"
_SERVERLESS_FUNCTION = "AWS::Serverless::Function"
_SERVERLESS_LAYER = "AWS::Serverless::LayerVersion"
_FUNCTION = re.compile(r"\$\{(\w+)\.Arn\}")
_NAME = re.compile(r"[A-Za-z0-9]+")


def add_aliases(template: dict[str, Any]) -> None:
    """Publish a version of each function with every deployment that changes it, and let both APIs call the alias.

    SAM points streams, queues and schedules to the alias.
    """
    resources = template["Resources"]
    for resource in resources.values():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::Function":
                properties |= {"AutoPublishAlias": ALIAS, "AutoPublishAliasAllProperties": True}
            case "AWS::Lambda::Permission":
                properties["FunctionName"] = {"Ref": f"{properties['FunctionName']['Ref']}.Alias"}
            case "AWS::ApiGatewayV2::Integration":
                properties["IntegrationUri"] = {"Ref": f"{properties['IntegrationUri']['Fn::GetAtt'][0]}.Alias"}
    for methods in resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"].values():
        for operation in methods.values():
            integration = operation["x-amazon-apigateway-integration"]
            integration["uri"] = _by_alias(integration["uri"]["Fn::Sub"])


def describe_versions(template: dict[str, Any], parameters: Mapping[str, str], retry: str = "") -> None:
    """Write a digest of everything that a version of it contains into the description of each function.

    `parameters` are the values of the parameters, or digests of them. SAM publishes a version when the text of the
    function's resource changes, so without the digest a new value of a parameter or a new layer would never reach the
    alias (https://github.com/aws/serverless-application-model/issues/3820). Lambda in turn refuses to publish a version
    of an unchanged function. The description changes both together. `retry` is a text that changes all descriptions.
    """
    layers = [each["Properties"] for each in template["Resources"].values() if each["Type"] == _SERVERLESS_LAYER]
    for resource in template["Resources"].values():
        if resource["Type"] == _SERVERLESS_FUNCTION:
            properties = {name: value for name, value in resource["Properties"].items() if name != "Description"}
            content = json.dumps([properties, layers], sort_keys=True)
            names = _parameters_in(content, template)
            values = {name: parameters[name] for name in sorted(names & parameters.keys())}
            digest = hashlib.sha256(f"{content}{json.dumps(values)}{retry}".encode()).hexdigest()
            resource["Properties"]["Description"] = f"Release {digest[:16]}"


def _by_alias(uri: str) -> dict[str, Any]:
    """Return the URI of an integration with the alias of its function. cfn-lint knows no alias inside the text."""
    function = _FUNCTION.search(uri)
    if function is None:
        message = f"The URI names no function: {uri}"
        raise ValueError(message)
    text = uri.replace(function[0], "${Alias}")
    return {"Fn::Sub": [text, {"Alias": {"Ref": f"{function[1]}.Alias"}}]}


def _parameters_in(content: str, template: Mapping[str, Any]) -> set[str]:
    """Return the names of the parameters in a text of JSON, also those of the conditions in it."""
    conditions = template.get("Conditions", {})
    names = set(_NAME.findall(content))
    for name in names & conditions.keys():
        names |= set(_NAME.findall(json.dumps(conditions[name])))
    return names.intersection(template.get("Parameters", {}))
