"""The deployed alarms watch resources that exist, and metrics that the emulator publishes."""

from typing import Any

from acceptance.learning.learning_runs import invoke
from deploy import cloud

PUBLISHED = {"Duration", "Errors", "Invocations", "Throttles"}
"""The metrics that the emulator has, all of AWS/Lambda. It has no metrics of queues, tables and doors."""


def _client(name: Any) -> Any:
    local = cloud.local()
    return local.session.client(name, endpoint_url=local.endpoint)


def _alarms() -> list[dict[str, Any]]:
    pages = _client("cloudwatch").get_paginator("describe_alarms").paginate()
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


def _watched(dimension: str) -> set[str]:
    dimensions = [each for alarm in _alarms() for each in alarm["Dimensions"]]
    return {each["Value"] for each in dimensions if each["Name"] == dimension}


def test_alarms_watch_every_function_queue_and_table_by_its_real_name(deployed: dict[str, Any]) -> None:
    functions = {each["FunctionName"] for each in _client("lambda").list_functions(MaxItems=100)["Functions"]}
    queues = {url.rpartition("/")[2] for url in _client("sqs").list_queues(QueueNamePrefix="smartlink-")["QueueUrls"]}
    tables = {name for name in _client("dynamodb").list_tables()["TableNames"] if "-at-" not in name}
    assert _watched("FunctionName") == functions
    assert _watched("QueueName") == queues
    assert _watched("TableName") == tables


def test_metrics_of_functions_exist_under_the_names_and_dimensions_of_their_alarms(deployed: dict[str, Any]) -> None:
    for name in ("FinishTasks", "WatchFallbacks"):
        invoke(name)
    listed = _client("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"]
    published = {(each["MetricName"], dimension["Value"]) for each in listed for dimension in each["Dimensions"]}
    alarms = [alarm for alarm in _alarms() if alarm["MetricName"] in PUBLISHED]
    called = {function for _, function in published}
    watched = {(alarm["MetricName"], alarm["Dimensions"][0]["Value"]) for alarm in alarms}
    assert {pair for pair in watched if pair[1] in called} <= published
    assert {name.split("-")[1] for name in called} >= {"FinishTasks", "WatchFallbacks"}


def test_dashboard_is_named_after_the_stack(deployed: dict[str, Any]) -> None:
    entries = _client("cloudwatch").list_dashboards()["DashboardEntries"]
    assert [entry["DashboardName"] for entry in entries] == ["smartlink"]
