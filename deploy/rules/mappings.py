"""Rules on event source mappings: queues and streams that functions read."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.rules.stack import Finding, Stack, as_list

QUEUE, TABLE = "AWS::SQS::Queue", "AWS::DynamoDB::Table"
_FACTOR = 6
_LARGE_BATCH = 10
_FEWEST_RECEIPTS = 5
_READERS = 2
_CONCURRENCY = range(2, 1001)
_EVENTS = {"INSERT", "MODIFY", "REMOVE"}


def visibility_timeout(stack: Stack) -> Iterator[Finding]:
    """Report a queue whose messages may become visible while its function still works on them.

    AWS recommends at least six times the function's time-out, plus MaximumBatchingWindowInSeconds.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    for _, mapping, queue, function in stack.mappings(QUEUE):
        window = mapping.get("MaximumBatchingWindowInSeconds", 0)
        least = _FACTOR * stack.functions[function].get("Timeout", 3) + window
        visibility = stack.resources[queue]["Properties"].get("VisibilityTimeout", 30)
        if visibility < least:
            yield Finding(queue, f"its VisibilityTimeout is {visibility} s; {function} requires {least} s")


def batch_window(stack: Stack) -> Iterator[Finding]:
    """Report a large batch of a queue without a window.

    "For Amazon SQS event sources, when you set BatchSize to a value greater than 10, you must set
    MaximumBatchingWindowInSeconds to at least 1."
    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    """
    for name, mapping, _, _ in stack.mappings(QUEUE):
        if mapping.get("BatchSize", 10) > _LARGE_BATCH and mapping.get("MaximumBatchingWindowInSeconds", 0) < 1:
            yield Finding(name, f"a BatchSize of {mapping['BatchSize']} requires a batching window of a second or more")


def redrive_policy(stack: Stack) -> Iterator[Finding]:
    """Report a queue that a function reads without a dead-letter queue, or with too few receipts.

    "To give messages a better chance to be processed before sending them to the dead-letter queue, set the
    maxReceiveCount on the source queue's redrive policy to at least 5."
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    for _, _, queue, _ in stack.mappings(QUEUE):
        policy = stack.resources[queue]["Properties"].get("RedrivePolicy")
        if policy is None:
            yield Finding(queue, "it has no RedrivePolicy; a message that always fails would come back for days")
        elif int(policy["maxReceiveCount"]) < _FEWEST_RECEIPTS:
            yield Finding(queue, f"its maxReceiveCount is {policy['maxReceiveCount']}; set it to 5 or more")


def maximum_concurrency(stack: Stack) -> Iterator[Finding]:
    """Report a maximum concurrency out of bounds, and a reserved concurrency below it.

    A maximum concurrency is 2 to 1,000. Those of all queues of a function must not exceed its reserved concurrency:
    messages would be throttled into the dead-letter queue.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    demands: Counter[str] = Counter()
    for name, mapping, _, function in stack.mappings(QUEUE):
        most = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
        if most is not None:
            demands[function] += int(most)
        if most is not None and int(most) not in _CONCURRENCY:
            yield Finding(name, f"its MaximumConcurrency is {most}; 2 to 1,000 are allowed")
    for function, properties in stack.functions.items():
        reserved = properties.get("ReservedConcurrentExecutions")
        if reserved is not None and int(reserved) < max(demands[function], 1):
            yield Finding(
                function, f"{reserved} reserved processes are fewer than the {demands[function]} of its queues"
            )


def end_of_retries(stack: Stack) -> Iterator[Finding]:
    """Report a stream whose retries are limited and whose dropped records go nowhere.

    Lambda discards a record after the last attempt, unless the mapping has a destination for it.
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    for name, mapping, _, _ in stack.mappings(TABLE):
        limits = {limit for limit in _LIMITS if int(mapping.get(limit, -1)) >= 0}
        if limits and not mapping.get("DestinationConfig", {}).get("OnFailure"):
            yield Finding(
                name, f"{' and '.join(sorted(limits))} end its retries; add a DestinationConfig with OnFailure"
            )


def late_records(stack: Stack) -> Iterator[Finding]:
    """Report a stream whose function may fall behind unnoticed.

    "All data in DynamoDB Streams is subject to a 24-hour lifetime."
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    alarms = [
        each for each in stack.of_type("AWS::CloudWatch::Alarm").values() if each.get("MetricName") == "IteratorAge"
    ]
    watched = {stack.function_of(alarm["Dimensions"]) for alarm in alarms}
    for name, mapping, _, function in stack.mappings(TABLE):
        if function not in watched and not any(limit in mapping for limit in _LIMITS):
            yield Finding(
                name, f"no alarm on IteratorAge watches {function}; the stream deletes records after 24 hours"
            )


def deletions_of_expired_items(stack: Stack) -> Iterator[Finding]:
    """Report a stream that sends the deletions of expired items to a function.

    An item that expires is in the stream as a deletion by the service: each item would cost a second record.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
    """
    for name, mapping, table, _ in stack.mappings(TABLE):
        expires = stack.resources[table]["Properties"].get("TimeToLiveSpecification", {}).get("Enabled", False)
        if expires and "REMOVE" in _event_names(mapping):
            yield Finding(name, f"items of {table} expire; filter eventName by INSERT, or by INSERT and MODIFY")


def _event_names(mapping: Mapping[str, Any]) -> set[str]:
    filters = mapping.get("FilterCriteria", {}).get("Filters") or [{"Pattern": "{}"}]
    patterns = [json.loads(each["Pattern"]).get("eventName", sorted(_EVENTS)) for each in filters]
    return {name for allowed in patterns for each in allowed for name in _matching(each)}


def _matching(pattern: object) -> set[str]:
    """Return the names of events that one alternative of a filter lets through: a name, or `anything-but` names."""
    match pattern:
        case str(name):
            return {name}
        case {"anything-but": names}:
            return _EVENTS - set(as_list(names))
        case _:
            return _EVENTS


def readers_of_a_stream(stack: Stack) -> Iterator[Finding]:
    """Report a table with more than two readers of its stream.

    "No more than two processes at most should be reading from the same stream's shard at the same time."
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    for table, readers in Counter(table for _, _, table, _ in stack.mappings(TABLE)).items():
        if readers > _READERS:
            yield Finding(table, f"{readers} functions read its stream; more than 2 are throttled")


_LIMITS = ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds")

RULES = (
    visibility_timeout,
    batch_window,
    redrive_policy,
    maximum_concurrency,
    end_of_retries,
    late_records,
    deletions_of_expired_items,
    readers_of_a_stream,
)
