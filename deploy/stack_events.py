"""Events of a stack: the progress of a change, and the reasons for its failure."""

import time
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.progress import Progress

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")
_RUNNING = "_IN_PROGRESS"
_STACK = "AWS::CloudFormation::Stack"
_SECONDS = 5.0
_EMULATOR_SECONDS = 0.2


class Events:
    """The events of a stack that follow those at its creation, oldest first, up to the last `update`."""

    def __init__(self, client: "CloudFormationClient", stack: str) -> None:
        """`stack` is a name or an ARN; only the ARN names a stack that is deleted."""
        self._client, self._name = client, stack
        self._events: list[Any] = []
        self._last = self._newest()

    def update(self) -> None:
        """Read the events since the last update."""
        new = list(takewhile(lambda event: event["EventId"] != self._last, self._newest_first()))
        self._events += new[::-1]
        self._last = new[0]["EventId"] if new else self._last

    def failures(self) -> list[str]:
        """Return the failed resources with the reasons, without those that were only cancelled."""
        return [
            f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
            for event in self._of_resources()
            if event["ResourceStatus"].endswith("FAILED") and "cancelled" not in event.get("ResourceStatusReason", "")
        ]

    def finished(self) -> int:
        """Return the number of resources that are done, without the stack itself."""
        complete = [each for each in self._of_resources() if each["ResourceStatus"] in _COMPLETE]
        return len({each["LogicalResourceId"] for each in complete})

    def status(self) -> str:
        """Return the status of the stack; empty if it has not begun to change."""
        of_the_stack = [each["ResourceStatus"] for each in self._events if each["ResourceType"] == _STACK]
        return of_the_stack[-1] if of_the_stack else ""

    def _of_resources(self) -> list[Any]:
        return [each for each in self._events if each["ResourceType"] != _STACK]

    def _newest(self) -> str | None:
        """Return the ID of the newest event, or None for a stack that does not exist yet."""
        try:
            return next((event["EventId"] for event in self._newest_first()), None)
        except ClientError:
            return None

    def _newest_first(self) -> Iterator[Any]:
        for page in self._client.get_paginator("describe_stack_events").paginate(StackName=self._name):
            yield from page["StackEvents"]


def follow(cloud: Cloud, events: Events, *, total: int, title: str) -> str:
    """Show the progress until the change has ended, and return the stack's status."""
    done = 0
    with Progress(title, total) as bar:
        while True:
            events.update()
            status, finished = events.status(), events.finished()
            bar.advance(finished - done)
            done = finished
            if status and not status.endswith(_RUNNING):
                return status
            time.sleep(_EMULATOR_SECONDS if cloud.endpoint else _SECONDS)
