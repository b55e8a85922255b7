from typing import Any

import pytest

from deploy.rules.stack import Stack, references
from tests.deploy.rules.stacks import TODAY

_QUEUE = "https://sqs.ap-southeast-3.amazonaws.com/123456789012/s-Emails-XXXXXXXXXXXX"
_STACK = Stack(
    "s",
    {
        "Emails": {"Type": "AWS::SQS::Queue"},
        "Alarms": {"Type": "AWS::SNS::Topic"},
        "Links": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": {"Fn::Sub": "${AWS::StackName}-links"}}},
        "Learn": {"Type": "AWS::Lambda::Function"},
        "LearnVersion": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Learn"}}},
        "LearnLive": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "LearnVersion"}}},
    },
    {},
    TODAY,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("abc", "abc", id="a text"),
        pytest.param({"Ref": "Emails"}, _QUEUE, id="the URL of a queue"),
        pytest.param({"Ref": "AWS::StackName"}, "s", id="the name of the stack"),
        pytest.param(
            {"Fn::Sub": "${Links.Arn}/index/*"},
            "arn:aws:dynamodb:ap-southeast-3:123456789012:table/s-links/index/*",
            id="the index of a table",
        ),
        pytest.param({"Fn::GetAtt": "Learn.Name"}, "Learn", id="another attribute"),
        pytest.param({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-ap-southeast-3", id="joined texts"),
        pytest.param({"Fn::Select": 1}, "1", id="another function"),
    ],
)
def test_text_is_what_cloudformation_would_insert(value: Any, text: str) -> None:
    assert _STACK.text(value) == text


def test_topic_is_its_arn() -> None:
    assert _STACK.text({"Ref": "Alarms"}).startswith("arn:aws:sns:ap-southeast-3:123456789012:")


def test_alias_and_version_lead_to_their_function() -> None:
    assert [_STACK.function_of({"Ref": name}) for name in ("LearnLive", "LearnVersion", "Emails")] == [
        "Learn",
        "Learn",
        None,
    ]


def test_references_are_found_in_every_function_and_literals_are_none() -> None:
    value = [{"a": {"Fn::GetAtt": ["A", "Arn"]}}, {"Fn::GetAtt": "B.Arn"}, {"Fn::Sub": ["${C.Arn}${!D}", {}]}, "E"]
    assert list(references(value)) == ["A", "B", "C"]
