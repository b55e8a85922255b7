"""The release of a new redirect: a tenth of the clicks for five minutes, then all of them, or back on an alarm.

CodeDeploy moves the alias if the parameter `Canary` is true. SAM reads it when it transforms the template, so a
stack with false has no resource of CodeDeploy. Every other function changes at once.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
"""

from typing import Any

from deploy.template.alarm import RUNBOOK, TOPIC
from deploy.template.redirect import FUNCTION
from deploy.template.versions import ALIAS

_MOST_FAILED_PERCENT = 1
_MINUTES, _FAILED_MINUTES = 5, 2
"""Two bad minutes of five: one failed call of a quiet network is no reason to go back, and the release takes five."""

ALARMS = _ERRORS, _FAILED_ANSWERS = "RedirectCanaryErrorsAlarm", "RedirectCanaryFailedAnswersAlarm"


def add_canary(template: dict[str, Any]) -> None:
    """Release the redirect by CodeDeploy, with an alarm on the new version and one on the answers of the HTTP API."""
    resources = template["Resources"]
    resources[FUNCTION]["Properties"]["DeploymentPreference"] = {
        "Enabled": {"Ref": "Canary"},
        "Type": "Canary10Percent5Minutes",
        "Alarms": [{"Ref": _ERRORS}, {"Ref": _FAILED_ANSWERS}],
    }
    version = {
        "FunctionName": {"Ref": FUNCTION},
        "Resource": {"Fn::Sub": f"${{{FUNCTION}}}:{ALIAS}"},
        "ExecutedVersion": {"Fn::GetAtt": [f"{FUNCTION}.Version", "Version"]},
    }
    stage = resources["TrackingStage"]["Properties"]["StageName"]
    api = {"ApiId": {"Ref": "TrackingApi"}, "Stage": stage}
    resources[_ERRORS] = _alarm(
        "More than 1 % of the clicks of the new version of the redirect failed in two of five minutes.",
        _metric("AWS/Lambda", "Errors", version),
        _metric("AWS/Lambda", "Invocations", version),
    )
    resources[_FAILED_ANSWERS] = _alarm(
        "More than 1 % of the answers of the HTTP API had a status from 500 on in two of five minutes.",
        _metric("AWS/ApiGateway", "5xx", api),
        _metric("AWS/ApiGateway", "Count", api),
    )


def _alarm(description: str, failed: dict[str, Any], all_calls: dict[str, Any]) -> dict[str, Any]:
    """Return an alarm on the percentage of failed calls of single minutes. Minutes without calls are good ones."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": f"{description} See Failing release in {RUNBOOK}.",
            "AlarmActions": [{"Ref": TOPIC}],
            "OKActions": [{"Ref": TOPIC}],
            "Metrics": [
                {"Id": "failed", "MetricStat": failed, "ReturnData": False},
                {"Id": "calls", "MetricStat": all_calls, "ReturnData": False},
                {"Id": "percent", "Expression": "100 * failed / calls", "Label": "Failed calls in percent"},
            ],
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": _MOST_FAILED_PERCENT,
            "EvaluationPeriods": _MINUTES,
            "DatapointsToAlarm": _FAILED_MINUTES,
            "TreatMissingData": "notBreaching",
        },
    }


def _metric(namespace: str, name: str, dimensions: dict[str, Any]) -> dict[str, Any]:
    return {
        "Metric": {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        },
        "Period": 60,
        "Stat": "Sum",
    }
