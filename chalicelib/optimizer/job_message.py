"""What is queued to be learned of: a JSON object with the round's moment and some pools' IDs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

POOLS_AT_ONCE = 25
"""Pools in one message: at a second each, which is long for one, far fewer than a Lambda's time has room for."""


@dataclass(frozen=True, slots=True)
class JobMessage:
    """Pools to learn of, asked for at `at` (whole seconds since 1970): what was learned since then will do."""

    at: int
    pools: tuple[str, ...]


def messages(pools: Sequence[str], now: datetime) -> Iterator[JobMessage]:
    """The pools of a round, some in each message."""
    for first in range(0, len(pools), POOLS_AT_ONCE):
        yield JobMessage(int(now.timestamp()), tuple(pools[first : first + POOLS_AT_ONCE]))


def written(message: JobMessage) -> str:
    """The message as the queue has it."""
    return json.dumps({"at": message.at, "pools": message.pools}, separators=(",", ":"))


def read(text: str) -> JobMessage:
    """The message of its text. Raises ValueError, TypeError or KeyError for what is none."""
    found = json.loads(text)
    return JobMessage(int(found["at"]), tuple(map(str, found["pools"])))
