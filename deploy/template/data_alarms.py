"""Alarms on queues, tables and clicks: waiting messages, dead letters, throttled tables, refused and lost clicks."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.template.alarm import Alarm, Dimensions, Metric, Resources, Rule, of_type

CLICKS = "UnwrittenClicks"
POISON = "PoisonRecords"

_SQS, _DYNAMODB = "AWS/SQS", "AWS/DynamoDB"
_OWN = {"Ref": "AWS::StackName"}
_MAX_AGE = {CLICKS: 900, "Learning": 1800}
_DEFAULT_MAX_AGE = 3600
"""Seconds. A postback waits up to 15 minutes for its next try: its age is no delay."""

_THROTTLED = 10
"""Throttled requests in 5 minutes. The SDK repeats a request; fewer are repaired by it."""


def alarms(resources: Resources) -> Iterator[Alarm]:
    """Yield the alarms of all queues and tables, and those of clicks and learning."""
    for name, properties in of_type(resources, "AWS::SQS::Queue"):
        yield _old_messages(name) if "RedrivePolicy" in properties else _dead_letters(name)
    for name, properties in of_type(resources, "AWS::DynamoDB::Table"):
        yield from _throttled(name, properties)
    yield from _clicks()
    yield from _own_metrics()


def _old_messages(name: str) -> Alarm:
    seconds = _MAX_AGE.get(name, _DEFAULT_MAX_AGE)
    return Alarm(
        f"{name}OldAlarm",
        "Old messages",
        f"A message has waited more than {seconds // 60} minutes in the queue {name}.",
        _of_queue("ApproximateAgeOfOldestMessage", name, "Maximum"),
        Rule(seconds),
    )


def _dead_letters(name: str) -> Alarm:
    if name == POISON:
        entry, text = (
            "Poison records",
            "A record of a stream was set aside, for example a click that was not counted.",
        )
    else:
        entry, text = "Dead letters", f"A message failed in all its tries and is in the queue {name}."
    visible = _of_queue("ApproximateNumberOfMessagesVisible", name, "Maximum")
    return Alarm(f"{name}Alarm", entry, text, visible, Rule(0, period=60))


def _of_queue(metric: str, name: str, statistic: str = "Sum") -> Metric:
    return Metric(_SQS, metric, {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}}, statistic)


def _throttled(name: str, properties: Mapping[str, Any]) -> Iterator[Alarm]:
    """Yield the alarms of a table, and on writes of its indexes: a slow index holds up the writes of its table."""
    table = {"TableName": {"Ref": name}}
    for kind in ("Read", "Write"):
        yield _throttle(kind, name, table)
    for index in properties.get("GlobalSecondaryIndexes", []):
        title = "".join(word.title() for word in index["IndexName"].split("_"))
        yield _throttle("Write", f"{name}{title}", {**table, "GlobalSecondaryIndexName": index["IndexName"]})


def _throttle(kind: str, place: str, dimensions: Dimensions) -> Alarm:
    return Alarm(
        f"{place}{kind}ThrottleAlarm",
        "Throttled table",
        f"DynamoDB throttled more than {_THROTTLED} {kind.lower()}s of {place} within 5 minutes.",
        Metric(_DYNAMODB, f"{kind}ThrottleEvents", dimensions),
        Rule(_THROTTLED),
    )


def _clicks() -> Iterator[Alarm]:
    yield Alarm(
        "ClicksUnwrittenAlarm",
        "Refused clicks",
        "The table refused a click. It waits in the queue and will be written.",
        _of_queue("NumberOfMessagesSent", CLICKS),
        Rule(0, period=60),
    )
    yield Alarm(
        "ClicksNotWrittenAlarm",
        "Clicks only in the log",
        "Neither the table nor the queue took a click. It is only in the log.",
        Metric(_OWN, "ClicksNotWritten", {}),
        Rule(0, period=60),
    )


def _own_metrics() -> Iterator[Alarm]:
    """Yield the alarms on metrics of `chalicelib/observability/metrics.py`."""
    yield Alarm(
        "CountingDelayAlarm",
        "Late counting",
        "A click waited more than 5 minutes to be counted, three times within 15 minutes. Reports are behind.",
        Metric(_OWN, "CountingDelay", {}, "Maximum"),
        Rule(300, periods=3, datapoints=3),
    )
    yield Alarm(
        "LearningFailedAlarm",
        "Failed learning",
        "The optimizer failed for a smartlink in two of the last three 5 minutes.",
        Metric(_OWN, "LearningRunsFailed", {}),
        Rule(0, periods=3, datapoints=2),
    )
