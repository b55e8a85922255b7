from typing import Any

import pytest

from tests.deploy.rules.stacks import Change, broken


def _set(name: str, **properties: Any) -> Change:
    return lambda resources: resources[name]["Properties"].update(properties)


def _without(name: str, part: str) -> Change:
    return lambda resources: resources[name]["Properties"].pop(part)


def _alias(policy: dict[str, Any], **group: Any) -> Change:
    def change(resources: dict[str, Any]) -> None:
        resources["RedirectAliaslive"] = {
            "Type": "AWS::Lambda::Alias",
            "UpdatePolicy": policy,
            "Properties": {"FunctionName": {"Ref": "Redirect"}, "FunctionVersion": "1", "Name": "live"},
        }
        resources["RedirectDeploymentGroup"] = {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": group}

    return change


_POLICY = {"CodeDeployLambdaAliasUpdate": {"DeploymentGroupName": {"Ref": "RedirectDeploymentGroup"}}}
_ALARMS = {"Enabled": True, "Alarms": [{"Name": {"Ref": "UnwrittenClicksDeadLettersAlarm"}}]}
_ROLL_BACK = {"Enabled": True, "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            _without("UnwrittenClicksDeadLettersAlarm", "AlarmActions"),
            "UnwrittenClicksDeadLettersAlarm: it has no AlarmActions, or they are not enabled (actions)",
            id="no action",
        ),
        pytest.param(
            _set("UnwrittenClicksDeadLettersAlarm", ActionsEnabled=False),
            "UnwrittenClicksDeadLettersAlarm: it has no AlarmActions, or they are not enabled (actions)",
            id="disabled actions",
        ),
        pytest.param(
            _set("UnwrittenClicksDeadLettersAlarm", Period=300, EvaluationPeriods=289),
            "UnwrittenClicksDeadLettersAlarm: Period times EvaluationPeriods is more than 86,400 s (evaluated_time)",
            id="evaluated time",
        ),
        pytest.param(
            _without("ClicksUnwrittenAlarm", "Dimensions"),
            "ClicksUnwrittenAlarm: a metric of AWS/SQS needs a dimension (dimensions_exist)",
            id="dimension",
        ),
        pytest.param(
            _alias({}),
            "RedirectAliaslive: its UpdatePolicy must name a CodeDeploy deployment group (canary)",
            id="alias without canary",
        ),
        pytest.param(
            _alias(_POLICY, AutoRollbackConfiguration=_ROLL_BACK),
            "RedirectDeploymentGroup: its AlarmConfiguration must be enabled and name alarms (canary)",
            id="canary without alarms",
        ),
        pytest.param(
            _alias(_POLICY, AlarmConfiguration=_ALARMS),
            "RedirectDeploymentGroup: its AutoRollbackConfiguration must contain DEPLOYMENT_STOP_ON_ALARM (canary)",
            id="canary without roll-back",
        ),
    ],
)
def test_broken_alarm_is_reported(change: Change, found: str) -> None:
    assert broken(change) == [found]


def test_canary_with_alarms_and_roll_back_is_accepted() -> None:
    assert broken(_alias(_POLICY, AlarmConfiguration=_ALARMS, AutoRollbackConfiguration=_ROLL_BACK)) == []


def test_alias_of_another_function_needs_no_canary() -> None:
    def change(resources: dict[str, Any]) -> None:
        _alias({})(resources)
        resources["RedirectAliaslive"]["Properties"]["FunctionName"] = {"Ref": "Learn"}
        resources["Learn"]["Properties"]["Timeout"] = 29

    assert broken(change) == []
