"""The dashboard: clicks, delay, failures, queues, learning, tables and spend, for what the template has.

AWS charges nothing for the first three dashboards of an account.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from deploy.template.alarm import Resources, of_type

_STACK = "${AWS::StackName}"
_WIDTH, _HEIGHT, _COLUMNS = 8, 6, 3

Line = list[Any]
"""A metric of a widget: namespace, name, dimensions and options."""


def add_dashboard(template: dict[str, Any]) -> None:
    """Add the dashboard, named after the stack."""
    widgets = [_placed(number, widget) for number, widget in enumerate(_widgets(template["Resources"]))]
    template["Resources"]["Dashboard"] = {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Fn::Sub": _STACK},
            "DashboardBody": {"Fn::Sub": json.dumps({"widgets": widgets})},
        },
    }


def _placed(number: int, properties: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(number, _COLUMNS)
    place = {"x": column * _WIDTH, "y": row * _HEIGHT, "width": _WIDTH, "height": _HEIGHT}
    return {"type": "metric", **place, "properties": properties}


def _widgets(resources: Resources) -> Iterator[dict[str, Any]]:
    functions = [name for name, _ in of_type(resources, "AWS::Serverless::Function")]
    queues = [name for name, _ in of_type(resources, "AWS::SQS::Queue")]
    tables = [name for name, _ in of_type(resources, "AWS::DynamoDB::Table")]
    readers = [name for name, each in of_type(resources, "AWS::Serverless::Function") if _reads_stream(each)]
    yield _clicks_a_second()
    yield from _doors(str(resources["RestAPI"]["Properties"]["StageName"]))
    yield _widget("Errors of functions", _by_function("Errors", functions))
    yield _widget("Throttled calls", _by_function("Throttles", functions))
    processes = [["AWS/Lambda", "ConcurrentExecutions"], *_by_function("ConcurrentExecutions", functions)]
    yield _widget("Processes", processes, "Maximum")
    yield _widget("Counting delay in seconds", [[_STACK, "CountingDelay"]], "Maximum")
    yield _widget("Age of streams in ms", _by_function("IteratorAge", readers), "Maximum")
    yield _widget("Refused clicks", [*_by_queue("NumberOfMessagesSent", ["UnwrittenClicks"]), _own("ClicksNotWritten")])
    yield _widget("Messages in queues", _by_queue("ApproximateNumberOfMessagesVisible", queues), "Maximum")
    yield _widget("Age of messages in seconds", _by_queue("ApproximateAgeOfOldestMessage", queues), "Maximum")
    yield _widget("Conversions", [_own(name) for name in ("ConversionsRecorded", "PostbacksRefused", "DeliveriesDead")])
    yield _widget("Learning", [_own("LearningRunsSkipped"), _own("LearningRunsFailed")])
    yield _widget("Throttled reads of tables", _by_table("ReadThrottleEvents", tables))
    yield _widget("Throttled writes of tables", _by_table("WriteThrottleEvents", tables))
    yield _spend()


def _clicks_a_second() -> dict[str, Any]:
    calls = ["AWS/Lambda", "Invocations", "FunctionName", "${Redirect}", {"id": "calls", "visible": False}]
    rate = [{"expression": "calls / PERIOD(calls)", "label": "clicks per second"}]
    return _widget("Clicks per second", [rate, calls])


def _doors(stage: str) -> Iterator[dict[str, Any]]:
    rest = ["ApiName", _STACK, "Stage", stage]
    http = ["ApiId", "${TrackingApi}", "Stage", "$default"]
    gateway = "AWS/ApiGateway"
    percentiles = ("p50", "p95", "p99")
    slow = [[gateway, "Latency", *door, {"stat": each}] for door in (http, rest) for each in percentiles]
    yield _widget("Latency of both doors in ms", slow)
    yield _widget("Share of failed calls", [[gateway, "5xx", *http], [gateway, "5XXError", *rest]], "Average")


def _reads_stream(function: Any) -> bool:  # noqa: ANN401 - properties of a resource
    return any(event["Type"] == "DynamoDB" for event in function.get("Events", {}).values())


def _by_function(metric: str, names: Sequence[str]) -> list[Line]:
    return [["AWS/Lambda", metric, "FunctionName", f"${{{name}}}", {"label": name}] for name in names]


def _by_queue(metric: str, names: Sequence[str]) -> list[Line]:
    return [["AWS/SQS", metric, "QueueName", f"${{{name}.QueueName}}", {"label": name}] for name in names]


def _by_table(metric: str, names: Sequence[str]) -> list[Line]:
    return [["AWS/DynamoDB", metric, "TableName", f"${{{name}}}", {"label": name}] for name in names]


def _own(metric: str) -> Line:
    return [_STACK, metric]


def _spend() -> dict[str, Any]:
    widget = _widget("Spend of the month in USD", [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]], "Maximum")
    return {**widget, "region": "us-east-1", "period": 21_600}


def _widget(title: str, lines: list[Line], statistic: str = "Sum") -> dict[str, Any]:
    return {"title": title, "metrics": lines, "stat": statistic, "period": 60, "region": "${AWS::Region}"}
