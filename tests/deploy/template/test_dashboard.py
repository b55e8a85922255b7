import json
import re
from typing import Any

from chalicelib.observability.metrics import Metric
from tests.deploy import packaged
from tests.deploy.template.test_alarms import AWS

RESOURCES: dict[str, dict[str, Any]] = packaged.template()["Resources"]
BODY: str = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
WIDGETS: list[dict[str, Any]] = json.loads(BODY)["widgets"]


def _lines() -> list[list[Any]]:
    return [line for widget in WIDGETS for line in widget["properties"]["metrics"] if isinstance(line[0], str)]


def test_widgets_show_clicks_latency_failures_delay_queues_learning_tables_and_spend() -> None:
    assert [widget["properties"]["title"] for widget in WIDGETS] == [
        "Clicks per second",
        "Latency of both doors in ms",
        "Share of failed calls",
        "Errors of functions",
        "Throttled calls",
        "Processes",
        "Counting delay in seconds",
        "Age of streams in ms",
        "Refused clicks",
        "Messages in queues",
        "Age of messages in seconds",
        "Conversions",
        "Learning",
        "Throttled reads of tables",
        "Throttled writes of tables",
        "Spend of the month in USD",
    ]


def test_widgets_lie_beside_and_below_each_other() -> None:
    places = {(widget["x"], widget["y"]) for widget in WIDGETS}
    assert len(places) == len(WIDGETS)
    assert max(widget["x"] + widget["width"] for widget in WIDGETS) == 24


def test_every_metric_of_the_dashboard_exists() -> None:
    own = {*(metric.value for metric in Metric), "ClicksNotWritten"}
    for namespace, metric, *rest in _lines():
        names = sorted(each for each in rest[::2] if isinstance(each, str))
        tables = [table for name, table in AWS.items() if name.split(",")[0] == namespace]
        known = [table for table in tables if metric in table["metrics"] and names in table["dimensions"]]
        assert known or (namespace == "${AWS::StackName}" and metric in own and not names), (namespace, metric, names)


def test_references_name_resources() -> None:
    names = {name.partition(".")[0] for name in re.findall(r"\$\{([^}]+)\}", BODY)}
    assert {name for name in names if not name.startswith("AWS::")} <= set(RESOURCES)


def test_widget_has_at_most_500_metrics() -> None:
    assert max(len(widget["properties"]["metrics"]) for widget in WIDGETS) <= 500
