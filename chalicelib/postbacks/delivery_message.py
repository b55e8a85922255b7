"""One try to tell a publisher something, as the queue carries it."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import ceil

from chalicelib.domain import ids

FIRST = "first"
"""The series of tries that the conversion's own change set off."""

LONGEST_DELAY = 900
"""Seconds; the queue cannot hold a message back for longer."""


@dataclass(frozen=True, slots=True)
class DeliveryMessage:
    """Try `attempt` (from 1) of a `series`, at `due` (aware). A test has neither conversion nor revision.

    `series` is `first`, or the ID of the test or replay that set the tries off.
    """

    publisher_id: str
    postback_id: str
    conversion_id: str | None
    revision: int | None
    series: str
    attempt: int
    due: datetime


def encode(message: DeliveryMessage) -> str:
    """The message as JSON."""
    return json.dumps({**asdict(message), "due": message.due.isoformat()}, separators=(",", ":"))


def decode(body: str) -> DeliveryMessage:
    """The message of its JSON; `ValueError`, `KeyError` or `TypeError` for what is none."""
    document = json.loads(body)
    message = DeliveryMessage(**{**document, "due": datetime.fromisoformat(document["due"])})
    if message.due.tzinfo is None or not isinstance(message.attempt, int):
        error = "no message of ours"
        raise ValueError(error)
    return message


def delivery_id(message: DeliveryMessage) -> str:
    """The ID of the delivery that this message asks for: the same however often the message comes."""
    named = (message.postback_id, message.conversion_id, message.revision, message.series, message.attempt)
    return f"dlv_{ids.deterministic_id(json.dumps(named))}"


def next_attempt(message: DeliveryMessage, due: datetime) -> DeliveryMessage:
    """The next try of the same series."""
    return replace(message, attempt=message.attempt + 1, due=due)


def delay(message: DeliveryMessage, now: datetime) -> int:
    """How many seconds the queue is to hold the message back; it comes before it is due where that is far off."""
    return min(LONGEST_DELAY, max(0, ceil((message.due - now).total_seconds())))
