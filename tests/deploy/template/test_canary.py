from typing import Any

import pytest

from deploy.template import canary
from tests.deploy import packaged


def _properties(name: str) -> dict[str, Any]:
    properties: dict[str, Any] = packaged.template()["Resources"][name]["Properties"]
    return properties


def test_redirect_gets_a_tenth_of_the_clicks_for_five_minutes_and_goes_back_on_its_alarms() -> None:
    assert _properties("Redirect")["DeploymentPreference"] == {
        "Enabled": {"Ref": "Canary"},
        "Type": "Canary10Percent5Minutes",
        "Alarms": [{"Ref": name} for name in canary.ALARMS],
    }


def test_every_other_function_changes_at_once() -> None:
    resources = packaged.template()["Resources"].items()
    released = [name for name, each in resources if "DeploymentPreference" in each.get("Properties", {})]
    assert released == ["Redirect"]


def test_canary_is_on_unless_it_is_turned_off() -> None:
    parameter = packaged.template()["Parameters"]["Canary"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("true", ["true", "false"])


@pytest.mark.parametrize(
    ("alarm", "namespace", "metrics", "dimensions"),
    [
        pytest.param(
            "RedirectCanaryErrorsAlarm",
            "AWS/Lambda",
            ["Errors", "Invocations"],
            {
                "FunctionName": {"Ref": "Redirect"},
                "Resource": {"Fn::Sub": "${Redirect}:live"},
                "ExecutedVersion": {"Fn::GetAtt": ["Redirect.Version", "Version"]},
            },
            id="errors of the new version",
        ),
        pytest.param(
            "RedirectCanaryFailedAnswersAlarm",
            "AWS/ApiGateway",
            ["5xx", "Count"],
            {"ApiId": {"Ref": "TrackingApi"}, "Stage": "$default"},
            id="answers of the HTTP API",
        ),
    ],
)
def test_alarm_is_on_more_than_one_percent_in_two_minutes_of_five(
    alarm: str, namespace: str, metrics: list[str], dimensions: dict[str, Any]
) -> None:
    properties = _properties(alarm)
    *inputs, percent = properties["Metrics"]
    found = [each["MetricStat"]["Metric"] for each in inputs]
    assert [each["MetricName"] for each in found] == metrics
    assert {each["Namespace"] for each in found} == {namespace}
    assert [{each["Name"]: each["Value"] for each in metric["Dimensions"]} for metric in found] == [dimensions] * 2
    assert {(each["MetricStat"]["Period"], each["MetricStat"]["Stat"]) for each in inputs} == {(60, "Sum")}
    assert percent["Expression"] == "100 * failed / calls"
    assert properties["Threshold"] == 1
    assert (properties["DatapointsToAlarm"], properties["EvaluationPeriods"]) == (2, 5)
    assert properties["ComparisonOperator"] == "GreaterThanThreshold"
    assert properties["AlarmActions"] == [{"Ref": "Alarms"}]
    assert properties["TreatMissingData"] == "notBreaching"
