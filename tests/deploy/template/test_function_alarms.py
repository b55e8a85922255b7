from typing import Any

import pytest

from deploy.template.alarm import Alarm
from deploy.template.function_alarms import alarms, missed_after


def _function(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Serverless::Function", "Properties": {"Timeout": 60, **properties}}


def _alarms(name: str, **properties: Any) -> dict[str, Alarm]:
    """Return the alarms of a stack with one function, without that of the account."""
    found = {alarm.name: alarm for alarm in alarms({name: _function(**properties)})}
    del found["ConcurrencyAlarm"]
    return found


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [("rate(1 minute)", 300), ("rate(5 minutes)", 900), ("rate(1 hour)", 10_800), ("rate(1 day)", 86_400)],
)
def test_schedule_is_missed_after_three_intervals(schedule: str, seconds: int) -> None:
    assert missed_after(schedule) == seconds


def test_function_that_nobody_waits_for_alarms_at_its_second_failure() -> None:
    found = _alarms("CountClicks")
    assert set(found) == {"CountClicksErrorsAlarm", "CountClicksThrottlesAlarm"}
    rules = {(alarm.rule.period, alarm.rule.periods, alarm.rule.datapoints) for alarm in found.values()}
    assert rules == {(300, 3, 2)}


def test_throttled_click_alarms_within_a_minute() -> None:
    rule = _alarms("Redirect")["RedirectThrottlesAlarm"].rule
    assert (rule.threshold, rule.period, rule.periods) == (0, 60, 1)


def test_schedule_alarms_if_it_does_not_run_or_takes_too_long() -> None:
    event = {"Type": "Schedule", "Properties": {"Schedule": "rate(5 minutes)"}}
    found = _alarms("Learn", Timeout=120, Events={"LearnEvent": event})
    missed, slow = found["LearnMissedAlarm"].rule, found["LearnSlowAlarm"].rule
    assert (missed.threshold, missed.period, missed.comparison) == (1, 900, "LessThanThreshold")
    assert missed.missing == "breaching"
    assert slow.threshold == 96_000


def test_stream_alarms_at_a_quarter_of_an_hour() -> None:
    found = _alarms("CountClicks", Events={"Stream": {"Type": "DynamoDB"}})
    assert found["CountClicksLateAlarm"].rule.threshold == 900_000


def test_stopped_chain_alarms_unless_the_function_allows_chains() -> None:
    events = {"Queue": {"Type": "SQS"}}
    assert "SendEmailsLoopAlarm" in _alarms("SendEmails", Events=events)
    assert "DeliverPostbacksLoopAlarm" not in _alarms("DeliverPostbacks", Events=events, RecursiveLoop="Allow")


def test_reserved_share_alarms_only_if_it_is_given() -> None:
    share = {"Fn::If": ["HasRedirectConcurrency", {"Ref": "RedirectConcurrency"}, {"Ref": "AWS::NoValue"}]}
    alarm = _alarms("Redirect", ReservedConcurrentExecutions=share)["RedirectConcurrencyAlarm"]
    assert (alarm.condition, alarm.rule.threshold) == ("HasRedirectConcurrency", {"Ref": "RedirectConcurrency"})
