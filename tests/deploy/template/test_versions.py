import json
import re
from copy import deepcopy
from typing import Any

import pytest

from deploy.template import versions
from tests.deploy import packaged

MOST_RESOURCES = 500
MADE_BY_SAM = {"AWS::Serverless::Function": 3, "AWS::Serverless::Api": 3}
"""Resources that a function (itself, version, alias) and an API (itself, deployment, stage) become."""

MADE_BY_EVENTS = {"Schedule": 2, "SQS": 1, "DynamoDB": 1}
MADE_BY_CANARY = 3


def _functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    resources = template["Resources"].items()
    return {name: each["Properties"] for name, each in resources if each["Type"] == "AWS::Serverless::Function"}


def _described(template: dict[str, Any], **parameters: str) -> dict[str, str]:
    described = deepcopy(template)
    versions.describe_versions(described, parameters)
    return {name: each["Description"] for name, each in _functions(described).items()}


def _changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_each_function_publishes_versions_behind_an_alias() -> None:
    functions = _functions(packaged.template())
    assert len(functions) >= 18
    for name, properties in functions.items():
        assert (properties["AutoPublishAlias"], properties["AutoPublishAliasAllProperties"]) == ("live", True), name


def test_nothing_calls_a_function_without_its_alias() -> None:
    template = packaged.template()
    text = json.dumps(template["Resources"])
    for name in _functions(template):
        assert f"${{{name}.Arn}}" not in text
        assert json.dumps({"Fn::GetAtt": [name, "Arn"]}) not in text
    called = [each["Properties"] for each in template["Resources"].values() if "Permission" in each["Type"]]
    assert all(each["FunctionName"]["Ref"].endswith(".Alias") for each in called)


def test_both_apis_call_the_alias() -> None:
    resources = packaged.template()["Resources"]
    assert resources["TrackingRedirectIntegration"]["Properties"]["IntegrationUri"] == {"Ref": "Redirect.Alias"}
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    text, references = paths["/health"]["get"]["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    assert re.search(r"functions/\$\{Alias\}/invocations$", text)
    assert references == {"Alias": {"Ref": "APIHandler.Alias"}}


def test_uri_without_a_function_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="names no function"):
        versions._by_alias("arn:aws:apigateway:us-east-1:s3:path/bucket")


def test_same_template_and_parameters_describe_the_same_versions() -> None:
    template = packaged.template()
    described = _described(template, ClickDays="1f")
    assert described == _described(template, ClickDays="1f")
    again = deepcopy(template)
    versions.describe_versions(again, {"ClickDays": "1f"})
    assert described == _described(again, ClickDays="1f")


def test_new_code_or_a_new_layer_makes_a_version_of_every_function() -> None:
    template = packaged.template()
    before = _described(template)
    layer, code = deepcopy(template), deepcopy(template)
    layer["Resources"]["ManagedLayer"]["Properties"]["ContentUri"] = "s3://bucket/other.zip"
    for properties in _functions(code).values():
        properties["CodeUri"] = "s3://bucket/other.zip"
    assert _changed(before, _described(layer)) == before.keys()
    assert _changed(before, _described(code)) == before.keys()


def test_new_value_of_a_parameter_makes_versions_of_the_functions_that_read_it() -> None:
    template = packaged.template()
    before = _described(template, ClickDays="1f", PublicUrl="2f", AlarmEmail="3f")
    after = _described(template, ClickDays="00", PublicUrl="2f", AlarmEmail="3f")
    assert _changed(before, after) == {"APIHandler", "Redirect"}
    assert _changed(before, _described(template, ClickDays="1f", PublicUrl="2f", AlarmEmail="00")) == set()


def test_parameter_of_a_condition_counts_as_read() -> None:
    template = packaged.template()
    before = _described(template, RedirectConcurrency="1f")
    assert _changed(before, _described(template, RedirectConcurrency="00")) == {"Redirect"}


def test_new_setting_of_one_function_makes_no_version_of_another() -> None:
    template = packaged.template()
    before = _described(template)
    template["Resources"]["Learn"]["Properties"]["MemorySize"] = 512
    assert _changed(before, _described(template)) == {"Learn"}


def test_descriptions_fit_into_lambda() -> None:
    assert all(len(each) <= 256 for each in _described(packaged.template()).values())


def test_stack_stays_below_the_limits_of_cloudformation() -> None:
    template = packaged.template()
    made = MADE_BY_CANARY
    for each in template["Resources"].values():
        made += MADE_BY_SAM.get(each["Type"], 1)
        events = each.get("Properties", {}).get("Events", {}) if "Function" in each["Type"] else {}
        made += sum(MADE_BY_EVENTS.get(event["Type"], 2) for event in events.values())
    assert made < MOST_RESOURCES * 0.8
    assert len(json.dumps(template)) < 1_000_000 * 0.8
    assert len(template["Parameters"]) < 200
    assert len(template["Outputs"]) < 200
