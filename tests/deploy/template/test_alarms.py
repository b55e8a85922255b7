import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from chalice.app import CloudWatchEvent

from chalicelib.observability.metrics import Metric as OwnMetric
from deploy import paths
from deploy.template.alarm import RUNBOOK
from tests.deploy import packaged

TEMPLATE = packaged.template()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
ALARMS = {name: each for name, each in RESOURCES.items() if each["Type"] == "AWS::CloudWatch::Alarm"}
AWS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "aws_metrics.json").read_text())
ENTRIES = re.findall(r"^### (.+)$", (paths.ROOT / RUNBOOK).read_text(), re.MULTILINE)
STACK = {"Ref": "AWS::StackName"}
TARGETS = {
    "FunctionName": ("Ref", "AWS::Serverless::Function"),
    "TableName": ("Ref", "AWS::DynamoDB::Table"),
    "QueueName": ("Fn::GetAtt", "AWS::SQS::Queue"),
    "ApiId": ("Ref", "AWS::ApiGatewayV2::Api"),
}
"""How a dimension names its resource, and the type of that resource."""

each_alarm = pytest.mark.parametrize("alarm", [each["Properties"] for each in ALARMS.values()], ids=ALARMS)


def _metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Return namespace, name, dimensions and period of each metric: several in an alarm with metric math."""
    parts = [each["MetricStat"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    return [{**part["Metric"], "Period": part["Period"]} for part in parts] or [alarm]


def _dimensions(metric: dict[str, Any]) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def _own_metrics() -> set[str]:
    """Return the metrics that the code emits, and those of metric filters."""
    filters = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::Logs::MetricFilter"]
    changes = [change for each in filters for change in each["MetricTransformations"]]
    assert all(change["MetricNamespace"] == STACK for change in changes)
    return {*(metric.value for metric in OwnMetric), *(change["MetricName"] for change in changes)}


@each_alarm
def test_metric_exists_under_its_name_and_dimensions(alarm: dict[str, Any]) -> None:
    for metric in _metrics(alarm):
        name, names = metric["MetricName"], sorted(_dimensions(metric))
        if metric["Namespace"] == STACK:
            assert (name in _own_metrics(), names) == (True, [])
        else:
            tables = [table for title, table in AWS.items() if title.split(",")[0] == metric["Namespace"]]
            assert [table for table in tables if name in table["metrics"] and names in table["dimensions"]]


def test_dimensions_name_resources_that_have_the_metric() -> None:
    metrics = [metric for each in ALARMS.values() for metric in _metrics(each["Properties"])]
    for name, value in (named for metric in metrics for named in _dimensions(metric).items()):
        if name in TARGETS:
            how, kind = TARGETS[name]
            target = value[how] if how == "Ref" else value[how][0]
            assert RESOURCES[target]["Type"] == kind


def test_rest_api_has_the_name_and_the_stage_that_its_metrics_have() -> None:
    api = RESOURCES["RestAPI"]["Properties"]
    assert api["DefinitionBody"]["info"]["title"] == {"Fn::Sub": "${AWS::StackName}"}
    for name in ("ApiFailsAlarm", "ApiSlowAlarm"):
        assert _dimensions(ALARMS[name]["Properties"]) == {"ApiName": STACK, "Stage": api["StageName"]}


def test_each_alarm_names_its_entry_of_the_runbook_and_each_entry_has_an_alarm() -> None:
    texts = [each["Properties"]["AlarmDescription"] for each in ALARMS.values()]
    named = {entry for text in texts for entry in re.findall(rf" See (.+) in {RUNBOOK}\.$", text)}
    assert all(text.endswith(f" in {RUNBOOK}.") for text in texts)
    assert set(ENTRIES) == {*named, "Spend"}
    assert RESOURCES["MonthlyBudgetAlert"]["Type"] == "AWS::Budgets::Budget"
    assert len(ENTRIES) == len(set(ENTRIES))


def test_alarms_and_their_ends_are_published() -> None:
    for alarm in (each["Properties"] for each in ALARMS.values()):
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]


def test_alarms_look_back_at_most_a_day_in_whole_minutes() -> None:
    for alarm in (each["Properties"] for each in ALARMS.values()):
        for metric in _metrics(alarm):
            assert metric["Period"] % 60 == 0
            assert metric["Period"] * alarm["EvaluationPeriods"] <= 86_400
        assert alarm.get("DatapointsToAlarm", 1) <= alarm["EvaluationPeriods"]


def test_every_function_queue_and_table_has_its_alarms() -> None:
    watched = Counter(
        (each["Properties"]["MetricName"], json.dumps(value, sort_keys=True))
        for each in ALARMS.values()
        if "Metrics" not in each["Properties"]
        for name, value in _dimensions(each["Properties"]).items()
        if name in TARGETS
    )
    for name, each in RESOURCES.items():
        reference = json.dumps({"Ref": name})
        match each["Type"]:
            case "AWS::Serverless::Function":
                assert (watched["Errors", reference], watched["Throttles", reference]) == (1, 1), name
            case "AWS::SQS::Queue":
                metric = "OldestMessage" if "RedrivePolicy" in each["Properties"] else "MessagesVisible"
                attribute = json.dumps({"Fn::GetAtt": [name, "QueueName"]})
                assert [key for key in watched if key[0].endswith(metric) and key[1] == attribute], name
            case "AWS::DynamoDB::Table":
                indexes = len(each["Properties"].get("GlobalSecondaryIndexes", []))
                assert watched["ReadThrottleEvents", reference] == 1, name
                assert watched["WriteThrottleEvents", reference] == 1 + indexes, name


def test_number_and_cost_of_the_alarms_are_those_of_the_documents() -> None:
    cost = f"{len(ALARMS)} alarms cost ${len(ALARMS) / 10:.2f} a month"
    throttled = sum(name.endswith("ThrottleAlarm") for name in ALARMS)
    decision = (paths.ROOT / "docs/decisions/0050-alarms-come-from-the-template.md").read_text()
    assert cost in (paths.ROOT / RUNBOOK).read_text()
    assert f"{cost}:" in decision
    assert f"{throttled} of them are on throttled tables" in decision


def test_event_of_the_runbook_is_one_of_a_schedule() -> None:
    text = (paths.ROOT / RUNBOOK).read_text()
    (payload,) = re.findall(r"--payload '(\{.+?\})'", text, re.DOTALL)
    assert CloudWatchEvent(json.loads(payload), None).detail_type == "Scheduled Event"
