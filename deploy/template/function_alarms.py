"""Alarms on functions: errors, throttles, used concurrency, late streams, missed and slow schedules, stopped chains."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.template.alarm import Alarm, Metric, Resources, Rule, of_type

DOORS = ("APIHandler", "Redirect")
"""The functions that somebody waits for: one throttled call in a minute is an alarm."""

_LAMBDA = "AWS/Lambda"
_PERSISTENT = Rule(0, periods=3, datapoints=2)
"""Twice within 15 minutes: a retry repairs a single failure."""

_LATE_MS = 15 * 60 * 1000
_DAY = 86_400
_MINUTES = {"minute": 1, "minutes": 1, "hour": 60, "hours": 60, "day": 1440, "days": 1440}


def alarms(resources: Resources) -> Iterator[Alarm]:
    """Yield the alarms of all functions, and that of the account's concurrency."""
    yield _account_concurrency()
    for name, properties in of_type(resources, "AWS::Serverless::Function"):
        yield from _of_function(name, properties)
        for event in properties.get("Events", {}).values():
            yield from _of_event(name, properties, event)


def _of_function(name: str, properties: Mapping[str, Any]) -> Iterator[Alarm]:
    yield Alarm(
        f"{name}ErrorsAlarm",
        "Function errors",
        f"{name} failed or timed out in two of the last three 5 minutes.",
        _metric("Errors", name),
        _PERSISTENT,
    )
    waited_for = name in DOORS
    yield Alarm(
        f"{name}ThrottlesAlarm",
        "Function throttles",
        f"Lambda refused calls of {name}, because it had no process free.",
        _metric("Throttles", name),
        Rule(0, period=60) if waited_for else _PERSISTENT,
    )
    yield from _reserved_concurrency(name, properties)


def _account_concurrency() -> Alarm:
    """Return the alarm for all functions together: no function can use more than their sum."""
    return Alarm(
        "ConcurrencyAlarm",
        "Account concurrency",
        "The functions of this account and region run in almost as many processes as its quota allows.",
        Metric(_LAMBDA, "ConcurrentExecutions", {}, "Maximum"),
        Rule({"Ref": "ConcurrencyAlarmAt"}, period=60, periods=3, datapoints=3),
    )


def _reserved_concurrency(name: str, properties: Mapping[str, Any]) -> Iterator[Alarm]:
    """Yield the alarm of a function whose processes are reserved by a parameter (`Fn::If` of a condition)."""
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved:
        condition, share, _ = reserved["Fn::If"]
        yield Alarm(
            f"{name}ConcurrencyAlarm",
            "Reserved concurrency",
            f"{name} runs in all processes that are reserved for it.",
            _metric("ConcurrentExecutions", name, "Maximum"),
            Rule(share, 60, 3, 3, comparison="GreaterThanOrEqualToThreshold"),
            condition,
        )


def _of_event(name: str, properties: Mapping[str, Any], event: Mapping[str, Any]) -> Iterator[Alarm]:
    match event["Type"]:
        case "DynamoDB":
            yield _late_stream(name)
        case "Schedule":
            yield _missed_schedule(name, event["Properties"]["Schedule"])
            yield _slow_schedule(name, properties["Timeout"])
        case "SQS" if properties.get("RecursiveLoop") != "Allow":
            yield _stopped_chain(name)


def _late_stream(name: str) -> Alarm:
    return Alarm(
        f"{name}LateAlarm",
        "Late stream",
        f"Records have waited more than 15 minutes for {name}. The stream deletes them after 24 hours.",
        _metric("IteratorAge", name, "Maximum"),
        Rule(_LATE_MS),
    )


def _missed_schedule(name: str, schedule: str) -> Alarm:
    return Alarm(
        f"{name}MissedAlarm",
        "Missed schedule",
        f"{name} did not run, although its schedule is {schedule}.",
        _metric("Invocations", name),
        Rule(1, missed_after(schedule), comparison="LessThanThreshold", missing="breaching"),
    )


def missed_after(schedule: str) -> int:
    """Return the seconds without a run after which a `rate(…)` was missed: three intervals, at least 5 minutes."""
    number, unit = schedule.removeprefix("rate(").removesuffix(")").split()
    return min(_DAY, max(300, 3 * 60 * int(number) * _MINUTES[unit]))


def _slow_schedule(name: str, timeout: int) -> Alarm:
    return Alarm(
        f"{name}SlowAlarm",
        "Slow schedule",
        f"{name} took more than 80 % of its {timeout} s twice within 15 minutes.",
        _metric("Duration", name, "Maximum"),
        Rule(timeout * 800, periods=3, datapoints=2),
    )


def _stopped_chain(name: str) -> Alarm:
    return Alarm(
        f"{name}LoopAlarm",
        "Stopped chain",
        f"Lambda took a chain of messages of {name} for an endless loop and stopped it after 16 rounds.",
        _metric("RecursiveInvocationsDropped", name),
    )


def _metric(metric: str, function: str, statistic: str = "Sum") -> Metric:
    return Metric(_LAMBDA, metric, {"FunctionName": {"Ref": function}}, statistic)
