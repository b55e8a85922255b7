"""Alarms on the two doors: share of failed calls, and slow calls. Both are by stage, without detailed metrics."""

from collections.abc import Iterator

from deploy.template.alarm import Alarm, Metric, Resources, Rule

_GATEWAY = "AWS/ApiGateway"
_ONE_IN_A_HUNDRED = Rule(0.01, period=60, periods=5, datapoints=3)
"""More than 1 % in three of five minutes: one failed call of a quiet hour is no alarm. The average is the share."""

_API_MS, _CLICK_MS = 5000, 1000
"""What the slowest hundredth may take. A report may read a year of counters; a visitor waits for a click."""


def alarms(resources: Resources) -> Iterator[Alarm]:
    """Yield the alarms of the REST API and of the HTTP API, which name their metrics differently."""
    rest = {"ApiName": {"Ref": "AWS::StackName"}, "Stage": resources["RestAPI"]["Properties"]["StageName"]}
    http = {"ApiId": {"Ref": "TrackingApi"}, "Stage": resources["TrackingStage"]["Properties"]["StageName"]}
    for door, failed, dimensions, slow in (("Api", "5XXError", rest, _API_MS), ("Tracking", "5xx", http, _CLICK_MS)):
        yield Alarm(
            f"{door}FailsAlarm",
            "Failing door",
            f"More than 1 % of the calls of the {_title(door)} failed in three of the last five minutes.",
            Metric(_GATEWAY, failed, dimensions, "Average"),
            _ONE_IN_A_HUNDRED,
        )
        yield Alarm(
            f"{door}SlowAlarm",
            "Slow door",
            f"The slowest hundredth of the calls of the {_title(door)} took more than {slow} ms for 15 minutes.",
            Metric(_GATEWAY, "Latency", dimensions, "p99"),
            Rule(slow, periods=3, datapoints=3),
        )


def _title(door: str) -> str:
    return "REST API" if door == "Api" else "HTTP API"
