"""A CloudWatch alarm: metric, rule and what it says.

No alarm needs metric math, which the emulator lacks. A threshold that one event of a quiet network would cross needs
several periods.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Resources = Mapping[str, Mapping[str, Any]]
Dimensions = Mapping[str, Any]
"""Values by name; a value is a text or a reference."""

TOPIC = "Alarms"
RUNBOOK = "docs/runbook.md"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric and how a period of it is summed up: a statistic (`Sum`) or a percentile (`p99`)."""

    namespace: Any
    name: str
    dimensions: Dimensions
    statistic: str = "Sum"


@dataclass(frozen=True, slots=True)
class Rule:
    """When the metric alarms: `datapoints` of the last `periods` compare as `comparison` with the `threshold`."""

    threshold: Any
    period: int = 300
    periods: int = 1
    datapoints: int = 1
    comparison: str = "GreaterThanThreshold"
    missing: str = "notBreaching"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm: logical ID, heading of its entry in the runbook, one sentence, metric, rule and condition."""

    name: str
    entry: str
    text: str
    metric: Metric
    rule: Rule = field(default_factory=lambda: Rule(0))
    condition: str | None = None


def resource(alarm: Alarm) -> dict[str, Any]:
    """Return the alarm as a resource of the template."""
    metric, rule = alarm.metric, alarm.rule
    percentile = metric.statistic.startswith("p")
    properties: dict[str, Any] = {
        "AlarmDescription": f"{alarm.text} See {alarm.entry} in {RUNBOOK}.",
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
        "ExtendedStatistic" if percentile else "Statistic": metric.statistic,
        "Period": rule.period,
        "EvaluationPeriods": rule.periods,
        "DatapointsToAlarm": rule.datapoints,
        "Threshold": rule.threshold,
        "ComparisonOperator": rule.comparison,
        "TreatMissingData": rule.missing,
        "AlarmActions": [{"Ref": TOPIC}],
        "OKActions": [{"Ref": TOPIC}],
    }
    if percentile:
        # A few calls, one of them a cold start, say nothing about the slowest hundredth.
        properties["EvaluateLowSampleCountPercentile"] = "ignore"
    conditional = {"Condition": alarm.condition} if alarm.condition else {}
    return {"Type": "AWS::CloudWatch::Alarm", **conditional, "Properties": properties}


def of_type(resources: Resources, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield logical ID and properties of each resource of a type."""
    for key, value in resources.items():
        if value.get("Type") == name:
            yield key, value["Properties"]
