"""Filter of a postback subscription."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from chalicelib.domain.conversion import complete_conversion
from chalicelib.domain.goal import DEFAULT_GOAL

ANY = "*"


class SubscribedStatus(StrEnum):
    """Conversion status that a postback subscribes to; `*` is any."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    ANY = "*"


class SubscriptionFilter(Protocol):
    """Fields of a postback that select conversions; `*` matches any value."""

    event: str
    status: str


def matches(subscription: SubscriptionFilter, conversion: Mapping[str, Any]) -> bool:
    """Return whether the postback's filter matches the conversion's current status, and its event or goal.

    An event that is no goal has no status: no postback matches it.
    """
    known = complete_conversion(conversion)
    status = known["status"]
    return status is not None and subscription.status in (ANY, status) and subscription.event in (ANY, *_names(known))


def _names(conversion: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names that an event filter may use: the event as reported, and the goal.

    `default` names the goal `default` without an event: a campaign without named goals pays it for every event.
    """
    event, goal = conversion.get("event"), conversion["goal"]
    if event:
        return (event,) if goal == DEFAULT_GOAL else (event, goal)
    return (goal,)
