from typing import Any

import pytest

from deploy.rules.resolving import longest_value, longest_values, resolve

_TEMPLATE: dict[str, Any] = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Parameters": {
        "Url": {"Type": "String", "Default": "", "MaxLength": 3},
        "Key": {"Type": "String", "MaxLength": 2},
        "Days": {"Type": "Number", "Default": 0, "MinValue": 0},
    },
    "Conditions": {
        "HasUrl": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Url"}, ""]}]},
        "HasDays": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Days"}, 0]}]},
        "HasBoth": {"Fn::And": [{"Condition": "HasUrl"}, {"Condition": "HasDays"}]},
        "HasOne": {"Fn::Or": [{"Condition": "HasUrl"}, {"Condition": "HasDays"}]},
    },
    "Resources": {
        "Topic": {
            "Type": "T",
            "Properties": {
                "Key": {"Ref": "Key"},
                "Url": {"Fn::If": ["HasUrl", {"Ref": "Url"}, {"Ref": "AWS::NoValue"}]},
                "List": [{"Fn::If": ["HasOne", 1, {"Ref": "AWS::NoValue"}]}, 2],
                "Known": {"Fn::Sub": "${Url}/s"},
                "Unknown": {"Fn::Sub": "${Url}/${Topic.Arn}"},
                "Other": {"Ref": "Topic"},
            },
        },
        "Both": {"Type": "T", "Condition": "HasBoth"},
    },
    "Outputs": {"Both": {"Value": 1, "Condition": "HasBoth"}},
}


def test_defaults_are_resolved_and_what_no_condition_allows_is_left_out() -> None:
    resolved = resolve(_TEMPLATE)
    assert resolved == {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Topic": {
                "Type": "T",
                "Properties": {
                    "Key": "xx",
                    "List": [2],
                    "Known": "/s",
                    "Unknown": {"Fn::Sub": "/${Topic.Arn}"},
                    "Other": {"Ref": "Topic"},
                },
            }
        },
        "Outputs": {},
    }


def test_values_take_the_place_of_the_defaults() -> None:
    resolved = resolve(_TEMPLATE, {"Url": "u", "Days": "7"})
    properties = resolved["Resources"]["Topic"]["Properties"]
    assert (properties["Url"], properties["List"], properties["Known"]) == ("u", [1, 2], "u/s")
    assert (resolved["Resources"]["Both"], resolved["Outputs"]) == ({"Type": "T"}, {"Both": {"Value": 1}})


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        pytest.param({"Type": "String", "AllowedValues": ["", "1"]}, "1", id="listed"),
        pytest.param({"Type": "Number", "MinValue": 1, "MaxValue": 399}, "399", id="number with a maximum"),
        pytest.param({"Type": "Number", "MinValue": -1}, "-1", id="number without one"),
        pytest.param({"Type": "String"}, "x" * 4096, id="text without a limit"),
    ],
)
def test_longest_value_is_what_the_declaration_allows(declared: dict[str, Any], value: str) -> None:
    assert longest_value(declared) == value


def test_every_parameter_has_a_longest_value() -> None:
    assert longest_values(_TEMPLATE) == {"Url": "xxx", "Key": "xx", "Days": "0"}
