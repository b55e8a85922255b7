"""Rules on queues: order, dead letters, loops between queues and functions."""

from collections.abc import Iterator

from deploy.rules.mappings import QUEUE
from deploy.rules.stack import Finding, Stack, references, statements

_DEFAULT_RETENTION = 345_600


def no_fifo_queue(stack: Stack) -> Iterator[Finding]:
    """Report a FIFO queue: it is no destination of failures, and it limits the throughput.

    A FIFO queue has 300 calls per second and API method, unless it is in high-throughput mode.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-fifo.html
    """
    for name, queue in stack.of_type(QUEUE).items():
        if queue.get("FifoQueue"):
            yield Finding(name, "it is a FIFO queue; every consumer here handles messages in any order")


def retention_of_dead_letters(stack: Stack) -> Iterator[Finding]:
    """Report a dead-letter queue that keeps messages for a shorter time than their first queue.

    "For standard queues, the expiration of a message is always based on its original enqueue timestamp. When a message
    is moved to a dead-letter queue, the enqueue timestamp is unchanged."
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
    """
    for name, queue in stack.of_type(QUEUE).items():
        target = stack.resource_of(queue.get("RedrivePolicy", {}), QUEUE)
        kept = queue.get("MessageRetentionPeriod", _DEFAULT_RETENTION)
        if target and stack.of_type(QUEUE)[target].get("MessageRetentionPeriod", _DEFAULT_RETENTION) < kept:
            yield Finding(target, f"it keeps messages for a shorter time than {name}")


def alarm_on_dead_letters(stack: Stack) -> Iterator[Finding]:
    """Report a queue of dead letters or failed records without an alarm on its messages.

    AWS recommends an alarm on the messages in a dead-letter queue.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    alarms = stack.of_type("AWS::CloudWatch::Alarm").values()
    metrics = {"ApproximateNumberOfMessagesVisible", "NumberOfMessagesSent"}
    watched = {
        stack.resource_of(alarm.get("Dimensions"), QUEUE) for alarm in alarms if alarm.get("MetricName") in metrics
    }
    ends = {stack.resource_of(queue.get("RedrivePolicy", {}), QUEUE) for queue in stack.of_type(QUEUE).values()}
    for mapping in stack.of_type("AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig").values():
        ends.add(stack.resource_of(mapping.get("DestinationConfig", {}), QUEUE))
    for name in sorted(ends - watched - {None}, key=str):
        yield Finding(str(name), "no alarm watches ApproximateNumberOfMessagesVisible of this queue")


def loops(stack: Stack) -> Iterator[Finding]:
    """Report a function in a loop of queues that does not allow loops.

    "By default, if your function is invoked as part of a chain of requests approximately 16 times, Lambda drops the
    next invocation."
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    """
    for name in sorted(_looping(stack)):
        if stack.functions[name].get("RecursiveLoop") != "Allow":
            yield Finding(name, "it can send to a queue that leads back to it; set RecursiveLoop to Allow")


def _looping(stack: Stack) -> set[str]:
    """Return the functions from which a message can come back to the same function, by what their roles allow."""
    readers = {queue: function for _, _, queue, function in stack.mappings(QUEUE)}
    following = {name: {readers[queue] for queue in _sent_to(stack, name) & readers.keys()} for name in stack.functions}
    return {name for name in following if name in _reached(following, name)}


def _reached(following: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    frontier = following[start]
    while frontier:
        reached |= frontier
        frontier = {after for name in frontier for after in following[name]} - reached
    return reached


def _sent_to(stack: Stack, function: str) -> set[str]:
    sending = [resources for actions, resources in statements(stack, function) if "sqs:SendMessage" in actions]
    return {name for resource in sending for name in references(resource)}


RULES = (no_fifo_queue, retention_of_dead_letters, alarm_on_dead_letters, loops)
