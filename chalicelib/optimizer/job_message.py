"""Queue messages of the optimizer: a JSON object with the time of a scheduler run and the IDs of some pools."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

POOLS_PER_MESSAGE = 25
"""At one second each, which is long for a pool, a message takes far less than the Lambda's time limit."""


@dataclass(frozen=True, slots=True)
class JobMessage:
    """Pools to optimize, queued at `at` (whole seconds since 1970). A run since then makes another one unnecessary."""

    at: int
    pools: tuple[str, ...]


def messages(pools: Sequence[str], now: datetime) -> Iterator[JobMessage]:
    """Yield the pools in messages of at most `POOLS_PER_MESSAGE`."""
    for first in range(0, len(pools), POOLS_PER_MESSAGE):
        yield JobMessage(int(now.timestamp()), tuple(pools[first : first + POOLS_PER_MESSAGE]))


def encode(message: JobMessage) -> str:
    """Encode the message as a queue body."""
    return json.dumps({"at": message.at, "pools": message.pools}, separators=(",", ":"))


def decode(text: str) -> JobMessage:
    """Decode a queue body. Raise ValueError, TypeError or KeyError if it is not a message."""
    document = json.loads(text)
    return JobMessage(int(document["at"]), tuple(map(str, document["pools"])))
