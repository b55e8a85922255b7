from typing import Any

import pytest

from tests.deploy.rules.stacks import Change, broken

_CLICKS = "CountClicksCountClicksDynamodbEventSource"
_BACKLOG = "WriteClicksWriteClicksSqsEventSource"
_EMAILS = "SendEmailsSendEmailsSqsEventSource"


def _set(name: str, **properties: Any) -> Change:
    return lambda resources: resources[name]["Properties"].update(properties)


def _without(name: str, part: str) -> Change:
    return lambda resources: resources[name]["Properties"].pop(part)


def _third_reader(resources: dict[str, Any]) -> None:
    resources["Third"] = resources["ArchiveConversionsArchiveConversionsDynamodbEventSource"]


def _alarm_of_another(resources: dict[str, Any]) -> None:
    resources["CountClicksLateAlarm"]["Properties"]["Dimensions"][0]["Value"] = {"Ref": "Learn"}


def _reserved(number: int) -> Change:
    return _set("SendEmails", ReservedConcurrentExecutions=number)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            _set("Postbacks", VisibilityTimeout=179),
            "Postbacks: its VisibilityTimeout is 179 s; DeliverPostbacks requires 180 s (visibility_timeout)",
            id="visibility",
        ),
        pytest.param(
            _set(_BACKLOG, MaximumBatchingWindowInSeconds=1),
            "UnwrittenClicks: its VisibilityTimeout is 180 s; WriteClicks requires 181 s (visibility_timeout)",
            id="visibility with window",
        ),
        pytest.param(
            _set(_BACKLOG, BatchSize=11),
            f"{_BACKLOG}: a BatchSize of 11 requires a batching window of a second or more (batch_window)",
            id="batch",
        ),
        pytest.param(
            lambda resources: resources["Learning"]["Properties"]["RedrivePolicy"].update(maxReceiveCount=4),
            "Learning: its maxReceiveCount is 4; set it to 5 or more (redrive_policy)",
            id="receipts",
        ),
        pytest.param(
            _without("Learning", "RedrivePolicy"),
            "Learning: it has no RedrivePolicy; a message that always fails would come back for days (redrive_policy)",
            id="no dead letters",
        ),
        pytest.param(
            _set(_EMAILS, ScalingConfig={"MaximumConcurrency": 1}),
            f"{_EMAILS}: its MaximumConcurrency is 1; 2 to 1,000 are allowed (maximum_concurrency)",
            id="concurrency",
        ),
        pytest.param(
            _reserved(1),
            "SendEmails: 1 reserved processes are fewer than the 2 of its queues (maximum_concurrency)",
            id="reserved",
        ),
        pytest.param(
            _without("WatchCapsWatchCapsDynamodbEventSource", "DestinationConfig"),
            "WatchCapsWatchCapsDynamodbEventSource: MaximumRetryAttempts end its retries; add a DestinationConfig with "
            "OnFailure (end_of_retries)",
            id="end of retries",
        ),
        pytest.param(
            _alarm_of_another,
            f"{_CLICKS}: no alarm on IteratorAge watches CountClicks; the stream deletes records after 24 hours "
            "(late_records)",
            id="late records",
        ),
        pytest.param(
            _without(_CLICKS, "FilterCriteria"),
            f"{_CLICKS}: items of ClicksTable expire; filter eventName by INSERT, or by INSERT and MODIFY "
            "(deletions_of_expired_items)",
            id="expired items",
        ),
        pytest.param(
            _set(_CLICKS, FilterCriteria={"Filters": [{"Pattern": '{"eventName": [{"prefix": "RE"}]}'}]}),
            f"{_CLICKS}: items of ClicksTable expire; filter eventName by INSERT, or by INSERT and MODIFY "
            "(deletions_of_expired_items)",
            id="filter by a prefix",
        ),
        pytest.param(
            _third_reader,
            "ConversionsTable: 3 functions read its stream; more than 2 are throttled (readers_of_a_stream)",
            id="readers",
        ),
    ],
)
def test_broken_mapping_is_reported(change: Change, found: str) -> None:
    assert broken(change) == [found]


def test_reserved_processes_that_suffice_for_the_queues_are_accepted() -> None:
    assert broken(_reserved(2)) == []


def test_filter_of_anything_but_deletions_is_accepted() -> None:
    pattern = '{"eventName": [{"anything-but": ["MODIFY", "REMOVE"]}]}'
    assert broken(_set(_CLICKS, FilterCriteria={"Filters": [{"Pattern": pattern}]})) == []
