from datetime import date
from typing import Any

import pytest

from tests.deploy.rules.stacks import Change, broken


def _many_layers(resources: dict[str, Any]) -> None:
    resources["Redirect"]["Properties"]["Layers"] *= 6


def _no_retention(resources: dict[str, Any]) -> None:
    del resources["RedirectLogGroup"]["Properties"]["RetentionInDays"]


def _no_reason(resources: dict[str, Any]) -> None:
    del resources["Learn"]["Metadata"]


def _destination_instead_of_a_reason(resources: dict[str, Any]) -> None:
    _no_reason(resources)
    queue = {"Fn::GetAtt": ["LearningDeadLetters", "Arn"]}
    (policy,) = resources["LearnRole"]["Properties"]["Policies"]
    sending = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue}
    policy["PolicyDocument"]["Statement"].append(sending)
    resources["Config"] = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": "Learn"},
            "DestinationConfig": {"OnFailure": {"Destination": queue}},
        },
    }


def _set(name: str, **properties: Any) -> Change:
    return lambda resources: resources[name]["Properties"].update(properties)


def _longer(variable: str, length: int) -> Change:
    return lambda resources: resources["Redirect"]["Properties"]["Environment"]["Variables"].update(
        {variable: "x" * length}
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            _longer("NEW", 4000),
            "Redirect: its environment may have 4,527 bytes; give parameters a MaxLength: 4,096 are allowed "
            "(environment_size)",
            id="environment",
        ),
        pytest.param(
            _set("Learn", Runtime="python3.9"),
            "Learn: the end of python3.9 is not in deploy/rules/runtimes.py; add AWS's date (runtime_dates)",
            id="unknown runtime",
        ),
        pytest.param(
            _set("Learn", Role={"Fn::GetAtt": ["LearnPoolsRole", "Arn"]}),
            "Learn: it shares the role LearnPoolsRole with LearnPools (role_of_its_own)",
            id="shared role",
        ),
        pytest.param(
            _set("Learn", Role="arn:aws:iam::123456789012:role/admin"),
            "Learn: its role is not a role of this stack (role_of_its_own)",
            id="role from elsewhere",
        ),
        pytest.param(
            _no_retention,
            "Redirect: it has no log group with RetentionInDays; its lines would be kept for ever "
            "(log_group_with_retention)",
            id="retention",
        ),
        pytest.param(
            _set("APIHandler", Timeout=30),
            "APIHandler: its Timeout is 30 s; API Gateway answers 504 after 29 s (timeout_behind_a_door)",
            id="time-out",
        ),
        pytest.param(
            _no_reason,
            "Learn: add an EventInvokeConfig with OnFailure, or say in Metadata.MissedRuns why not (missed_runs)",
            id="missed run",
        ),
        pytest.param(_many_layers, "Redirect: it has 6 layers; 5 are allowed (layers)", id="layers"),
    ],
)
def test_broken_function_is_reported(change: Change, found: str) -> None:
    assert broken(change) == [found]


def test_destination_for_missed_runs_needs_no_reason() -> None:
    assert broken(_destination_instead_of_a_reason) == []


@pytest.mark.parametrize(
    ("today", "warned"),
    [
        pytest.param(date(2026, 12, 31), False, id="181 days before"),
        pytest.param(date(2027, 1, 1), True, id="180 days before"),
    ],
)
def test_runtime_is_reported_from_180_days_before_its_end(today: date, warned: bool) -> None:
    found = broken(_set("Learn", Runtime="python3.11"), today=today)
    expected = "Learn: AWS deprecates python3.11 on 2027-06-30; deploy with a newer RUNTIME (runtime_dates)"
    assert (expected in found) == warned
