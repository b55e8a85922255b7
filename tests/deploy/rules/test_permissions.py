from typing import Any

import pytest

from deploy.rules.stack import as_list
from tests.deploy.rules.stacks import Change, broken


def _statement(action: str, resource: Any) -> Change:
    def change(resources: dict[str, Any]) -> None:
        (policy,) = resources["LearnRole"]["Properties"]["Policies"]
        policy["PolicyDocument"]["Statement"].append({"Effect": "Allow", "Action": action, "Resource": resource})

    return change


def _forget(role: str, action: str) -> Change:
    def change(resources: dict[str, Any]) -> None:
        (policy,) = resources[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]:
            statement["Action"] = [each for each in as_list(statement["Action"]) if each != action]

    return change


_LINKS = {"Fn::GetAtt": ["LinksTable", "Arn"]}
_LEARN_PERMISSION = "LearnLearnEventPermission"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            _statement("dynamodb:Get*", _LINKS),
            "Learn: its role may dynamodb:Get*; name the actions that it needs (no_wildcard)",
            id="actions",
        ),
        pytest.param(
            _statement("iam:PassRole", _LINKS),
            "Learn: its role may iam:PassRole; name the actions that it needs (no_wildcard)",
            id="rights over rights",
        ),
        pytest.param(
            _statement("dynamodb:GetItem", "*"),
            "Learn: its role may dynamodb:GetItem on every resource; name the resources (no_wildcard)",
            id="resources",
        ),
        pytest.param(
            _statement("dynamodb:Scan", _LINKS),
            "Learn: its role may dynamodb:Scan; query an index instead (no_scan)",
            id="scan",
        ),
        pytest.param(
            lambda resources: resources.pop(_LEARN_PERMISSION),
            "LearnAliaslive: LearnLearnEvent calls it; add a Lambda permission for events.amazonaws.com "
            "(doors_may_call)",
            id="schedule",
        ),
        pytest.param(
            _statement("dynamodb:GetItem", ["arn:" + "x" * 9996]),
            "LearnRole: its policies have about 10,614 characters; 10,240 are allowed. Name the stack shorter "
            "(policy_size)",
            id="policy",
        ),
    ],
)
def test_broken_permission_is_reported(change: Change, found: str) -> None:
    assert broken(change) == [found]


def test_function_that_both_apis_may_not_call_is_reported() -> None:
    def change(resources: dict[str, Any]) -> None:
        del resources["RedirectInvokePermission"], resources["TrackingRedirectPermission"]

    problem = "calls it; add a Lambda permission for apigateway.amazonaws.com (doors_may_call)"
    assert broken(change) == [
        f"RedirectAliaslive: {door} {problem}" for door in ("RestAPI", "TrackingRedirectIntegration")
    ]


def test_role_without_the_right_to_read_its_source_is_reported() -> None:
    assert broken(_forget("WriteClicksRole", "sqs:DeleteMessage")) == [
        (
            "WriteClicksWriteClicksSqsEventSource: the role of WriteClicks may not sqs:DeleteMessage on "
            "UnwrittenClicks (reads_its_source)"
        )
    ]


def test_role_without_the_right_to_send_to_its_destination_is_reported() -> None:
    assert broken(_forget("WatchCapsRole", "sqs:SendMessage")) == [
        (
            "WatchCapsWatchCapsDynamodbEventSource: the role of WatchCaps may not sqs:SendMessage on PoisonRecords "
            "(sends_to_its_destination)"
        )
    ]
