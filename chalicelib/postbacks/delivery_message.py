"""Queue message that requests one delivery attempt of a postback."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import ceil

from chalicelib.domain import ids

FIRST_SERIES = "first"
"""Series of the attempts that a change of the conversion starts."""

MAX_DELAY_SECONDS = 900
"""Maximum delay of a queue message in SQS."""


@dataclass(frozen=True, slots=True)
class DeliveryMessage:
    """Attempt number `attempt` (from 1) of a `series`, due at `due` (an aware time).

    `conversion_id` and `revision` are None for a test. `series` is `first` or the ID of the test or replay.
    """

    publisher_id: str
    postback_id: str
    conversion_id: str | None
    revision: int | None
    series: str
    attempt: int
    due: datetime


def encode(message: DeliveryMessage) -> str:
    """Return the message as JSON."""
    return json.dumps({**asdict(message), "due": message.due.isoformat()}, separators=(",", ":"))


def decode(body: str) -> DeliveryMessage:
    """Parse a message from JSON; raise `ValueError`, `KeyError` or `TypeError` if it is invalid."""
    document = json.loads(body)
    message = DeliveryMessage(**{**document, "due": datetime.fromisoformat(document["due"])})
    if message.due.tzinfo is None or not isinstance(message.attempt, int):
        error = "The body is not a delivery message."
        raise ValueError(error)
    return message


def delivery_id(message: DeliveryMessage) -> str:
    """Return the ID of the delivery: the same for every copy of the message."""
    key = (message.postback_id, message.conversion_id, message.revision, message.series, message.attempt)
    return f"dlv_{ids.deterministic_id(json.dumps(key))}"


def next_attempt(message: DeliveryMessage, due: datetime) -> DeliveryMessage:
    """Return the message for the next attempt of the same series."""
    return replace(message, attempt=message.attempt + 1, due=due)


def queue_delay(message: DeliveryMessage, now: datetime) -> int:
    """Return the delay of the message in the queue, in seconds.

    SQS limits the delay, so a message may arrive before it is due.
    """
    return min(MAX_DELAY_SECONDS, max(0, ceil((message.due - now).total_seconds())))
