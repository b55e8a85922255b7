"""A round of learning: the pools to learn of, found and queued."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from botocore.config import Config

from chalicelib import settings
from chalicelib.optimizer.job_message import messages, written
from chalicelib.tables.base import FIRST_YEAR
from chalicelib.tables.smartlinks import SmartlinkRow


def enqueue_pools(now: datetime) -> int:
    """Queues all pools to learn of; how many they are.

    Raises pynamodb's and botocore's errors where not all are queued: the next round comes in a few minutes.
    """
    pools = list(_pools(now))
    for each in messages(pools, now):
        _sqs().send_message(QueueUrl=settings.learning_queue(), MessageBody=written(each))
    return len(pools)


def _pools(now: datetime) -> Iterator[str]:
    """The active pools in rotation `optimized`, as they were a moment ago."""
    for year in range(FIRST_YEAR, now.year + 1):
        yield from (row.id for row in SmartlinkRow.optimized.query(str(year), attributes_to_get=["id"]))


@cache
def _sqs() -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    import boto3  # noqa: PLC0415 - only where something is sent

    return boto3.client("sqs", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3}))
