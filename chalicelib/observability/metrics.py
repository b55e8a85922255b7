"""Metrics that AWS does not have, as lines in CloudWatch's embedded metric format (EMF).

CloudWatch takes them from the log. The namespace is the name of the stack, and no metric has a dimension: a metric
costs $0.30 a month for each combination of dimensions.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib import settings
from chalicelib.observability.logs import call


class Metric(StrEnum):
    """The metrics of the application. The metric filter of the redirect's log adds `ClicksNotWritten`."""

    STREAM_RECORDS_COUNTED = "StreamRecordsCounted"
    COUNTING_DELAY = "CountingDelay"
    POISON_RECORDS = "PoisonRecords"
    CONVERSIONS_RECORDED = "ConversionsRecorded"
    POSTBACKS_REFUSED = "PostbacksRefused"
    DELIVERIES_DEAD = "DeliveriesDead"
    LEARNING_RUNS_SKIPPED = "LearningRunsSkipped"
    LEARNING_RUNS_FAILED = "LearningRunsFailed"

    @property
    def unit(self) -> str:
        """The unit of its values, by CloudWatch's name."""
        return "Seconds" if self is Metric.COUNTING_DELAY else "Count"


def emit(values: Mapping[Metric, float]) -> None:
    """Write the values as one line. They belong to the present minute."""
    print(json.dumps(document(values, settings.table_prefix().removesuffix("-"), time.time_ns() // 1_000_000)))


def document(values: Mapping[Metric, float], namespace: str, at: int) -> dict[str, Any]:
    """Return the values as a document of the format. `at` is in milliseconds."""
    metrics = [{"Name": metric.value, "Unit": metric.unit} for metric in values]
    directive = {"Namespace": namespace, "Dimensions": [[]], "Metrics": metrics}
    named = {metric.value: value for metric, value in values.items()}
    return {"_aws": {"Timestamp": at, "CloudWatchMetrics": [directive]}, **call(), **named}


def seconds_waited(records: Sequence[Mapping[str, Any]], now: datetime) -> float:
    """Return the age of the oldest record of a stream's event in seconds; 0 if the clocks differ or it has no time."""
    times = [record["dynamodb"].get("ApproximateCreationDateTime", now.timestamp()) for record in records]
    return max(0.0, now.timestamp() - min(times, default=now.timestamp()))
