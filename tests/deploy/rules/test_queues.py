from typing import Any

import pytest

from tests.deploy.rules.stacks import Change, broken


def _set(name: str, **properties: Any) -> Change:
    return lambda resources: resources[name]["Properties"].update(properties)


def _loop_over_two_queues(resources: dict[str, Any]) -> None:
    """Let the optimizer send imports, and imports smartlinks to optimize: a loop of two functions and two queues."""
    for role, queue in (("LearnPoolsRole", "Imports"), ("ImportConversionsRole", "Learning")):
        (policy,) = resources[role]["Properties"]["Policies"]
        sending = {"Action": ["sqs:SendMessage"], "Resource": {"Fn::GetAtt": [queue, "Arn"]}, "Effect": "Allow"}
        policy["PolicyDocument"]["Statement"].append(sending)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            _set("PoisonRecords", FifoQueue=True),
            "PoisonRecords: it is a FIFO queue; every consumer here handles messages in any order (no_fifo_queue)",
            id="order",
        ),
        pytest.param(
            _set("PostbacksDeadLetters", MessageRetentionPeriod=86400),
            "PostbacksDeadLetters: it keeps messages for a shorter time than Postbacks (retention_of_dead_letters)",
            id="retention",
        ),
        pytest.param(
            lambda resources: resources.pop("EmailsDeadLettersAlarm"),
            "EmailsDeadLetters: no alarm watches ApproximateNumberOfMessagesVisible of this queue "
            "(alarm_on_dead_letters)",
            id="alarm on dead letters",
        ),
        pytest.param(
            lambda resources: resources.pop("PoisonRecordsAlarm"),
            "PoisonRecords: no alarm watches ApproximateNumberOfMessagesVisible of this queue (alarm_on_dead_letters)",
            id="alarm on failed records",
        ),
        pytest.param(
            lambda resources: resources["DeliverPostbacks"]["Properties"].pop("RecursiveLoop"),
            "DeliverPostbacks: it can send to a queue that leads back to it; set RecursiveLoop to Allow (loops)",
            id="loop",
        ),
        pytest.param(
            _loop_over_two_queues,
            "LearnPools: it can send to a queue that leads back to it; set RecursiveLoop to Allow (loops)",
            id="loop over two queues",
        ),
    ],
)
def test_broken_queue_is_reported(change: Change, found: str) -> None:
    assert broken(change) == [found]
