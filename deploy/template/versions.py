"""Published versions of the functions, and the alias `live` through which everything calls them.

An update of a function changes its code first and its configuration, which names the layer, afterwards: calls between the
two would mix releases. Calls of the alias run a published version, and CloudFormation moves the alias when the new version
is complete. https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from deploy.template.redirect import API, FUNCTION

ALIAS = "live"
_SERVERLESS_FUNCTION = "AWS::Serverless::Function"
_SERVERLESS_LAYER = "AWS::Serverless::LayerVersion"
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
                properties["FunctionName"] = _alias_of(properties["FunctionName"]["Ref"])
            case "AWS::ApiGatewayV2::Integration":
                properties["IntegrationUri"] = _alias_of(properties["IntegrationUri"]["Fn::GetAtt"][0])
    for methods in resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"].values():
        for operation in methods.values():
            uri = operation["x-amazon-apigateway-integration"]["uri"]
            for function in (API, FUNCTION):
                uri["Fn::Sub"] = uri["Fn::Sub"].replace(f"${{{function}.Arn}}", f"${{{function}.Alias}}")


def describe_versions(template: dict[str, Any], parameters: Mapping[str, str]) -> None:
    """Write a digest of everything that a version of it contains into the description of each function.

    `parameters` are the values of the parameters, or digests of them. SAM publishes a version when the text of the
    function's resource changes, so without the digest a new value of a parameter or a new layer would never reach the
    alias (https://github.com/aws/serverless-application-model/issues/3820). Lambda in turn refuses to publish a version
    of an unchanged function. The description changes both together.
    """
    layers = [each["Properties"] for each in template["Resources"].values() if each["Type"] == _SERVERLESS_LAYER]
    for resource in template["Resources"].values():
        if resource["Type"] == _SERVERLESS_FUNCTION:
            properties = {name: value for name, value in resource["Properties"].items() if name != "Description"}
            content = json.dumps([properties, layers], sort_keys=True)
            names = _parameters_in(content, template)
            values = {name: parameters[name] for name in sorted(names & parameters.keys())}
            digest = hashlib.sha256(f"{content}{json.dumps(values)}".encode()).hexdigest()
            resource["Properties"]["Description"] = f"Release {digest[:16]}"


def _alias_of(function: str) -> dict[str, str]:
    return {"Ref": f"{function}.Alias"}


def _parameters_in(content: str, template: Mapping[str, Any]) -> set[str]:
    """Return the names of the parameters in a text of JSON, also those of the conditions in it."""
    conditions = template.get("Conditions", {})
    names = set(_NAME.findall(content))
    for name in names & conditions.keys():
        names |= set(_NAME.findall(json.dumps(conditions[name])))
    return names & template.get("Parameters", {}).keys()
