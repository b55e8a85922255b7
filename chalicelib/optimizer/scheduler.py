"""Scheduler: finds the pools to optimize and queues them."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib import settings, sqs
from chalicelib.optimizer.job_message import encode, messages
from chalicelib.tables.base import FIRST_YEAR
from chalicelib.tables.smartlinks import SmartlinkRow


def enqueue_pools(now: datetime) -> int:
    """Queue all pools to optimize and return their number.

    Raise pynamodb's and botocore's errors if some could not be queued: the next run is only minutes away.
    """
    pools = list(_optimized_pools(now))
    for message in messages(pools, now):
        sqs.send(settings.learning_queue(), encode(message))
    return len(pools)


def _optimized_pools(now: datetime) -> Iterator[str]:
    """Yield the active pools in rotation `optimized`. The index is eventually consistent."""
    for year in range(FIRST_YEAR, now.year + 1):
        yield from (row.id for row in SmartlinkRow.optimized.query(str(year), attributes_to_get=["id"]))
